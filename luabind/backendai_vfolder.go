package luabind

import (
	"context"
	"encoding/json"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// vfolderMethods keep the order of arguments of the JavaScript client, where a path comes before the folder's name.
func vfolderMethods() map[string]baiMethod {
	return map[string]baiMethod{
		"list": {1, vfolderList}, "list_hosts": {0, vfolderHosts}, "create": {6, vfolderCreate}, "info": {1, vfolderInfo}, "delete": {1, vfolderDelete},
		"rename": {2, vfolderRename}, "mkdir": {4, vfolderMkdir}, "list_files": {2, vfolderFiles}, "delete_files": {3, vfolderDeleteFiles},
		"rename_file": {3, vfolderRenameFile}, "upload": {4, vfolderUpload}, "download": {3, vfolderDownload}, "invite": {3, vfolderInvite},
		"invitations": {0, vfolderInvitations}, "accept_invitation": {1, vfolderAccept}, "delete_invitation": {1, vfolderDecline},
		"share": {3, vfolderShare}, "unshare": {2, vfolderUnshare}, "leave": {1, vfolderLeave}, "clone": {3, vfolderClone}, "shared": {1, vfolderShared},
		"list_invitees": {1, vfolderShared}, "modify_invitee_permission": {1, vfolderInvitee},
	}
}

// word is a text argument.
func word(L *lua.LState, n int, op string) string { return luavalue.ArgString(L, n, op) }

func vfolderList(L *lua.LState, c *baiClient, op string) int {
	group := luavalue.ArgText(L, 1, op, "")
	list := baiAsk(L, op, func(ctx context.Context) ([]backendai.Folder, error) { return c.inner.Folders(ctx, group) })
	out := L.CreateTable(len(list), 0)
	for _, f := range list {
		out.Append(folderTable(L, f))
	}
	L.Push(out)
	return 1
}

// folderTable is all that the manager tells of a folder; what old ones call otherwise has its newer name, too.
func folderTable(L *lua.LState, f backendai.Folder) lua.LValue {
	folder := fromJSON(L, f.Raw)
	t, ok := folder.(*lua.LTable)
	if !ok {
		return folder
	}
	for name, old := range map[string]string{"num_files": "numFiles", "created_at": "created"} {
		if t.RawGetString(name) == lua.LNil {
			t.RawSetString(name, t.RawGetString(old))
		}
	}
	return t
}

func pushFolder(L *lua.LState, f *backendai.Folder) int {
	L.Push(folderTable(L, *f))
	return 1
}

func vfolderHosts(L *lua.LState, c *baiClient, op string) int {
	return pushJSON(L, baiAsk(L, op, c.inner.FolderHosts).Raw)
}

// create(name[, host[, {group =, usage_mode =, permission =, cloneable =}]]), or
// create(name[, host[, group[, usage_mode[, permission[, cloneable]]]]]).
func vfolderCreate(L *lua.LState, c *baiClient, op string) int {
	spec := backendai.FolderSpec{Name: word(L, 1, op), Host: luavalue.ArgText(L, 2, op, "")}
	if L.Get(3).Type() == lua.LTTable {
		luavalue.NoMore(L, 3, op)
		o := luavalue.Opts(L, 3, op, "group", "usage_mode", "permission", "cloneable")
		spec.Group, spec.UsageMode, spec.Permission = o.String("group", ""), o.String("usage_mode", ""), o.String("permission", "")
		spec.Cloneable = o.Bool("cloneable", false)
	} else {
		text := func(n int) string { return luavalue.ArgText(L, n, op, "") }
		spec.Group, spec.UsageMode, spec.Permission, spec.Cloneable = text(3), text(4), text(5), luavalue.ArgBool(L, 6, op, false)
	}
	return pushFolder(L, baiAsk(L, op, func(ctx context.Context) (*backendai.Folder, error) { return c.inner.CreateFolder(ctx, spec) }))
}

func vfolderInfo(L *lua.LState, c *baiClient, op string) int {
	name := word(L, 1, op)
	return pushFolder(L, baiAsk(L, op, func(ctx context.Context) (*backendai.Folder, error) { return c.inner.Folder(ctx, name) }))
}

func vfolderDelete(L *lua.LState, c *baiClient, op string) int {
	name := word(L, 1, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.DeleteFolder(ctx, name) })
	return 0
}

// rename(new_name, name).
func vfolderRename(L *lua.LState, c *baiClient, op string) int {
	to, name := word(L, 1, op), word(L, 2, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.RenameFolder(ctx, name, to) })
	return 0
}

// mkdir(path, name[, parents[, exist_ok]]).
func vfolderMkdir(L *lua.LState, c *baiClient, op string) int {
	path, name, parents, exist := word(L, 1, op), word(L, 2, op), luavalue.ArgBool(L, 3, op, false), luavalue.ArgBool(L, 4, op, false)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.MakeDir(ctx, name, path, parents, exist) })
	return 0
}

// list_files(path, name).
func vfolderFiles(L *lua.LState, c *baiClient, op string) int {
	path, name := word(L, 1, op), word(L, 2, op)
	return pushGo(L, baiAsk(L, op, func(ctx context.Context) ([]backendai.FolderEntry, error) {
		return c.inner.FolderFiles(ctx, name, path)
	}))
}

// delete_files(files, recursive, name).
func vfolderDeleteFiles(L *lua.LState, c *baiClient, op string) int {
	files, recursive, name := textList(L, luavalue.ArgTable(L, 1, op), op), luavalue.ArgBool(L, 2, op, false), word(L, 3, op)
	if len(files) == 0 {
		luavalue.WrongArg(L, 1, op, "names no file")
	}
	baiDo(L, op, func(ctx context.Context) error { return c.inner.DeleteFiles(ctx, name, files, recursive) })
	return 0
}

// rename_file(path, new_name, name).
func vfolderRenameFile(L *lua.LState, c *baiClient, op string) int {
	path, to, name := word(L, 1, op), word(L, 2, op), word(L, 3, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.RenameFile(ctx, name, path, to) })
	return 0
}

// upload(path, file, name[, {progress = fn(sent, size)}]): file is the name of a file here, sent in pieces.
func vfolderUpload(L *lua.LState, c *baiClient, op string) int {
	path, file, name := word(L, 1, op), word(L, 2, op), word(L, 3, op)
	upload(L, c.rt, op, path, luavalue.Opts(L, 4, op, "progress"), func(ctx context.Context, told backendai.Told) error {
		return c.inner.UploadFileToFolder(ctx, name, path, file, told)
	})
	return 0
}

// download(path, name[, file]) gives the bytes, or writes them to a file here and gives their number.
func vfolderDownload(L *lua.LState, c *baiClient, op string) int {
	path, name, file := word(L, 1, op), word(L, 2, op), luavalue.ArgText(L, 3, op, "")
	return fetched(L, c, op, file, func(ctx context.Context, w writer) (int64, error) {
		return c.inner.DownloadFromFolder(ctx, name, path, false, 0, w)
	})
}

// invite(permission, emails, name) gives the addresses that the offer reached.
func vfolderInvite(L *lua.LState, c *baiClient, op string) int {
	perm, emails, name := word(L, 1, op), textList(L, luavalue.ArgTable(L, 2, op), op), word(L, 3, op)
	return pushGo(L, baiAsk(L, op, func(ctx context.Context) ([]string, error) { return c.inner.InviteToFolder(ctx, name, perm, emails) }))
}

func vfolderInvitations(L *lua.LState, c *baiClient, op string) int {
	list := baiAsk(L, op, c.inner.Invitations)
	out := L.CreateTable(len(list), 0)
	for _, offer := range list {
		out.Append(fromJSON(L, offer.Raw))
	}
	L.Push(out)
	return 1
}

func vfolderAccept(L *lua.LState, c *baiClient, op string) int {
	id := word(L, 1, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.AcceptInvitation(ctx, id) })
	return 0
}

func vfolderDecline(L *lua.LState, c *baiClient, op string) int {
	id := word(L, 1, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.DeclineInvitation(ctx, id) })
	return 0
}

// share(permission, emails, name), for a project's folder.
func vfolderShare(L *lua.LState, c *baiClient, op string) int {
	perm, emails, name := word(L, 1, op), textList(L, luavalue.ArgTable(L, 2, op), op), word(L, 3, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.ShareFolder(ctx, name, perm, emails) })
	return 0
}

// unshare(emails, name).
func vfolderUnshare(L *lua.LState, c *baiClient, op string) int {
	emails, name := textList(L, luavalue.ArgTable(L, 1, op), op), word(L, 2, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.UnshareFolder(ctx, name, emails) })
	return 0
}

// shared([id]) tells who can use which folder of whom, of all folders or of one.
func vfolderShared(L *lua.LState, c *baiClient, op string) int {
	id := luavalue.ArgText(L, 1, op, "")
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.SharedFolders(ctx, id) }))
}

// modify_invitee_permission({perm =, user =, vfolder =}) changes what somebody may in a folder that is shared: ids, both.
func vfolderInvitee(L *lua.LState, c *baiClient, op string) int {
	luavalue.ArgTable(L, 1, op)
	o := luavalue.Opts(L, 1, op, "perm", "user", "vfolder")
	for _, name := range []string{"perm", "user", "vfolder"} {
		if o.String(name, "") == "" {
			o.Fail(name, "is missing: say perm (ro, rw or wd), user and vfolder (ids)")
		}
	}
	body := baiBody(L, 1, op)
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.ChangeInvitee(ctx, body) }))
}

func vfolderLeave(L *lua.LState, c *baiClient, op string) int {
	name := word(L, 1, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.LeaveFolder(ctx, name) })
	return 0
}

// clone(target_name, name[, host]).
func vfolderClone(L *lua.LState, c *baiClient, op string) int {
	spec, name := backendai.CloneSpec{Target: word(L, 1, op), Host: luavalue.ArgText(L, 3, op, "")}, word(L, 2, op)
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.CloneFolder(ctx, name, spec) }))
}

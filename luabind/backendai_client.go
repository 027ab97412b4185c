package luabind

import (
	"context"
	"encoding/json"
	"io"
	"sync"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// openBAIClient makes the metatable of clients: the JavaScript client's methods in snake_case, and the object form.
func (rt *Runtime) openBAIClient() {
	methods := baiMethods("client:", map[string]baiTaking[lua.LGFunction]{
		"get_server_version": {0, baiVersion}, "get_manager_version": {0, baiVersion}, "generate_session_id": {0, baiGenerateID},
		"create_if_not_exists": {5, baiCreate}, "create_kernel": {5, baiCreate}, "create_session_from_template": {5, baiCreateFromTemplate},
		"get_information": {2, baiInformation}, "get_info": {2, baiInformation}, "get_logs": {2, baiLogs},
		"destroy": {3, baiDestroy}, "destroy_kernel": {3, baiDestroy}, "restart": {2, baiRestart}, "refresh_kernel": {2, baiRestart},
		"execute": {5, baiExecute}, "run_code": {4, baiRunCode}, "upload": {3, baiUpload}, "download": {2, baiDownload}, "download_single": {2, baiDownloadOne},
		"gql": {2, baiGraphQL}, "query": {2, baiGraphQL}, "get_resource_slots": {0, baiSlots}, "shutdown_service": {2, baiShutdown},
		"supports": {1, baiSupports}, "login": {0, baiLogin}, "token_login": {2, baiTokenLogin}, "check_login": {0, baiCheckLogin},
		"logout": {0, baiLogout}, "authorize": {3, baiAuthorize}, "verify": {0, baiVerify},
		"request": {3, baiRequest}, "rate_limit": {0, baiRate},
		"session": {1, baiSessionCall}, "attach": {1, baiAttach}, "sessions": {1, baiSessions}, "events": {1, baiEvents}, "background_task": {1, baiTask},
		"get_task_logs": {1, baiTaskLogs}, "fetch_ssh_keypair": {0, baiSSHKey}, "refresh_ssh_keypair": {0, baiNewSSHKey},
	})
	mt := rt.openType(baiClientMeta, methods, func(L *lua.LState) int {
		L.Push(lua.LString("client of Backend.AI at " + self[*baiClient](L, "client:tostring").inner.Config().Endpoints[0]))
		return 1
	})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		return baiNamespace(L, self[*baiClient](L, "client:index"), name)
	})
}

// closeBackendAI ends the clients when nothing of the script runs any more.
func (rt *Runtime) closeBackendAI() {
	var all sync.WaitGroup
	for _, c := range rt.baiClients {
		all.Go(c.Close) // each may wait a while for what it has begun
	}
	all.Wait()
}

func pushJSON(L *lua.LState, text []byte) int {
	L.Push(fromJSON(L, text))
	return 1
}

func pushGo(L *lua.LState, v any) int {
	L.Push(fromGo(L, v))
	return 1
}

// client:get_manager_version() gives {version, manager, endpoint, announced}.
func baiVersion(L *lua.LState) int {
	c := self[*baiClient](L, "client:get_manager_version")
	m := baiAsk(L, "client:get_manager_version", c.inner.Manager)
	return pushGo(L, map[string]string{"version": m.Server.String(), "manager": m.Release, "endpoint": m.Endpoint, "announced": m.Version.String()})
}

// client:supports(feature) asks by the JavaScript client's word for it; false for a word that nobody knows.
func baiSupports(L *lua.LState) int {
	const op = "client:supports"
	c, feature := self[*baiClient](L, op), luavalue.ArgString(L, 2, op)
	L.Push(lua.LBool(baiAsk(L, op, func(ctx context.Context) (bool, error) { return c.inner.Supports(ctx, feature) })))
	return 1
}

// client:generate_session_id() gives a name that nobody else has.
func baiGenerateID(L *lua.LState) int {
	self[*baiClient](L, "client:generate_session_id")
	L.Push(lua.LString(newSessionName()))
	return 1
}

func newSessionName() string { return "pierun-" + backendai.NewRunID()[:12] }

// baiBody is a table argument as JSON; nil for none.
func baiBody(L *lua.LState, n int, op string) json.RawMessage {
	if L.Get(n) == lua.LNil {
		return nil
	}
	text, err := luavalue.Encode(luavalue.ArgTable(L, n, op), luavalue.EncodeOptions{Sort: true})
	if err != nil {
		raiseOp(L, op, err)
	}
	return text
}

// client:get_information(id[, owner_access_key]).
func baiInformation(L *lua.LState) int {
	const op = "client:get_information"
	c, id, owner := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), luavalue.ArgText(L, 3, op, "")
	info := baiAsk(L, op, func(ctx context.Context) (*backendai.Info, error) { return c.inner.SessionInfo(ctx, id, owner) })
	return pushJSON(L, info.Raw)
}

// client:get_logs(id[, owner_access_key]) gives {result = {logs = text}}.
func baiLogs(L *lua.LState) int {
	const op = "client:get_logs"
	c, id, owner := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), luavalue.ArgText(L, 3, op, "")
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.LogsRaw(ctx, id, owner) }))
}

// client:destroy(id[, owner_access_key[, forced]]) gives {stats = {…}}, or nothing.
func baiDestroy(L *lua.LState) int {
	const op = "client:destroy"
	c, id := self[*baiClient](L, op), luavalue.ArgString(L, 2, op)
	o := backendai.DestroyOptions{Owner: luavalue.ArgText(L, 3, op, ""), Forced: luavalue.ArgBool(L, 4, op, false)}
	answer := baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.Destroy(ctx, id, o) })
	c.forget(id)
	if len(answer) == 0 {
		return 0
	}
	return pushJSON(L, answer)
}

// client:restart(id[, owner_access_key]).
func baiRestart(L *lua.LState) int {
	const op = "client:restart"
	c, id, owner := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), luavalue.ArgText(L, 3, op, "")
	baiDo(L, op, func(ctx context.Context) error { return c.inner.Restart(ctx, id, owner) })
	return 0
}

// client:upload(id, path, bytes).
func baiUpload(L *lua.LState) int {
	const op = "client:upload"
	c, id := self[*baiClient](L, op), luavalue.ArgString(L, 2, op)
	f := backendai.File{Name: luavalue.ArgString(L, 3, op), Data: []byte(luavalue.ArgString(L, 4, op))}
	baiDo(L, op, func(ctx context.Context) error { return c.inner.Upload(ctx, id, []backendai.File{f}) })
	return 0
}

// client:download(id, files) gives a table of name → bytes.
func baiDownload(L *lua.LState) int {
	const op = "client:download"
	c, id, list := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), textList(L, luavalue.ArgTable(L, 3, op), op)
	got := baiAsk(L, op, func(ctx context.Context) (map[string]string, error) {
		out, left := map[string]string{}, c.inner.Config().MaxBody
		err := c.inner.Download(ctx, id, list, func(f backendai.Fetched) error {
			b := &bounded{left: left}
			_, err := io.Copy(b, f.Body)
			out[f.Name], left = b.String(), b.left
			return err
		})
		return out, err
	})
	t := L.CreateTable(0, len(got))
	for name, data := range got {
		t.RawSetString(name, lua.LString(data))
	}
	L.Push(t)
	return 1
}

// client:download_single(id, file) gives the bytes.
func baiDownloadOne(L *lua.LState) int {
	const op = "client:download_single"
	c, id, file := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op)
	return fetched(L, c, op, "", func(ctx context.Context, w writer) (int64, error) { return c.inner.DownloadOne(ctx, id, file, w) })
}

func textList(L *lua.LState, t *lua.LTable, op string) []string {
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		if k.Type() != lua.LTNumber {
			raise(L, op, luavalue.KindUsage, "", "%s: the list has a name in it (%s)", op, luavalue.Named(k))
		}
	}
	var out []string
	for i := 1; i <= t.Len(); i++ {
		text, ok := t.RawGetInt(i).(lua.LString)
		if !ok {
			raise(L, op, luavalue.KindUsage, "", "%s: item %d of the list is no text", op, i)
		}
		out = append(out, string(text))
	}
	return out
}

// client:gql(query[, variables]) gives the data object.
func baiGraphQL(L *lua.LState) int {
	const op = "client:gql"
	c, q := self[*baiClient](L, op), luavalue.ArgString(L, 2, op)
	var variables any
	if text := baiBody(L, 3, op); text != nil {
		variables = text
	}
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.GraphQLRaw(ctx, q, variables) }))
}

// client:get_resource_slots() gives name → how it is counted.
func baiSlots(L *lua.LState) int {
	c := self[*baiClient](L, "client:get_resource_slots")
	return pushGo(L, baiAsk(L, "client:get_resource_slots", c.inner.ResourceSlots))
}

// client:shutdown_service(id, name).
func baiShutdown(L *lua.LState) int {
	const op = "client:shutdown_service"
	c, id, app := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op)
	baiDo(L, op, func(ctx context.Context) error { return c.inner.ShutdownService(ctx, id, app) })
	return 0
}

// client:request(method, path[, body]) makes any call: JSON answers come as tables, others as text.
func baiRequest(L *lua.LState) int {
	const op = "client:request"
	c, method, path, body := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op), baiBody(L, 4, op)
	v := baiAsk(L, op, func(ctx context.Context) (backendai.Value, error) { return c.inner.Request(ctx, method, path, body) })
	switch v.Kind {
	case backendai.KindJSON:
		return pushJSON(L, v.JSON)
	case backendai.KindNone:
		return 0
	}
	L.Push(lua.LString(v.Text + string(v.Bytes)))
	return 1
}

// client:rate_limit() gives {limit, remaining, window} as last told, or nil.
func baiRate(L *lua.LState) int {
	r, ok := self[*baiClient](L, "client:rate_limit").inner.RateLimit()
	if !ok {
		return 0
	}
	return pushGo(L, map[string]float64{"limit": float64(r.Limit), "remaining": float64(r.Remaining), "window": r.Window.Seconds()})
}

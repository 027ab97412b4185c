package luabind

import (
	"context"
	"encoding/json"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// list([{status = , limit = , access_key = , group_id = }]), or
// list(fields[, status[, access_key[, limit[, offset[, group_id]]]]]), gives a list of sessions.
func sessionList(L *lua.LState, c *baiClient, op string) int {
	if !byPlace(L) {
		luavalue.NoMore(L, 1, op)
		return pushSessions(L, c, op, baiListOptions(L, 1, op))
	}
	o := placedOptions(L, 2, op)
	o.Fields, o.Limit, o.Offset = fieldsArgument(L, 1, op), countArgument(L, 4, op), countArgument(L, 5, op)
	return pushSessions(L, c, op, o)
}

// byPlace says that the arguments are the JavaScript client's: a list comes first, or nothing with something behind it.
func byPlace(L *lua.LState) bool {
	if t, ok := L.Get(1).(*lua.LTable); ok {
		return t.Len() > 0 || L.GetTop() > 1
	}
	return L.Get(1) != lua.LNil || L.GetTop() > 1
}

// placedOptions reads status, access_key and, three places behind it, group_id; without a status it is RUNNING, as in the
// JavaScript client, whose "" is none.
func placedOptions(L *lua.LState, n int, op string) backendai.ListOptions {
	o := backendai.ListOptions{Statuses: baiStatuses(L, L.Get(n), n, op), AccessKey: luavalue.ArgText(L, n+1, op, ""), GroupID: luavalue.ArgText(L, n+4, op, "")}
	if L.Get(n) == lua.LNil {
		o.Statuses = []backendai.Status{backendai.Running}
	}
	return o
}

// countArgument is a whole number of 0 or more; 0 for none.
func countArgument(L *lua.LState, n int, op string) int {
	count := luavalue.ArgInt(L, n, op, 0)
	if count < 0 {
		luavalue.WrongArg(L, n, op, "must be 0 or more, not %d", count)
	}
	return count
}

func pushSessions(L *lua.LState, c *baiClient, op string, o backendai.ListOptions) int {
	items := baiAsk(L, op, func(ctx context.Context) ([]backendai.Listed, error) { return collect(c.inner, ctx, o) })
	list := L.CreateTable(len(items), 0)
	for _, item := range items {
		t := fromGo(L, item)
		whole(L, t, item.Raw)
		oldNames(t)
		list.Append(t)
	}
	L.Push(list)
	return 1
}

// whole gives a table all that the manager has written of the same thing.
func whole(L *lua.LState, item lua.LValue, raw []byte) {
	t, ok := item.(*lua.LTable)
	if said, fits := fromJSON(L, raw).(*lua.LTable); ok && fits {
		said.ForEach(t.RawSet)
	}
}

// oldNames gives a session the names that its fields have in other versions of the API, besides.
func oldNames(item lua.LValue) {
	t, ok := item.(*lua.LTable)
	if !ok {
		return
	}
	for _, names := range [][]string{{"name", "sess_id", "session_name"}, {"image", "lang"}} {
		value := lua.LNil
		for _, name := range names {
			if value == lua.LNil || value == lua.LString("") {
				value = t.RawGetString(name)
			}
		}
		for _, name := range names {
			t.RawSetString(name, value)
		}
	}
}

func collect(c *backendai.Client, ctx context.Context, o backendai.ListOptions) ([]backendai.Listed, error) {
	out := []backendai.Listed{}
	for item, err := range c.Sessions(ctx, o) {
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}

func baiListOptions(L *lua.LState, idx int, op string) backendai.ListOptions {
	o := luavalue.Opts(L, idx, op, "status", "limit", "access_key", "group_id", "filter", "order")
	out := backendai.ListOptions{Limit: o.Int("limit", 0), AccessKey: o.String("access_key", ""), GroupID: o.String("group_id", ""),
		Filter: o.String("filter", ""), Order: o.String("order", "")}
	switch v := o.Value("status").(type) {
	case *lua.LNilType:
	case lua.LString, *lua.LTable:
		out.Statuses = baiStatuses(L, v, 0, op)
	default:
		o.Fail("status", "must be a text or a list of texts, not %s", luavalue.Named(v))
	}
	return out
}

// baiStatuses reads one status or a list of them, argument n if it is one.
func baiStatuses(L *lua.LState, v lua.LValue, n int, op string) (out []backendai.Status) {
	switch v := v.(type) {
	case *lua.LNilType:
	case lua.LString:
		return []backendai.Status{backendai.Status(v)}
	case *lua.LTable:
		for _, s := range textList(L, v, op) {
			out = append(out, backendai.Status(s))
		}
	default:
		luavalue.WrongArg(L, n, op, "must be a status or a list of them, not %s", luavalue.Named(v))
	}
	return out
}

// total_count([{…}]), or total_count(status[, access_key[, limit[, offset[, group_id]]]]): where a list is cut is nothing to it.
func sessionCount(L *lua.LState, c *baiClient, op string) int {
	var o backendai.ListOptions
	if t, ok := L.Get(1).(*lua.LTable); L.GetTop() == 0 || ok && t.Len() == 0 {
		luavalue.NoMore(L, 1, op)
		o = baiListOptions(L, 1, op)
	} else {
		o = placedOptions(L, 1, op)
		countArgument(L, 3, op)
		countArgument(L, 4, op)
	}
	n := baiAsk(L, op, func(ctx context.Context) (int, error) { return c.inner.SessionCount(ctx, o) })
	L.Push(lua.LNumber(n))
	return 1
}

// get(id), or get(fields, id[, domain[, access_key]]), knows ended sessions, too.
func sessionGet(L *lua.LState, c *baiClient, op string) int {
	var g backendai.GetOptions
	if v := L.Get(1); v == lua.LNil || v.Type() == lua.LTTable {
		g = backendai.GetOptions{Fields: fieldsArgument(L, 1, op), Domain: luavalue.ArgText(L, 3, op, ""), AccessKey: luavalue.ArgText(L, 4, op, "")}
		luavalue.ArgString(L, 2, op)
		L.Remove(1)
	} else {
		luavalue.NoMore(L, 1, op)
	}
	id := luavalue.ArgString(L, 1, op)
	raw := baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.GetSession(ctx, id, g) })
	session := fromJSON(L, raw)
	oldNames(session)
	L.Push(session)
	return 1
}

func sessionMatch(L *lua.LState, c *baiClient, op string) int {
	prefix := luavalue.ArgString(L, 1, op)
	return pushGo(L, baiAsk(L, op, func(ctx context.Context) ([]backendai.Match, error) { return c.inner.MatchSessions(ctx, prefix) }))
}

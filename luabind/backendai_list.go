package luabind

import (
	"context"
	"slices"
	"strings"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// list([{status = , limit = , access_key = , group_id = }]), or list(fields[, status[, access_key]]), gives a list of sessions.
func sessionList(L *lua.LState, c *baiClient, op string) int {
	if listedFields(L, op) {
		return pushSessions(L, c, op, backendai.ListOptions{Statuses: baiStatuses(L, L.Get(2), op), AccessKey: luavalue.ArgText(L, 3, op, "")})
	}
	return pushSessions(L, c, op, baiListOptions(L, 1, op))
}

func pushSessions(L *lua.LState, c *baiClient, op string, o backendai.ListOptions) int {
	list := fromGo(L, baiAsk(L, op, func(ctx context.Context) ([]backendai.Listed, error) { return collect(c.inner, ctx, o) }))
	list.(*lua.LTable).ForEach(func(_, item lua.LValue) { oldNames(item) })
	L.Push(list)
	return 1
}

// oldNames gives a session the names that its fields had up to API v4, besides.
func oldNames(item lua.LValue) {
	if t, ok := item.(*lua.LTable); ok {
		t.RawSetString("sess_id", t.RawGetString("name"))
		t.RawSetString("lang", t.RawGetString("image"))
	}
}

// listedFields says whether the first argument is the JavaScript client's list of fields. All fields come in any case; one
// that never does is refused here.
func listedFields(L *lua.LState, op string) bool {
	t, ok := L.Get(1).(*lua.LTable)
	if !ok || t.Len() == 0 {
		return L.Get(2) != lua.LNil
	}
	known := []string{"id", "name", "status", "status_info", "image", "type", "created_at", "terminated_at", "occupied_slots",
		"service_ports", "result", "access_key", "sess_id", "lang"}
	for _, field := range textList(L, t, op) {
		if !slices.Contains(known, field) {
			raise(L, op, luavalue.KindUsage, "client:gql asks for any field", "%s: there is no field %q; there are %s", op, field, strings.Join(known, ", "))
		}
	}
	return true
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
	out.Statuses = baiStatuses(L, o.Value("status"), op)
	return out
}

// baiStatuses reads one status or a list of them.
func baiStatuses(L *lua.LState, v lua.LValue, op string) (out []backendai.Status) {
	switch v := v.(type) {
	case lua.LString:
		return []backendai.Status{backendai.Status(v)}
	case *lua.LTable:
		for _, s := range textList(L, v, op) {
			out = append(out, backendai.Status(s))
		}
	}
	return out
}

func sessionCount(L *lua.LState, c *baiClient, op string) int {
	o := baiListOptions(L, 1, op)
	n := baiAsk(L, op, func(ctx context.Context) (int, error) { return c.inner.SessionCount(ctx, o) })
	L.Push(lua.LNumber(n))
	return 1
}

// get(id), or get(fields, id), knows ended sessions, too.
func sessionGet(L *lua.LState, c *baiClient, op string) int {
	if L.Get(1).Type() == lua.LTTable && listedFields(L, op) {
		L.Remove(1)
	}
	id := luavalue.ArgString(L, 1, op)
	end := fromGo(L, baiAsk(L, op, func(ctx context.Context) (*backendai.End, error) { return c.inner.SessionEnd(ctx, id) }))
	oldNames(end)
	L.Push(end)
	return 1
}

func sessionMatch(L *lua.LState, c *baiClient, op string) int {
	prefix := luavalue.ArgString(L, 1, op)
	return pushGo(L, baiAsk(L, op, func(ctx context.Context) ([]backendai.Match, error) { return c.inner.MatchSessions(ctx, prefix) }))
}

package luabind

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// baiFunction is a method of a namespace: its arguments begin at 1, whichever of "." and ":" it was called with.
type baiFunction func(L *lua.LState, c *baiClient, op string) int

// baiMethod is one with the number of its arguments.
type baiMethod = baiTaking[baiFunction]

// baiNamespaces are the groups of methods that the JavaScript client has beside its own.
func baiNamespaces() map[string]map[string]baiMethod {
	spaces := map[string]map[string]baiMethod{
		"compute_session": {"list": {6, sessionList}, "total_count": {5, sessionCount}, "get": {4, sessionGet}, "match": {1, sessionMatch}},
		"vfolder":         vfolderMethods(),
		"image":           {"list": {1, imageList}, "get": {2, imageGet}},
		"resource_preset": {"list": {0, presetList}, "check": {1, presetCheck}},
		"resource_policy": {"get": {2, policyGet}},
		"keypair":         {"list": {3, keyPairList}, "info": {2, keyPairInfo}},
		"user": {"list": {2, userList}, "get": {2, userGet},
			"role": simple(func(c *backendai.Client, ctx context.Context) (any, error) { return c.Role(ctx, "") })},
		"group":         {"list": {3, groupList}},
		"scaling_group": {"list": {1, scalingList}},
		"agent":         {"list": {2, agentList}},
		"usage":         {"user": simple(func(c *backendai.Client, ctx context.Context) (any, error) { return c.UserUsage(ctx) }), "month": {2, usageMonth}, "period": {3, usagePeriod}},
		"maintenance": {"recalculate_usage": {0, func(L *lua.LState, c *baiClient, op string) int {
			baiDo(L, op, c.inner.RecalculateUsage)
			return 0
		}}},
	}
	for name, m := range baiMutations() {
		space, method, _ := strings.Cut(name, ".")
		spaces[space][method] = changing(m)
	}
	spaces["keypair"]["add"] = baiMethod{7, keyPairAdd}
	spaces["keypair"]["mutate"], spaces["resource_policy"]["mutate"] = spaces["keypair"]["modify"], spaces["resource_policy"]["modify"]
	spaces["user"]["add"] = spaces["user"]["create"]
	return spaces
}

// baiNamespace makes the namespace of a client when it is asked for.
func baiNamespace(L *lua.LState, c *baiClient, name string) lua.LValue {
	methods, ok := baiNamespaces()[name]
	if !ok {
		return lua.LNil
	}
	space := L.CreateTable(0, len(methods))
	for method, fn := range methods {
		op := "client." + name + "." + method
		space.RawSetString(method, L.NewFunction(func(L *lua.LState) int {
			if L.Get(1) == space {
				L.Remove(1)
			}
			luavalue.NoMore(L, fn.most, op)
			return fn.fn(L, c, op)
		}))
	}
	return space
}

// simple is a method without arguments.
func simple(ask func(*backendai.Client, context.Context) (any, error)) baiMethod {
	return baiMethod{0, func(L *lua.LState, c *baiClient, op string) int {
		return pushGo(L, baiAsk(L, op, func(ctx context.Context) (any, error) { return ask(c.inner, ctx) }))
	}}
}

func imageList(L *lua.LState, c *baiClient, op string) int {
	if fields := fieldsArgument(L, 1, op); len(fields) > 0 {
		return selected(L, c, op, 1, "", backendai.Selection{Field: "images"})
	}
	return pushGo(L, baiAsk(L, op, c.inner.Images))
}

func imageGet(L *lua.LState, c *baiClient, op string) int {
	ref, arch := luavalue.ArgString(L, 1, op), luavalue.ArgText(L, 2, op, "")
	return pushGo(L, baiAsk(L, op, func(ctx context.Context) (*backendai.Image, error) { return c.inner.Image(ctx, ref, arch) }))
}

func presetList(L *lua.LState, c *baiClient, op string) int {
	L.Push(presetTables(L, baiAsk(L, op, c.inner.Presets)))
	return 1
}

// presetTables are presets as the manager tells of them, their amounts as text.
func presetTables(L *lua.LState, list []backendai.Preset) *lua.LTable {
	out := L.CreateTable(len(list), 0)
	for _, p := range list {
		preset := fromJSON(L, p.Raw)
		if t, ok := preset.(*lua.LTable); ok {
			t.RawSetString("resource_slots", fromGo(L, p.Slots))
		}
		out.Append(preset)
	}
	return out
}

// check([group or {group = }]) gives the limits, what is used and left, and which presets fit.
func presetCheck(L *lua.LState, c *baiClient, op string) int {
	group := groupArgument(L, op)
	got := baiAsk(L, op, func(ctx context.Context) (*backendai.Limits, error) { return c.inner.CheckPresets(ctx, group) })
	answer := fromJSON(L, got.Raw)
	if t, ok := answer.(*lua.LTable); ok {
		known := fromGo(L, got)
		known.(*lua.LTable).ForEach(t.RawSet) // amounts as text
		t.RawSetString("presets", presetTables(L, got.Presets))
	}
	L.Push(answer)
	return 1
}

func groupArgument(L *lua.LState, op string) string {
	if L.Get(1).Type() == lua.LTTable {
		return luavalue.Opts(L, 1, op, "group").String("group", "")
	}
	return luavalue.ArgText(L, 1, op, "")
}

func scalingList(L *lua.LState, c *baiClient, op string) int {
	group := groupArgument(L, op)
	return pushGo(L, baiAsk(L, op, func(ctx context.Context) ([]string, error) { return c.inner.ScalingGroups(ctx, group) }))
}

// month("202611", {group ids}).
func usageMonth(L *lua.LState, c *baiClient, op string) int {
	month, groups := luavalue.ArgString(L, 1, op), textList(L, luavalue.ArgTable(L, 2, op), op)
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.UsagePerMonth(ctx, month, groups) }))
}

// period(group id, "20261101", "20261121").
func usagePeriod(L *lua.LState, c *baiClient, op string) int {
	group, from, to := luavalue.ArgString(L, 1, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op)
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) {
		return c.inner.UsagePerPeriod(ctx, group, from, to)
	}))
}

package luabind

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// The lists of accounts and of what they may use take the JavaScript client's arguments in its places; nil asks for one's own, or
// does not narrow.

// selected asks a question of GraphQL; fields are those of argument n, or the usual ones.
func selected(L *lua.LState, c *baiClient, op string, n int, usual string, s backendai.Selection) int {
	s.Fields = fieldsArgument(L, n, op)
	if len(s.Fields) == 0 {
		s.Fields = strings.Fields(usual)
	}
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.Select(ctx, s) }))
}

// fieldsArgument is a list of names of fields, nil for none.
func fieldsArgument(L *lua.LState, n int, op string) []string {
	if L.Get(n) == lua.LNil {
		return nil
	}
	fields := textList(L, luavalue.ArgList(L, n, op), op)
	if err := backendai.CheckFields(fields); err != nil {
		luavalue.WrongArg(L, n, op, "is a list of fields, and %s", err)
	}
	return fields
}

// given is a text or a flag as the value of an argument that may be left out.
func given(L *lua.LState, n int, op string, flag bool) any {
	switch {
	case L.Get(n) == lua.LNil:
		return nil
	case flag:
		return luavalue.ArgBool(L, n, op, false)
	}
	text := luavalue.ArgString(L, n, op)
	if text == "" {
		luavalue.WrongArg(L, n, op, "is empty: leave it out (nil), or say which")
	}
	return text
}

const (
	keyPairFields = "access_key is_active is_admin resource_policy rate_limit concurrency_used user_id created_at last_used"
	userFields    = "email full_name role status domain_name groups{id,name}"
	policyFields  = "name max_concurrent_sessions total_resource_slots idle_timeout max_session_lifetime"
	agentFields   = "id status available_slots occupied_slots version"
)

// keypair.info([access_key[, fields]]).
func keyPairInfo(L *lua.LState, c *baiClient, op string) int {
	return selected(L, c, op, 2, keyPairFields, backendai.Selection{Field: "keypair",
		Args: []backendai.Argument{{Variable: "access_key", Name: "access_key", Type: "String!", Value: given(L, 1, op, false)}}})
}

// keypair.list([user[, fields[, active]]]).
func keyPairList(L *lua.LState, c *baiClient, op string) int {
	user, fields, active := luavalue.ArgText(L, 1, op, ""), fieldsArgument(L, 2, op), given(L, 3, op, true)
	if len(fields) == 0 {
		fields = strings.Fields(keyPairFields)
	}
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) {
		return c.inner.KeyPairRows(ctx, user, fields, active)
	}))
}

// user.get([email[, fields]]).
func userGet(L *lua.LState, c *baiClient, op string) int {
	return selected(L, c, op, 2, userFields, backendai.Selection{Field: "user",
		Args: []backendai.Argument{{Variable: "email", Name: "email", Type: "String", Value: given(L, 1, op, false)}}})
}

// user.list([active[, fields]]).
func userList(L *lua.LState, c *baiClient, op string) int {
	return selected(L, c, op, 2, userFields, backendai.Selection{Field: "users",
		Args: []backendai.Argument{{Variable: "is_active", Name: "is_active", Type: "Boolean", Value: given(L, 1, op, true)}}})
}

// group.list([active[, domain[, fields]]]).
func groupList(L *lua.LState, c *baiClient, op string) int {
	return selected(L, c, op, 3, "id name domain_name", backendai.Selection{Field: "groups", Args: []backendai.Argument{
		{Variable: "domain_name", Name: "domain_name", Type: "String", Value: given(L, 2, op, false)},
		{Variable: "is_active", Name: "is_active", Type: "Boolean", Value: given(L, 1, op, true)}}})
}

// resource_policy.get([name[, fields]]).
func policyGet(L *lua.LState, c *baiClient, op string) int {
	return selected(L, c, op, 2, policyFields, backendai.Selection{Field: "keypair_resource_policy",
		Args: []backendai.Argument{{Variable: "n", Name: "name", Type: "String!", Value: given(L, 1, op, false)}}})
}

// agent.list([status[, fields]]) gives at most 100 machines.
func agentList(L *lua.LState, c *baiClient, op string) int {
	const most = 100
	status, fields := luavalue.ArgText(L, 1, op, "ALIVE"), fieldsArgument(L, 2, op)
	if len(fields) == 0 {
		fields = strings.Fields(agentFields)
	}
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) {
		return c.inner.AgentRows(ctx, status, fields, most)
	}))
}

// keypair.add(user, props), or keypair.add(user[, active[, admin[, policy[, rate_limit[, access_key, secret_key]]]]]).
func keyPairAdd(L *lua.LState, c *baiClient, op string) int {
	user, props := luavalue.ArgString(L, 1, op), json.RawMessage(nil)
	if L.Get(2).Type() == lua.LTTable {
		luavalue.NoMore(L, 2, op)
		props = baiBody(L, 2, op)
	} else {
		props = keyPairProps(L, op)
	}
	m := baiMutations()["keypair.add"]
	return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.Change(ctx, m, user, props) }))
}

// keyPairProps are the JavaScript client's arguments for a new key, with its values for what is left out.
func keyPairProps(L *lua.LState, op string) json.RawMessage {
	props := map[string]any{"is_active": luavalue.ArgBool(L, 2, op, true), "is_admin": luavalue.ArgBool(L, 3, op, false),
		"resource_policy": luavalue.ArgText(L, 4, op, "default"), "rate_limit": luavalue.ArgInt(L, 5, op, 1000)}
	for n, name := range map[int]string{6: "access_key", 7: "secret_key"} {
		if v := given(L, n, op, false); v != nil {
			props[name] = v
		}
	}
	text, err := json.Marshal(props)
	if err != nil {
		raiseOp(L, op, err)
	}
	return text
}

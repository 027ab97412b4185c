package luabind

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// mcpToolNames are the fields of a tool, and mcpServeNames the options of mcp.serve.
var (
	mcpToolNames  = [...]string{"description", "input", "run"}
	mcpServeNames = [...]string{"call_timeout"}
)

// luaTool is a function of the script that programs may call.
type luaTool struct {
	name        string
	description string
	input       *inputSchema
	run         *lua.LFunction
}

// mcp.serve(client, name, tools[, opts]) offers functions of the script as tools.
func (rt *Runtime) mcpServe(L *lua.LState) int {
	const op = "mcp.serve"
	c := toolClient(L, op, L.Get(1), func(got lua.LValueType) {
		luavalue.WrongArg(L, 1, op, "must be a client of pie.connect, not a %s", got)
	})
	name := luavalue.ArgString(L, 2, op)
	tools := readTools(L, luavalue.ArgTable(L, 3, op), op)
	o := luavalue.Opts(L, 4, op, mcpServeNames[:]...)
	timeout := positive(o, "call_timeout", pie.DefaultLongTimeout)
	s := &luaTools{rt: rt, tools: tools, list: toolList(tools), offer: &mcpOffer{name: name, scope: rt.sched.Current().Scope()}}
	s.use, _ = rt.sched.Current().Local(useKey).(*client)
	s.offer.withdraw = rt.offer(L, op, c, name, s, pie.Offer{Timeout: timeout})
	rt.sched.Current().Scope().Own(s.offer)
	L.Push(rt.newUserData(mcpOfferMeta, s.offer))
	return 1
}

// readTools reads the table of tools by name.
func readTools(L *lua.LState, t *lua.LTable, op string) map[string]*luaTool {
	tools := map[string]*luaTool{}
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		name, named := k.(lua.LString)
		fields, is := v.(*lua.LTable)
		if !named || !is {
			raise(L, op, luavalue.KindUsage, `write { search = { description = "…", run = function(args) … end } }`,
				"%s: the tools are a table of name = { … }", op)
		}
		tools[string(name)] = readTool(L, string(name), fields, op)
	}
	return tools
}

func readTool(L *lua.LState, name string, fields *lua.LTable, op string) *luaTool {
	o := luavalue.OptsTable(L, fields, op+", tool "+name, mcpToolNames[:]...)
	tool := &luaTool{name: name, description: o.String("description", ""), run: o.Function("run")}
	if tool.run == nil {
		o.Fail("run", "is missing: give the function that does the work")
	}
	var err error
	if tool.input, err = readSchema(o.Table("input")); err != nil {
		o.Fail("input", "is no JSON schema: %s", err)
	}
	return tool
}

// toolList is the answer to tools/list, by name.
func toolList(tools map[string]*luaTool) json.RawMessage {
	type entry struct {
		Name        string          `json:"name"`
		Description string          `json:"description,omitempty"`
		Input       json.RawMessage `json:"inputSchema"`
	}
	list := []entry{}
	for _, name := range slices.Sorted(maps.Keys(tools)) {
		list = append(list, entry{name, tools[name].description, tools[name].input.text})
	}
	text, _ := json.Marshal(map[string]any{"tools": list}) // texts and valid JSON: it cannot fail
	return text
}

package luabind

import (
	"context"
	"strings"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// Names of the metatables of the module backendai.
const (
	baiConfigMeta   = "pierun.backendai.config"
	baiClientMeta   = "pierun.backendai.client"
	baiSessionMeta  = "pierun.backendai.session"
	baiTerminalMeta = "pierun.backendai.terminal"
	baiForwardMeta  = "pierun.backendai.forward"
)

// baiClient is a script's client of a Backend.AI manager. Scheduler's goroutine.
type baiClient struct {
	rt    *Runtime
	inner *backendai.Client
	value *lua.LUserData
	owned map[string]*baiSession // sessions made here that have not been given up, by id
}

// openBackendAI makes the module backendai.
func openBackendAI(rt *Runtime) lua.LValue {
	rt.openBAIConfig()
	rt.openBAIClient()
	rt.openBAISession()
	rt.openBAITerminal()
	rt.openBAIForward()
	functions := baiMethods("backendai.", map[string]baiTaking[lua.LGFunction]{"pie": {1, rt.baiPie}, "from_env": {0, rt.baiFromEnv},
		"client": {2, rt.baiClientCall}, "client_config": {4, rt.baiConfigCall}, "client_config.create_from_env": {0, rt.baiConfigFromEnv}})
	module := rt.L.CreateTable(0, 8)
	for _, name := range []string{"pie", "from_env"} {
		module.RawSetString(name, rt.L.NewFunction(functions[name]))
	}
	module.RawSetString("client", rt.callable(functions["client"], baiConstants(rt.L)))
	module.RawSetString("client_config", rt.callable(functions["client_config"], rt.L.SetFuncs(rt.L.CreateTable(0, 2), map[string]lua.LGFunction{
		"create_from_env": functions["client_config.create_from_env"],
	})))
	baiConstants(rt.L).ForEach(module.RawSet)
	return module
}

// baiConstants are the numbers of err.type.
func baiConstants(L *lua.LState) *lua.LTable {
	t := L.CreateTable(0, 4)
	for _, e := range []backendai.ErrorType{backendai.ErrServer, backendai.ErrResponse, backendai.ErrRequest} {
		t.RawSetString(e.String(), lua.LNumber(e))
	}
	return t
}

// callable makes a table that can be called like a function.
func (rt *Runtime) callable(fn lua.LGFunction, t *lua.LTable) *lua.LTable {
	mt := rt.L.CreateTable(0, 1)
	mt.RawSetString("__call", rt.L.NewFunction(func(L *lua.LState) int {
		L.Remove(1)
		return fn(L)
	}))
	t.Metatable = mt
	return t
}

// openBAIConfig makes the metatable of configurations; their fields can be read, the secrets among them cannot.
func (rt *Runtime) openBAIConfig() {
	mt := rt.openType(baiConfigMeta, map[string]lua.LGFunction{}, func(L *lua.LState) int {
		L.Push(lua.LString("configuration of a Backend.AI client"))
		return 1
	})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		c := self[*backendai.Config](L, "client_config")
		switch name {
		case "access_key":
			return lua.LString(c.AccessKey)
		case "endpoint":
			return lua.LString(c.Addresses()[0])
		case "endpoint_host":
			return knownText(c.Host())
		case "connection_mode":
			return lua.LString(orWord(string(c.Mode), string(backendai.ModeAPI)))
		case "hash_type":
			return lua.LString("sha256")
		case "domain", "group", "api_version", "api_version_major", "user_id":
			major, _, _ := strings.Cut(c.APIVersion, ".")
			return knownText(map[string]string{"domain": c.Domain, "group": c.Group, "api_version": c.APIVersion, "api_version_major": major, "user_id": c.User}[name])
		}
		return lua.LNil
	})
}

// knownText is nil for what is not known.
func knownText(text string) lua.LValue {
	if text == "" {
		return lua.LNil
	}
	return lua.LString(text)
}

func orWord(word, otherwise string) string {
	if word == "" {
		return otherwise
	}
	return word
}

// backendai.client_config.create_from_env() reads the environment and pierun.toml.
func (rt *Runtime) baiConfigFromEnv(L *lua.LState) int {
	return rt.pushBAIConfig(L, "backendai.client_config.create_from_env", backendai.Config{})
}

// backendai.client_config([access_key[, secret_key[, endpoint[, mode]]]]), or a table of options.
func (rt *Runtime) baiConfigCall(L *lua.LState) int {
	const op = "backendai.client_config"
	if L.Get(1).Type() == lua.LTTable {
		luavalue.NoMore(L, 1, op)
		return rt.pushBAIConfig(L, op, baiOptions(L, 1, op))
	}
	text := func(i int) string {
		if L.Get(i) == lua.LString("") {
			luavalue.WrongArg(L, i, op, "is empty; %s", otherwiseFrom([]string{"access_key", "secret_key", "endpoint", "mode"}[i-1]))
		}
		return luavalue.ArgText(L, i, op, "")
	}
	c := backendai.Config{AccessKey: text(1), SecretKey: text(2), Mode: backendai.Mode(text(4))}
	if e := text(3); e != "" {
		c.Endpoints = []string{e}
	}
	if strings.EqualFold(string(c.Mode), string(backendai.ModeSession)) {
		c.User, c.Password = c.AccessKey, c.SecretKey
	}
	return rt.pushBAIConfig(L, op, c)
}

// baiOptionNames are the options of a client.
func baiOptionNames() []string {
	return []string{"access_key", "secret_key", "endpoint", "mode", "user", "password", "token", "domain", "group", "api_version", "ca_file",
		"skip_tls_verify", "connect_timeout", "request_timeout", "long_timeout", "max_body", "agent_signature"}
}

// otherwiseFrom says what to do about an option that is empty, which is nearly always a name that nobody has set.
func otherwiseFrom(option string) string {
	variable := map[string]string{"access_key": "ACCESS_KEY", "secret_key": "SECRET_KEY", "endpoint": "ENDPOINT", "mode": "ENDPOINT_TYPE", "user": "USER",
		"password": "PASSWORD", "domain": "DOMAIN", "group": "GROUP", "api_version": "API_VERSION", "ca_file": "CA_FILE"}[option]
	if variable == "" {
		return "give it a value, or leave it out"
	}
	return "give it a value, or leave it out (nil) and it is that of BACKEND_" + variable
}

// baiOptions reads the settings a script gives itself.
func baiOptions(L *lua.LState, idx int, op string) backendai.Config {
	o := luavalue.Opts(L, idx, op, baiOptionNames()...)
	for _, name := range baiOptionNames() {
		if text, ok := o.Value(name).(lua.LString); ok && strings.Trim(string(text), " ,") == "" && name != "agent_signature" {
			o.Fail(name, "is empty; %s", otherwiseFrom(name))
		}
	}
	c := backendai.Config{AccessKey: o.String("access_key", ""), SecretKey: o.String("secret_key", ""), Mode: backendai.Mode(o.String("mode", "")),
		User: o.String("user", ""), Password: o.String("password", ""), Token: o.String("token", ""),
		Domain: o.String("domain", ""), Group: o.String("group", ""), APIVersion: o.String("api_version", ""), CAFile: o.String("ca_file", ""), SkipTLSVerify: o.Bool("skip_tls_verify", false),
		ConnectTimeout: o.Duration("connect_timeout", 0), RequestTimeout: o.Duration("request_timeout", 0),
		LongTimeout: o.Duration("long_timeout", 0), MaxBody: o.Size("max_body", 0), AgentSignature: o.String("agent_signature", "")}
	c.Endpoints = strings.FieldsFunc(o.String("endpoint", ""), func(r rune) bool { return r == ',' || r == ' ' })
	return c
}

// pushBAIConfig completes a configuration from the environment and the file, and checks it.
func (rt *Runtime) pushBAIConfig(L *lua.LState, op string, given backendai.Config) int {
	L.Push(rt.newUserData(baiConfigMeta, rt.baiConfig(L, op, given)))
	return 1
}

func (rt *Runtime) baiConfig(L *lua.LState, op string, given backendai.Config) *backendai.Config {
	from := rt.cfg.BackendAI
	given.DialContext, given.Clock = from.Arguments.DialContext, rt.cfg.Clock
	given.Ledger, given.Connected = from.Arguments.Ledger, from.Arguments.Connected
	from.Arguments = given
	c, err := backendai.Load(from)
	if err != nil {
		baiFail(L, op, err)
	}
	return &c
}

// backendai.from_env() is backendai.client(backendai.client_config.create_from_env()).
func (rt *Runtime) baiFromEnv(L *lua.LState) int {
	L.Push(rt.newBAIClient(L, "backendai.from_env", *rt.baiConfig(L, "backendai.from_env", backendai.Config{})).value)
	return 1
}

// backendai.client([config or options[, agent_signature]]).
func (rt *Runtime) baiClientCall(L *lua.LState) int {
	const op = "backendai.client"
	var c *backendai.Config
	if u, ok := L.Get(1).(*lua.LUserData); ok {
		if c, ok = u.Value.(*backendai.Config); !ok {
			luavalue.WrongArg(L, 1, op, "must be a configuration or a table of options")
		}
	} else {
		c = rt.baiConfig(L, op, baiOptions(L, 1, op))
	}
	cfg := *c
	cfg.AgentSignature = orWord(luavalue.ArgText(L, 2, op, ""), cfg.AgentSignature)
	L.Push(rt.newBAIClient(L, op, cfg).value)
	return 1
}

// newBAIClient makes a client; it ends with the run.
func (rt *Runtime) newBAIClient(L *lua.LState, op string, cfg backendai.Config) *baiClient {
	inner, err := backendai.New(cfg)
	if err != nil {
		baiFail(L, op, err)
	}
	c := &baiClient{rt: rt, inner: inner, owned: map[string]*baiSession{}}
	c.value = rt.newUserData(baiClientMeta, c)
	rt.baiClients = append(rt.baiClients, inner)
	return c
}

// baiAsk makes a call to the manager, suspending this task alone.
func baiAsk[T any](L *lua.LState, op string, work func(context.Context) (T, error)) T {
	v, err := sched.Await(L, -1, work, nil)
	if err != nil {
		baiFail(L, op, err)
	}
	return v
}

// baiDo is baiAsk for what has no answer.
func baiDo(L *lua.LState, op string, work func(context.Context) error) {
	baiAsk(L, op, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) })
}

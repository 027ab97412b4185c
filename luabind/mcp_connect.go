package luabind

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/pierun/pierun/internal/toolserver"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// mcpConnectNames are the options of mcp.connect, mcpCallNames those of server:call and server:request.
var (
	mcpConnectNames = [...]string{"command", "cwd", "env", "url", "headers", "name", "client", "allow", "timeout", "call_timeout"}
	mcpCallNames    = [...]string{"timeout"}
)

// mcpTimeout is how long starting an MCP server may take: package runners fetch it first.
const mcpTimeout = time.Minute

// mcp.connect(opts) starts or reaches an MCP server, and offers it to the programs of a client.
func (rt *Runtime) mcpConnect(L *lua.LState) int {
	const op = "mcp.connect"
	o := luavalue.OptsTable(L, luavalue.ArgTable(L, 1, op), op, mcpConnectNames[:]...)
	cfg := rt.mcpConfig(o, op)
	allow := allowOption(o, op)
	s := &mcpServer{rt: rt, name: cfg.Name, timeout: positive(o, "call_timeout", pie.DefaultLongTimeout)}
	limit := positive(o, "timeout", mcpTimeout)
	var c *client
	if o.Has("client") {
		c = toolClient(L, op, o.Value("client"), func(got lua.LValueType) { o.Fail("client", "must be a client of pie.connect, not a %s", got) })
	} else if allow != nil {
		o.Fail("allow", "says what programs may use: name their client, too")
	}
	s.start(L, op, cfg, limit)
	if c != nil {
		s.offer = &mcpOffer{name: s.name}
		s.offer.withdraw = rt.offer(L, op, c, s.name, s.inner, pie.Offer{Allow: allow, Timeout: s.timeout})
	}
	L.Push(rt.newUserData(mcpServerMeta, s))
	return 1
}

// start connects. From then on the scope owns the server, whatever becomes of the call.
func (s *mcpServer) start(L *lua.LState, op string, cfg toolserver.Config, limit time.Duration) {
	rt := s.rt
	inner, err := sched.Await(L, -1, func(ctx context.Context) (*toolserver.Server, error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return toolserver.Connect(ctx, cfg)
	}, func(late *toolserver.Server) { rt.work.Go(late.Close) })
	if err != nil {
		fail(L, op, err)
	}
	s.inner, s.scope = inner, rt.sched.Current().Scope()
	s.scope.Own(s)
}

// mcpConfig reads which server, and how it is reached.
func (rt *Runtime) mcpConfig(o luavalue.Options, op string) toolserver.Config {
	cfg := toolserver.Config{URL: o.String("url", ""), Dir: o.String("cwd", ""), Stderr: rt.stderr, Clock: rt.cfg.Clock, Grace: rt.cfg.Grace / 2,
		Env: wordsOption(o, "env"), Headers: wordsOption(o, "headers")}
	if t := o.Table("command"); t != nil {
		cfg.Command = textList(o.L, t, op)
	}
	switch {
	case (len(cfg.Command) == 0) == (cfg.URL == ""):
		raise(o.L, op, luavalue.KindUsage, `command = { "program", "argument" }, or url = "https://host/mcp"`, "%s: give a command or a url, one of the two", op)
	case cfg.URL != "" && (cfg.Dir != "" || cfg.Env != nil):
		o.Fail("cwd", "and env are for a command, not for a url")
	case cfg.URL == "" && cfg.Headers != nil:
		o.Fail("headers", "are for a url, not for a command")
	}
	cfg.Name = o.String("name", defaultMCPName(cfg))
	return cfg
}

// defaultMCPName is the program's name, or the host's.
func defaultMCPName(cfg toolserver.Config) string {
	if cfg.URL == "" {
		name := filepath.Base(cfg.Command[0])
		return strings.TrimSuffix(name, filepath.Ext(name))
	}
	if u, err := url.Parse(cfg.URL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return cfg.URL
}

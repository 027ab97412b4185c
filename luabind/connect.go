package luabind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	lua "github.com/yuin/gopher-lua"
)

// connectOptions are the names of the options of pie.connect and pie.client.
var connectOptions = [...]string{
	"user", "key", "token", "ca", "cert", "cert_key",
	"dialect", "timeout", "request_timeout", "liveness", "reconnect", "max_instances", "buffer",
	"early_buffer", "out_buffer", "read_limit", "file_memory", "file_disk",
}

// embeddedURI is what stands for the address of the embedded engine.
const embeddedURI = "ws://embedded"

// clientConfig makes the configuration of a client: an address, nil for the default one, and options.
func (rt *Runtime) clientConfig(L *lua.LState, fn string, uri lua.LValue, o luavalue.Options) pie.Config {
	cfg := rt.baseConfig()
	switch uri := uri.(type) {
	case *lua.LNilType:
	case lua.LString:
		cfg.URI = checkURI(L, fn, string(uri))
	default:
		luavalue.WrongArg(L, 1, fn, "must be an address, not %s", luavalue.Named(uri))
	}
	rt.setLogin(L, fn, o, &cfg, uri != lua.LNil)
	cfg.Dialect = o.String("dialect", rt.cfg.Dialect)
	cfg.DialTimeout = positive(o, "timeout", pie.DefaultDialTimeout)
	cfg.RequestTimeout = positive(o, "request_timeout", pie.DefaultRequestTimeout)
	cfg.Liveness = positive(o, "liveness", pie.DefaultLiveness)
	cfg.Reconnect = o.Bool("reconnect", true)
	cfg.MaxInstances = o.Int("max_instances", 0)
	cfg.Buffer = o.Size("buffer", pie.DefaultBuffer)
	cfg.EarlyBuffer = o.Size("early_buffer", pie.DefaultEarlyBuffer)
	cfg.OutBuffer = o.Size("out_buffer", pie.DefaultOutBuffer)
	cfg.ReadLimit = o.Size("read_limit", pie.DefaultReadLimit)
	cfg.FileMemory = o.Size("file_memory", pie.DefaultFileMemory)
	cfg.FileDisk = o.Size("file_disk", pie.DefaultFileDisk)
	if o.Has("max_instances") && cfg.MaxInstances < 1 {
		o.Fail("max_instances", "must be at least 1, not %d", cfg.MaxInstances)
	}
	return rt.embedded(L, fn, cfg)
}

// positive reads a duration that must not be zero.
func positive(o luavalue.Options, name string, def time.Duration) time.Duration {
	d := o.Duration(name, def)
	if d <= 0 {
		o.Fail(name, "must be longer than nothing")
	}
	return d
}

// baseConfig is what all clients of a run share.
func (rt *Runtime) baseConfig() pie.Config {
	return pie.Config{
		URI:      rt.cfg.Server,
		Box:      func(text string) any { return lua.LString(text) },
		Clock:    rt.cfg.Clock,
		Journal:  rt.cfg.Journal,
		Lend:     rt.sched.Drive,
		Warn:     rt.warn,
		Outage:   rt.outage(),
		Arriving: rt.arriving(),
	}
}

// warn prints what a client found out by itself. Any goroutine.
func (rt *Runtime) warn(w pie.Warning) {
	whom := cmp.Or(w.Program, w.Server, "an instance")
	if w.InstanceID != "" {
		whom += " (" + w.InstanceID + ")"
	}
	rt.sched.Post(func() { _, _ = fmt.Fprintf(rt.stderr, "pierun: %s: %s\n", whom, w.Message) })
}

// embedded points a configuration without an address at the embedded engine.
func (rt *Runtime) embedded(L *lua.LState, fn string, cfg pie.Config) pie.Config {
	if cfg.URI != "" {
		if cfg.URI == rt.cfg.Server {
			cfg.DialContext = rt.cfg.DialServer
		}
		return cfg
	}
	if rt.cfg.Dial == nil {
		raise(L, fn, luavalue.KindConnect, "name a server: --server ws://host:port, $PIE_SERVER, or pie.connect(uri)",
			"there is no server to connect to")
	}
	cfg.URI, cfg.DialContext, cfg.Newest = embeddedURI, rt.cfg.Dial, rt.newestEmbedded
	if cfg.Dialect == "" || cfg.Dialect == "auto" {
		cfg.Dialect = rt.cfg.DialDialect
	}
	return cfg
}

// newestEmbedded gives the version of a program of the embedded engine, which has its own programs and no registry.
func (rt *Runtime) newestEmbedded(_ context.Context, name string) (string, error) {
	for _, program := range rt.cfg.DialPrograms {
		if known, version, _ := strings.Cut(program, "@"); known == name {
			return version, nil
		}
	}
	return "", errors.New("the engine, a simulation, has no program of this name (pierun programs lists those it has)")
}

// newest gives the version that a bare name means on a server that takes no bare names: an embedded engine that somebody
// serves has the programs of ours, any other server those of the registry. Any goroutine, once connected.
func (c *client) newest(ctx context.Context, name string) (string, error) {
	if simulated, err := c.inner.Simulated(ctx); err == nil && simulated {
		return c.rt.newestEmbedded(ctx, name)
	}
	return program.Registry{}.Newest(ctx, name)
}

// checkURI refuses what cannot be an address, before anything is dialled.
func checkURI(L *lua.LState, fn, uri string) string {
	full := uri
	if !strings.Contains(uri, "://") {
		full = "ws://" + uri
	}
	u, err := url.Parse(full)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		raise(L, fn, luavalue.KindUsage, "an address looks like ws://host:port or wss://host/path", "%s: %q is not the address of a Pie server", fn, uri)
	}
	return full
}

// connect makes sure that c is connected. Tasks that come while another one dials wait for that one; after a close it
// raises lost.
func (c *client) connect(L *lua.LState, op string) {
	for c.inner == nil {
		c.checkOpen(L, op)
		if c.dialling {
			c.waitDial(L)
			continue
		}
		c.rt.checkWords(L)
		c.dial(L, op)
	}
	c.checkOpen(L, op)
}

// waitDial waits until the task that dials has an outcome; its failure is not ours, we try again.
func (c *client) waitDial(L *lua.LState) {
	task := c.rt.sched.Current()
	c.waiting = append(c.waiting, task)
	task.Suspend(L, -1)
}

func (c *client) dial(L *lua.LState, op string) {
	c.dialling = true
	defer func() {
		c.dialling = false
		for _, task := range c.waiting {
			task.Wake()
		}
		c.waiting = nil
	}()
	late := func(inner *pie.Client) { c.rt.work.Go(func() { c.rt.closeClient(inner) }) }
	config := c.config
	if config.Newest == nil {
		config.Newest = c.newest
	}
	inner, err := sched.Await(L, -1, func(ctx context.Context) (*pie.Client, error) { return pie.Dial(ctx, config) }, late)
	if err != nil {
		luavalue.Raise(L, c.noEntry(op, err))
	}
	if c.closed { // while we dialled
		late(inner)
		return
	}
	c.inner = inner
	c.greet()
}

// noServer is the cause of an error of kind connect where the run has one server, and no connection to it has worked.
type noServer struct{ error }

func (n noServer) Unwrap() error { return n.error }

// noEntry words a connection that did not come about.
func (c *client) noEntry(op string, err error) *luavalue.Error {
	e := luaError(op, err)
	if e.Kind == luavalue.KindConnect && c.alone() {
		e.Cause = noServer{err}
	}
	return e
}

// alone tells whether the run has one server, and no connection to it has worked. A row that names its server may be one
// of many that each ask another one.
func (c *client) alone() bool {
	if !c.common {
		return false
	}
	for _, other := range c.rt.clients.all {
		if other.inner != nil || other.config.URI != c.config.URI {
			return false
		}
	}
	return true
}

// greet lets the host do with a new connection what it has to, beside the script.
func (c *client) greet() {
	if c.rt.cfg.Connected == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	greeted := make(chan struct{})
	go func() {
		defer close(greeted)
		c.rt.cfg.Connected(ctx, c.inner)
	}()
	c.greeted = func() {
		stop := c.rt.cfg.Clock.AfterFunc(c.rt.cfg.Grace, cancel)
		<-greeted
		stop()
		cancel()
	}
}

// checkOpen raises lost when the client was closed.
func (c *client) checkOpen(L *lua.LState, op string) {
	if c.closed {
		raise(L, op, luavalue.KindLost, "make a new one with pie.connect()", "%s: the client was closed", op)
	}
}

package luabind

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// closing is a Go resource that ends with its scope: a stream, a terminal, a listener.
type closing struct {
	sched.Ownership
	rt    *Runtime
	close func()
	ended bool
}

// Ended tells that there is nothing to release.
func (c *closing) Ended() bool { return c.ended }

// Release closes it on a goroutine of the runtime.
func (c *closing) Release(done func()) {
	c.ended = true
	c.rt.work.Go(func() { defer done(); c.close() })
}

// holds makes a resource that the innermost scope ends, unless it is ended before.
func (rt *Runtime) holds(closeIt func()) *closing {
	c := &closing{rt: rt, close: closeIt}
	rt.sched.Current().Scope().Own(c)
	return c
}

// leave ends it now.
func (c *closing) leave() {
	if !c.ended {
		c.rt.sched.Root().Disown(c)
		c.Release(func() {})
	}
}

// client:events([{session =, id =, group =, owner_access_key =, scope =}]) iterates over events as they happen.
func baiEvents(L *lua.LState) int {
	const op = "client:events"
	c := self[*baiClient](L, op)
	o := luavalue.Opts(L, 2, op, "session", "id", "group", "owner_access_key", "scope")
	return c.events(L, op, backendai.EventFilter{SessionName: o.String("session", ""), SessionID: o.String("id", ""),
		Group: o.String("group", ""), Owner: o.String("owner_access_key", ""), Scope: o.String("scope", "")})
}

// client:background_task(id) iterates over what happens to a task of the manager, to its end.
func baiTask(L *lua.LState) int {
	const op = "client:background_task"
	c, id := self[*baiClient](L, op), luavalue.ArgString(L, 2, op)
	return c.follow(L, op, "", func(ctx context.Context) (*backendai.EventStream, error) { return c.inner.BackgroundTask(ctx, id) })
}

// session:events() iterates over the events of one session; its end is the last.
func sessionEvents(L *lua.LState) int {
	s := openSession(L, "session:events")
	return s.client.events(L, "session:events", backendai.EventFilter{SessionName: s.name})
}

func (c *baiClient) events(L *lua.LState, op string, f backendai.EventFilter) int {
	return c.follow(L, op, f.SessionName, func(ctx context.Context) (*backendai.EventStream, error) { return c.inner.Events(ctx, f) })
}

// follow pushes an iterator over a stream that open opens; session is the one it is about, "" for none.
func (c *baiClient) follow(L *lua.LState, op, session string, open func(context.Context) (*backendai.EventStream, error)) int {
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := sched.Await(L, -1, func(opening context.Context) (*backendai.EventStream, error) {
		defer context.AfterFunc(opening, cancel)()
		return open(ctx)
	}, func(s *backendai.EventStream) { s.Close() })
	if err != nil {
		cancel()
		baiFail(L, op, err)
	}
	held := c.rt.holds(func() { stream.Close(); cancel() })
	L.Push(L.NewFunction(func(L *lua.LState) int {
		if held.ended {
			return 0
		}
		return nextEvent(L, op, stream, held, session)
	}))
	return 1
}

// nextEvent gives name and event; nil at the end of the stream, and behind the end of the session it is about.
func nextEvent(L *lua.LState, op string, stream *backendai.EventStream, held *closing, session string) int {
	e, err := sched.Await(L, -1, func(ctx context.Context) (*backendai.Event, error) {
		defer context.AfterFunc(ctx, stream.Close)()
		return stream.Next()
	}, nil)
	if errors.Is(err, io.EOF) && !errors.As(err, new(*backendai.Error)) {
		held.leave()
		return 0
	}
	if err != nil {
		held.leave()
		baiFail(L, op, err)
	}
	if session != "" && e.Name == "session_terminated" {
		held.leave()
	}
	L.Push(lua.LString(e.Name))
	L.Push(fromJSON(L, e.Data))
	return 2
}

// leastLook is the shortest pause between two looks at a log.
const leastLook = 100 * time.Millisecond

// session:logs([{follow = false, every = "2s"}]) iterates over the lines so far, and with follow over those to come, to
// the end of the session.
func sessionLogs(L *lua.LState) int {
	const op = "session:logs"
	s := openSession(L, op)
	o := luavalue.Opts(L, 2, op, "follow", "every")
	l := &logLines{s: s, follow: o.Bool("follow", false), every: o.Duration("every", 2*time.Second)}
	if l.every < leastLook {
		o.Fail("every", "must be at least "+leastLook.String()+": managers count requests")
	}
	L.Push(L.NewFunction(func(L *lua.LState) int { return l.next(L, op) }))
	return 1
}

// logLines gives a growing text line by line.
type logLines struct {
	s      *baiSession
	follow bool
	every  time.Duration
	text   string // what is still to give
	taken  int    // bytes of the log seen
	looked bool
	over   bool
}

func (l *logLines) next(L *lua.LState, op string) int {
	for {
		line, rest, whole := strings.Cut(l.text, "\n")
		if whole || l.over && l.text != "" {
			l.text = rest
			L.Push(lua.LString(strings.TrimSuffix(line, "\r")))
			return 1
		}
		if l.over {
			return 0
		}
		l.look(L, op)
	}
}

// look fetches the log; after the end of the session, and without follow, for the last time.
func (l *logLines) look(L *lua.LState, op string) {
	if l.looked {
		baiDo(L, op, func(ctx context.Context) error { return l.s.client.pause(ctx, l.every) })
	}
	l.looked = true
	type state struct {
		text  string
		ended bool
	}
	got := baiAsk(L, op, func(ctx context.Context) (state, error) {
		_, gone := l.s.client.inner.SessionInfo(ctx, l.s.id, "")
		text, err := l.s.client.inner.Logs(ctx, l.s.id, "")
		return state{text, errors.Is(gone, backendai.NotFound())}, err
	})
	l.text += got.text[min(l.taken, len(got.text)):]
	l.taken = max(l.taken, len(got.text))
	l.over = !l.follow || got.ended
}

// pause waits on the clock of the run.
func (c *baiClient) pause(ctx context.Context, d time.Duration) error {
	woken := make(chan struct{})
	defer c.rt.cfg.Clock.AfterFunc(d, func() { close(woken) })()
	select {
	case <-woken:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

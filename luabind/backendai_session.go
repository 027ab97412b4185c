package luabind

import (
	"context"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// baiSession is a compute session of a script. Scheduler's goroutine; it is released on one of the runtime's.
type baiSession struct {
	sched.Ownership
	client  *baiClient
	id      string
	name    string
	created bool // by this script, not found
	ended   bool
	where   string  // file:line of its creation
	pie     *client // of the Pie server in it, ended before it; nil for none
	value   *lua.LUserData
	scope   *sched.Scope // the owner; nil: nobody
	running *baiRun      // the latest code; nil: none yet
}

// endSessionTimeout is how long a manager may take to end a session.
const endSessionTimeout = 3 * time.Minute

// openBAISession makes the metatable of sessions.
func (rt *Runtime) openBAISession() {
	methods := baiMethods("session:", map[string]baiTaking[lua.LGFunction]{
		"execute": {2, sessionExecute}, "batch": {2, sessionBatch}, "stream": {2, sessionStream}, "complete": {2, sessionComplete},
		"interrupt": {0, sessionInterrupt}, "info": {0, sessionInfo}, "status": {0, sessionStatus}, "wait": {1, sessionWait},
		"logs": {1, sessionLogs}, "events": {0, sessionEvents},
		"restart": {0, sessionRestart}, "rename": {1, sessionRename}, "destroy": {0, sessionDestroy}, "keep": {0, sessionKeep},
		"upload": {3, sessionUpload}, "download": {2, sessionDownload}, "write": {2, sessionWrite}, "read": {1, sessionRead}, "files": {1, sessionFiles},
		"apps": {0, sessionApps}, "forward": {2, sessionForward}, "terminal": {1, sessionTerminal},
	})
	mt := rt.openType(baiSessionMeta, methods, func(L *lua.LState) int {
		s := self[*baiSession](L, "session:tostring")
		L.Push(lua.LString("session " + s.name + " (" + s.id + ")"))
		return 1
	})
	rt.addFields(mt, func(L *lua.LState, name string) lua.LValue {
		s := self[*baiSession](L, "session:index")
		switch name {
		case "id":
			return lua.LString(s.id)
		case "name":
			return lua.LString(s.name)
		case "created":
			return lua.LBool(s.created)
		case "client":
			return s.client.value
		}
		return lua.LNil
	})
}

// baiSessionNames are the options of client:session beside what describes the session.
func baiSessionNames() []string { return []string{"timeout", "wait", "keep", "progress", "scope"} }

// client:session{image =, name =, …, timeout =, wait = true, keep = false, progress =, scope =} creates a session, or
// takes the live one of that name and image, and waits until it runs. One that was created here is destroyed with its
// scope.
func baiSessionCall(L *lua.LState) int {
	const op = "client:session"
	c := self[*baiClient](L, op)
	o := luavalue.Opts(L, 2, op, append(baiSpecNames(), baiSessionNames()...)...)
	spec, limit, progress, scope := baiSpec(o, op), o.Duration("timeout", -1), c.rt.progressOption(o), scopeOption(o, c.rt)
	keep, wait := o.Bool("keep", false), o.Bool("wait", true)
	began := c.rt.sched.Now()
	made := c.create(L, op, func(ctx context.Context) (*backendai.Created, error) { return c.inner.CreateSession(ctx, spec) })
	s := c.adopt(L, made, true, scope)
	ok := false
	defer func() {
		if !ok {
			s.discard()
		}
	}()
	if wait {
		s.await(L, op, began, limit, progress)
	}
	if ok = true; keep {
		s.leave()
	}
	L.Push(s.value)
	return 1
}

// adopt makes the session of an answer; one that was created here gets an owner, the innermost scope for nil.
func (c *baiClient) adopt(L *lua.LState, made *backendai.Created, own bool, scope *sched.Scope) *baiSession {
	s := &baiSession{client: c, id: made.ID, name: made.Name, created: made.Created, where: luavalue.Where(L)}
	s.value = c.rt.newUserData(baiSessionMeta, s)
	if made.Created && own {
		if scope == nil {
			scope = c.rt.sched.Current().Scope()
		}
		c.owned[s.id], s.scope = s, scope
		scope.Own(s)
	}
	return s
}

// await looks until the session runs; the limit counts from began.
func (s *baiSession) await(L *lua.LState, op string, began, limit time.Duration, progress func(*lua.LState, string, map[string]string)) {
	var info *backendai.Info
	for info == nil || info.Status != backendai.Running {
		last := info
		next, err := sched.Await(L, s.client.rt.remaining(began, limit), func(ctx context.Context) (*backendai.Info, error) {
			return s.client.inner.WaitChange(ctx, s.id, last, 0)
		}, nil)
		if err != nil {
			luavalue.Raise(L, s.waitError(L, op, err, info, limit))
		}
		info = next
		text := "session " + s.name + " is " + string(info.Status)
		if info.StatusInfo != "" {
			text += " (" + info.StatusInfo + ")"
		}
		progress(L, text, map[string]string{"status": string(info.Status), "reason": info.StatusInfo, "name": s.name, "id": s.id})
	}
}

// waitError adds what the session was waiting for.
func (s *baiSession) waitError(L *lua.LState, op string, err error, last *backendai.Info, limit time.Duration) *luavalue.Error {
	e := baiError(L, op, err)
	e.Op = orWord(e.Op, op)
	if last == nil || last.Status == backendai.Running {
		return e
	}
	seen := string(last.Status)
	if last.StatusInfo != "" {
		seen += " (" + last.StatusInfo + ")"
	}
	if e.Server = orWord(e.Server, string(last.StatusData)); e.Kind == luavalue.KindTimeout && limit > 0 {
		e.Message = "session " + s.name + " is still " + seen + " after " + limit.String() // the error knows of the last look alone
		return e
	}
	e.Message += "; session " + s.name + " was " + seen + " when it was last seen"
	return e
}

// client:attach(name or id) takes a live session that is there already; it is nobody's to end.
func baiAttach(L *lua.LState) int {
	const op = "client:attach"
	c, id := self[*baiClient](L, op), luavalue.ArgString(L, 2, op)
	baiAsk(L, op, func(ctx context.Context) (*backendai.Info, error) { return c.inner.SessionInfo(ctx, id, "") })
	s := &baiSession{client: c, id: id, name: id}
	s.value = c.rt.newUserData(baiSessionMeta, s)
	L.Push(s.value)
	return 1
}

// client:sessions([options]) is client.compute_session.list.
func baiSessions(L *lua.LState) int {
	const op = "client:sessions"
	return pushSessions(L, self[*baiClient](L, op), op, baiListOptions(L, 2, op))
}

// open gives the receiver of a method that needs a session that was not destroyed.
func openSession(L *lua.LState, op string) *baiSession {
	s := self[*baiSession](L, op)
	if s.ended {
		raise(L, op, luavalue.KindRefused, "return it from its scope as a value of its own, or make it with keep = true",
			"%s: session %s is gone: it was destroyed, or its scope has ended", op, s.name)
	}
	return s
}

// sessionAsk is baiAsk about a session that ran: when it is gone, the error says so.
func sessionAsk[T any](L *lua.LState, op string, s *baiSession, work func(context.Context) (T, error)) T {
	return baiAsk(L, op, func(ctx context.Context) (T, error) {
		v, err := work(ctx)
		return v, s.client.inner.Lost(ctx, s.id, err)
	})
}

// sessionDo is sessionAsk for what has no answer.
func sessionDo(L *lua.LState, op string, s *baiSession, work func(context.Context) error) {
	sessionAsk(L, op, s, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) })
}

// session:info() gives what the manager tells.
func sessionInfo(L *lua.LState) int {
	s := openSession(L, "session:info")
	info := sessionAsk(L, "session:info", s, func(ctx context.Context) (*backendai.Info, error) { return s.client.inner.SessionInfo(ctx, s.id, "") })
	return pushJSON(L, info.Raw)
}

// session:status() gives one word; ended sessions are asked for, too.
func sessionStatus(L *lua.LState) int {
	s := self[*baiSession](L, "session:status")
	end := baiAsk(L, "session:status", func(ctx context.Context) (*backendai.End, error) { return s.client.inner.SessionEnd(ctx, s.id) })
	if end == nil {
		return 0
	}
	L.Push(lua.LString(end.Status))
	return 1
}

// session:wait([{timeout =, progress =}]) waits until it runs.
func sessionWait(L *lua.LState) int {
	const op = "session:wait"
	s := openSession(L, op)
	o := luavalue.Opts(L, 2, op, "timeout", "progress")
	s.await(L, op, s.client.rt.sched.Now(), o.Duration("timeout", -1), s.client.rt.progressOption(o))
	L.Push(s.value)
	return 1
}

// session:restart() makes a new container; session:rename(name) gives it another name.
func sessionRestart(L *lua.LState) int {
	s := openSession(L, "session:restart")
	sessionDo(L, "session:restart", s, func(ctx context.Context) error { return s.client.inner.Restart(ctx, s.id, "") })
	return 0
}

func sessionRename(L *lua.LState) int {
	const op = "session:rename"
	s, name := openSession(L, op), luavalue.ArgString(L, 2, op)
	sessionDo(L, op, s, func(ctx context.Context) error { return s.client.inner.Rename(ctx, s.id, name) })
	s.name = name
	return 0
}

// session:destroy() ends it and waits for that; twice is harmless. One that the manager will not end stays with its scope.
func sessionDestroy(L *lua.LState) int {
	const op = "session:destroy"
	s := self[*baiSession](L, op)
	if s.ended {
		return 0
	}
	owned := s.client.owned[s.id] == s
	s.giveUp()
	s.ended = true
	closeIt := s.closePie()
	_, err := sched.Await(L, -1, func(ctx context.Context) (any, error) {
		closeIt()
		return detached(ctx, s.client.rt, func(ctx context.Context) (any, error) { return nil, s.client.inner.EndSession(ctx, s.id) }, func(any) {})
	}, nil)
	if err == nil {
		return 0
	}
	if s.ended = false; owned {
		s.client.owned[s.id] = s
		s.scope.Own(s)
	}
	baiFail(L, op, err)
	return 0
}

// session:keep() takes it from its scope: it goes on after the script. It returns the session.
func sessionKeep(L *lua.LState) int {
	s := openSession(L, "session:keep")
	s.leave()
	L.Push(s.value)
	return 1
}

package sched

import (
	"context"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

func (h *host) bind() {
	def := func(name string, f lua.LGFunction) { h.l.SetGlobal(name, h.l.NewFunction(f)) }
	def("wait", func(L *lua.LState) int { // a wait that another goroutine serves
		t, done := h.Current(), false
		h.Hold()
		go h.Post(func() { done = true; h.Release(); t.Wake() })
		t.WaitFor(L, -1, func() bool { return done })
		L.Push(lua.LNumber(1))
		return 1
	})
	def("forever", func(L *lua.LState) int {
		h.Hold()
		defer h.Release()
		h.Current().WaitFor(L, -1, func() bool { return false })
		return 0
	})
	def("stuck", func(L *lua.LState) int {
		h.Current().WaitFor(L, -1, func() bool { return false })
		return 0
	})
	def("nop", func(*lua.LState) int { return 0 })
	def("crash", func(*lua.LState) int { var p *host; p.log = nil; return 0 })
	def("switch", func(L *lua.LState) int { h.turnOver(L); return 0 })
	def("sleep", func(L *lua.LState) int { Sleep(L, seconds(L, 1, 0)); return 0 })
	def("now", func(L *lua.LState) int { L.Push(lua.LNumber(h.Now().Seconds())); return 1 })
	def("log", func(L *lua.LState) int { h.log = append(h.log, ToString(L, L.Get(1))); return 0 })
	def("defer", func(L *lua.LState) int { h.Current().Scope().Defer(L, L.CheckFunction(1)); return 0 })
	def("own", func(L *lua.LState) int {
		th := &thing{name: L.CheckString(1), h: h, confirm: seconds(L, 2, 0)}
		h.things = append(h.things, th)
		h.Current().Scope().Own(th)
		L.Push(userData(th))
		return 1
	})
	def("released", func(L *lua.LState) int {
		L.Push(lua.LBool(L.CheckUserData(1).Value.(*thing).released))
		return 1
	})
	def("await", func(L *lua.LState) int {
		block := L.GetTop() > 0
		v, err := Await(L, seconds(L, 1, -1), func(ctx context.Context) (int, error) {
			if block {
				<-ctx.Done()
			}
			return 7, nil
		}, func(int) { h.log = append(h.log, "late") })
		if err != nil {
			luavalue.Raise(L, luavalue.FromGo(L, err))
		}
		L.Push(lua.LNumber(v))
		return 1
	})
	h.bindTasks(def)
	h.bindQueues(def)
}

func (h *host) bindTasks(def func(string, lua.LGFunction)) {
	def("spawn", func(L *lua.LState) int {
		var sc *Scope
		if u, ok := L.Get(2).(*lua.LUserData); ok {
			sc, _ = u.Value.(*Scope)
		}
		L.Push(userData(h.Spawn(sc, L.CheckFunction(1))))
		return 1
	})
	def("cancel", func(L *lua.LState) int { taskArg(L, 1).Cancel(L.OptString(2, "")); return 0 })
	def("cancelscope", func(L *lua.LState) int { L.CheckUserData(1).Value.(*Scope).Cancel(nil); return 0 })
	def("cancelchildren", func(L *lua.LState) int { L.CheckUserData(1).Value.(*Scope).CancelChildren(""); return 0 })
	def("join", func(L *lua.LState) int { return taskArg(L, 1).Join(L, seconds(L, 2, -1)) })
	def("status", func(L *lua.LState) int { L.Push(lua.LString(taskArg(L, 1).Status())); return 1 })
	def("scope", func(L *lua.LState) int { return h.scopeCall(L, ScopeOptions{}, 1, 2, true) })
	def("timeout", func(L *lua.LState) int {
		return h.scopeCall(L, ScopeOptions{Kind: "timeout", Timeout: seconds(L, 1, 0)}, 2, 3, false)
	})
	for name, f := range map[string]func(*lua.LState, *lua.LTable, TaskOf) int{
		"all": h.All, "any": h.Any, "race": h.Race, "settle": h.Settle,
	} {
		def(name, func(L *lua.LState) int { return f(L, L.CheckTable(1), taskOf) })
	}
}

func (h *host) bindQueues(def func(string, lua.LGFunction)) {
	channel := func(L *lua.LState, n int) *Channel { return L.CheckUserData(n).Value.(*Channel) }
	def("channel", func(L *lua.LState) int { L.Push(userData(NewChannel(h.Scheduler, L.OptInt(1, 0)))); return 1 })
	def("send", func(L *lua.LState) int { channel(L, 1).Send(L, L.Get(2), seconds(L, 3, -1)); return 0 })
	def("recv", func(L *lua.LState) int {
		v, ok := channel(L, 1).Take(L, seconds(L, 2, -1))
		L.Push(v)
		L.Push(lua.LBool(ok))
		return 2
	})
	def("close", func(L *lua.LState) int { channel(L, 1).Close(); return 0 })
	def("select_", func(L *lua.LState) int {
		var cases []Case
		L.CheckTable(1).ForEach(func(_, v lua.LValue) {
			switch v := v.(type) {
			case *lua.LUserData:
				cases = append(cases, Case{Source: v.Value.(Source)})
			case *lua.LTable:
				ch := v.RawGetInt(1).(*lua.LUserData).Value.(*Channel)
				cases = append(cases, Case{SendTo: ch, Value: v.RawGetInt(2)})
			}
		})
		i, n := Select(L, cases, seconds(L, 2, -1))
		if i < 0 {
			L.Push(lua.LNil)
			return 1
		}
		L.Insert(lua.LNumber(i+1), L.GetTop()-n+1)
		return n + 1
	})
	def("semaphore", func(L *lua.LState) int { L.Push(userData(NewSemaphore(h.Scheduler, L.CheckInt(1)))); return 1 })
	def("acquire", func(L *lua.LState) int {
		switch m := L.CheckUserData(1).Value.(type) {
		case *Semaphore:
			m.Acquire(L, seconds(L, 2, -1))
		case *Limiter:
			L.Push(lua.LNumber(m.Acquire(L, float64(L.OptNumber(2, 1)), seconds(L, 3, -1)).Seconds()))
			return 1
		}
		return 0
	})
	def("release", func(L *lua.LState) int {
		if err := L.CheckUserData(1).Value.(*Semaphore).Release(); err != nil {
			luavalue.Raise(L, luavalue.FromGo(L, err))
		}
		return 0
	})
	def("with", func(L *lua.LState) int {
		m := L.CheckUserData(1).Value.(*Semaphore)
		return m.With(L, -1, L.GetTop()-2)
	})
	def("limiter", func(L *lua.LState) int {
		L.Push(userData(NewLimiter(h.Scheduler, float64(L.CheckNumber(1)), time.Second, float64(L.CheckNumber(2)))))
		return 1
	})
}

func taskArg(L *lua.LState, n int) *Task {
	t, _ := L.CheckUserData(n).Value.(*Task)
	return t
}

func taskOf(v lua.LValue) *Task {
	if u, ok := v.(*lua.LUserData); ok {
		t, _ := u.Value.(*Task)
		return t
	}
	return nil
}

func seconds(L *lua.LState, n int, def time.Duration) time.Duration {
	if v, ok := L.Get(n).(lua.LNumber); ok {
		return time.Duration(float64(v) * float64(time.Second))
	}
	return def
}

func userData(v any) *lua.LUserData { return &lua.LUserData{Value: v, Metatable: lua.LNil} }

// scopeCall calls the function at index fn in a scope with the values from index first on.
func (h *host) scopeCall(L *lua.LState, o ScopeOptions, fn, first int, pass bool) int {
	args := []lua.LValue{}
	for i := first; i <= L.GetTop(); i++ {
		args = append(args, L.Get(i))
	}
	f := L.CheckFunction(fn)
	return h.InScope(L, o, func(L *lua.LState, sc *Scope) int {
		L.Push(f)
		if pass {
			args = []lua.LValue{userData(sc)}
		}
		for _, a := range args {
			L.Push(a)
		}
		L.Call(len(args), lua.MultRet)
		return L.GetTop()
	})
}

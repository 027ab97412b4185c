package luabind

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// retryOptions are the names of the options of flow.retry, which flow.map takes under retry as well.
var retryOptions = [...]string{"times", "on", "timeout", "delay", "factor", "max_delay", "jitter"}

// retryPolicy says how often to try, when again, and after what pause.
type retryPolicy struct {
	rt      *Runtime
	random  *rand.Rand
	kind    string        // what errors call a try
	times   int           // further tries
	timeout time.Duration // of one try; zero: none, negative: passed already
	kinds   []string      // errors to try again after; empty with when nil: those that are retryable
	when    *lua.LFunction

	delay, maxDelay time.Duration
	factor          float64
	jitter          bool
}

// newPolicy reads the options of flow.retry.
func (m *flowModule) newPolicy(o luavalue.Options, fn string) *retryPolicy {
	p := &retryPolicy{
		rt: m.rt, random: m.random, kind: fn, times: o.Int("times", 3),
		delay: o.Duration("delay", 500*time.Millisecond), maxDelay: o.Duration("max_delay", 30*time.Second),
		factor: o.Number("factor", 2), jitter: o.Bool("jitter", true),
	}
	if o.Has("timeout") {
		p.timeout = limit(o.Duration("timeout", 0))
	}
	if p.times < 0 {
		o.Fail("times", "must not be negative (it is %d)", p.times)
	}
	if !(p.factor >= 1) {
		o.Fail("factor", "must be at least 1 (it is %v)", p.factor)
	}
	p.readOn(o)
	return p
}

// readOn reads the option on: a list of kinds, or a function.
func (p *retryPolicy) readOn(o luavalue.Options) {
	switch on := o.Value("on").(type) {
	case *lua.LNilType:
	case *lua.LFunction:
		p.when = on
	case *lua.LTable:
		p.kinds = make([]string, 0, on.MaxN())
		for i := 1; i <= on.MaxN(); i++ {
			kind := on.RawGetInt(i).String()
			if !slices.Contains(luavalue.Kinds(), kind) {
				o.Fail("on", "has %q, which is no kind of error%s", kind, didYouMean(kind, luavalue.Kinds()))
			}
			p.kinds = append(p.kinds, kind)
		}
	default:
		o.Fail("on", "must be a list of kinds or a function, not %s", luavalue.Named(on))
	}
}

func didYouMean(word string, among []string) string {
	if near := luavalue.Closest(word, among); near != "" {
		return "; did you mean \"" + near + "\"?"
	}
	return ""
}

// flow.retry(fn[, opts]) calls fn(attempt) until it succeeds or there is no point in another try.
func (m *flowModule) retryCall(L *lua.LState) int {
	fn := luavalue.ArgFunction(L, 1, "flow.retry")
	p := m.newPolicy(luavalue.Opts(L, 2, "flow.retry", retryOptions[:]...), "flow.retry")
	return p.run(L, func(L *lua.LState, attempt int) int {
		top := L.GetTop()
		L.Push(fn)
		L.Push(lua.LNumber(attempt))
		L.Call(1, lua.MultRet)
		return L.GetTop() - top
	})
}

// run tries, each time in a scope of its own, and leaves the results of the try that succeeded on L. The error of the
// last one is raised, with the field attempts.
func (p *retryPolicy) run(L *lua.LState, try func(L *lua.LState, attempt int) int) int {
	for attempt := 1; ; attempt++ {
		n, failure := p.once(L, attempt, try)
		if failure == nil {
			return n
		}
		e := failure.Err(L)
		if attempt > p.times || !p.again(L, e) {
			e.Set("attempts", lua.LNumber(attempt))
			p.explain(e, attempt)
			luavalue.Raise(L, e)
		}
		sched.Sleep(L, p.pause(attempt))
	}
}

// once makes one try.
func (p *retryPolicy) once(L *lua.LState, attempt int, try func(L *lua.LState, attempt int) int) (int, *sched.Failure) {
	top := L.GetTop()
	L.Push(L.NewFunction(func(L *lua.LState) int {
		options := sched.ScopeOptions{Kind: p.kind, Timeout: p.timeout}
		return p.rt.sched.InScope(L, options, func(L *lua.LState, _ *sched.Scope) int { return try(L, attempt) })
	}))
	failure := p.rt.sched.PCall(L, 0, lua.MultRet)
	return L.GetTop() - top, failure
}

// again tells whether another try may help after e.
func (p *retryPolicy) again(L *lua.LState, e *luavalue.Error) bool {
	switch {
	case p.when != nil:
		L.Push(p.when)
		L.Push(e.Value(L))
		L.Call(1, 1)
		defer L.Pop(1)
		return lua.LVAsBool(L.Get(-1))
	case p.kinds != nil:
		return slices.Contains(p.kinds, e.Kind)
	}
	return e.Retryable
}

// explain says of an error that was not tried again, because its kind is none for that, what would have it tried. A
// mistake in the script is to be mended, and an error with a hint has its own next step.
func (p *retryPolicy) explain(e *luavalue.Error, attempt int) {
	if attempt > p.times || p.when != nil || p.kinds != nil || e.Hint != "" || luavalue.IsMistake(e) {
		return
	}
	option, what := "on = %s of flow.retry", "an error of kind "+e.Kind
	if p.kind == "flow.map" {
		option = "retry = { on = %s } of flow.map"
	}
	if e.Kind == luavalue.KindScript {
		what = "a plain error"
	}
	also := fmt.Sprintf("function(err) return err.retryable or err.kind == %q end", e.Kind)
	e.Hint = what + " is not tried again; " + fmt.Sprintf(option, also) + " tries it, too"
}

// pause is how long to wait after a try: growing by the factor up to the longest, and with jitter any part of its
// upper half, so that many that failed together do not come back together.
func (p *retryPolicy) pause(attempt int) time.Duration {
	d := float64(p.delay) * math.Pow(p.factor, float64(attempt-1))
	d = min(d, float64(p.maxDelay))
	if p.jitter {
		d -= p.random.Float64() * d / 2
	}
	return time.Duration(d)
}

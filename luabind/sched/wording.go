package sched

import (
	"context"
	"errors"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// How long a raised value may take to say what it is where nobody can interrupt it: so much time, or so many
// instructions, whichever is over first.
const (
	wordingTime  = time.Second
	wordingSteps = 10_000_000
)

// wrap makes an error value of what was raised. The value's own words are Lua: inside of a task they can wait and be
// interrupted like all else, elsewhere, and where the task is being left, they are bounded.
func wrap(L *lua.LState, v lua.LValue) *luavalue.Error {
	s := From(L)
	if _, own := L.GetMetaField(v, "__tostring").(*lua.LFunction); !own || s == nil || s.cur != nil && s.cur.Scope().phase == open {
		return luavalue.Wrap(L, v)
	}
	current := L.G.CurrentThread
	th := s.newThread(callDepth)
	limit := &wording{Context: context.Background(), until: time.Now().Add(wordingTime), left: wordingSteps}
	th.SetContext(limit)
	e := luavalue.Wrap(th, v)
	L.G.CurrentThread = current
	if limit.over != nil {
		e.Message += " (its __tostring took too long)"
	}
	return e
}

// wording is the context of a thread that words an error: the machine asks it between any two instructions.
type wording struct {
	context.Context
	until time.Time
	left  int
	over  chan struct{}
}

// Done ends the thread once its time is over.
func (w *wording) Done() <-chan struct{} {
	w.left--
	if w.over == nil && (w.left < 0 || w.left%1024 == 0 && time.Now().After(w.until)) {
		w.over = make(chan struct{})
		close(w.over)
	}
	return w.over
}

// Err is why it was ended.
func (w *wording) Err() error {
	if w.over == nil {
		return nil
	}
	return errors.New("too long")
}

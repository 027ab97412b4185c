package sched

import (
	"fmt"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// Failure is an error on its way through scopes, tasks and coroutines: the value that the script raised, unchanged,
// and the traceback that grows on the way.
type Failure struct {
	Value lua.LValue // what was raised

	err    *luavalue.Error // made of it, once asked for
	trace  string          // Lua functions, innermost first
	thread *lua.LState     // whose functions the trace has last
	said   bool            // see luavalue.Error
	asked  bool            // nothing failed: somebody asked for the end
	cause  error           // what Run returns for it in place of the error
}

// Err is the failure as an error value, with the traceback.
func (f *Failure) Err(L *lua.LState) *luavalue.Error {
	if f.err == nil {
		f.err = wrap(L, f.Value)
		f.err.Raised = f.said
		keepUpvalues(L) // Wrap may have made a protected call of its own
	}
	if f.trace != "" {
		f.err.Traceback = f.trace
		if _, text := f.Value.(lua.LString); !text && f.err.Where == "" {
			f.err.Where = raisedAt(f.trace) // a table or nil has no place of its own
		}
	}
	return f.err
}

// raisedAt is "file:line" of the innermost function of a traceback, "" if that cannot be told.
func raisedAt(trace string) string {
	line, _, _ := strings.Cut(trace, "\n")
	line, _, _ = strings.Cut(line, " in function ")
	line, _, _ = strings.Cut(line, " in the function at ")
	if colon := strings.LastIndexByte(line, ':'); colon < 0 || strings.Trim(line[colon+1:], "0123456789") != "" {
		return ""
	}
	return line
}

// Raise raises the same value again; the traceback goes on from where it was.
func (f *Failure) Raise(L *lua.LState) {
	if s := From(L); s != nil && s.cur != nil {
		s.cur.raised = f
	}
	L.Error(f.Value, 0)
}

// reason is the failure in the words of those who are cancelled for it.
func (f *Failure) reason() string {
	if f.err != nil {
		return trimCancelled(f.err)
	}
	return f.Value.String()
}

func trimCancelled(e *luavalue.Error) string {
	if reason, found := strings.CutPrefix(e.Message, "cancelled: "); found && reason != "" && e.Kind == luavalue.KindCancelled {
		return reason
	}
	return e.Message
}

// ofTask is the failure as it leaves a task: the traceback says which one. The main task has no spawn to tell of.
func (f *Failure) ofTask(t *Task) *Failure {
	if t.body.parent == nil {
		return f
	}
	out := *f
	out.trace = joinTrace(f.trace, fmt.Sprintf("in %s, spawned at %s", t.title(), t.body.place))
	out.thread = nil
	if out.err != nil {
		out.err.Traceback = out.trace
	}
	return &out
}

// title is the task in an error message.
func (t *Task) title() string {
	if t.name == "" {
		return t.Name()
	}
	return fmt.Sprintf("task '%s'", t.name)
}

// raisedAs tells whether v is the value of this failure, raised again.
func (f *Failure) raisedAs(v lua.LValue) bool {
	return f != nil && f.Value == v
}

// failed makes the failure that a protected call gives for v.
func (t *Task) failed(v lua.LValue, p *protection) *Failure {
	f := &Failure{Value: v, trace: p.trace, thread: p.thread, said: p.said}
	if e, ok := luavalue.AsError(v); ok {
		f.err = e
		if f.trace != "" {
			e.Traceback = f.trace
		}
	}
	if before := t.raised; before.raisedAs(v) {
		f.asked, f.cause = false, before.cause
		f.said = f.said || before.said
	}
	return f
}

package sched

import (
	"context"
	"io"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

type Config struct {
	Clock   Clock
	Grace   time.Duration
	OwnedBy func(lua.LValue) (Owned, bool)
	Debug   bool // keep the Go stack of a panic in the error's traceback
}

type Scheduler struct{}

func New(cfg Config) *Scheduler         { panic("skeleton") }
func From(L *lua.LState) *Scheduler     { panic("skeleton") }
func (s *Scheduler) L() *lua.LState     { panic("skeleton") }
func (s *Scheduler) Clock() Clock       { panic("skeleton") }
func (s *Scheduler) Now() time.Duration { panic("skeleton") } // since New, monotonic
func (s *Scheduler) Compile(r io.Reader, chunk string) (*lua.LFunction, error) {
	panic("skeleton")
}
func (s *Scheduler) Run(ctx context.Context, main *lua.LFunction, args ...lua.LValue) error {
	panic("skeleton")
}
func (s *Scheduler) Post(f func())                                 { panic("skeleton") } // any goroutine
func (s *Scheduler) Current() *Task                                { panic("skeleton") }
func (s *Scheduler) Root() *Scope                                  { panic("skeleton") }
func (s *Scheduler) Hold()                                         { panic("skeleton") } // any goroutine
func (s *Scheduler) Release()                                      { panic("skeleton") } // any goroutine; after the Post that it belongs to
func (s *Scheduler) After(d time.Duration, f func()) (stop func()) { panic("skeleton") } // f on the scheduler's goroutine; counts as a timer
func (s *Scheduler) Exit(L *lua.LState, code int)                  { panic("skeleton") } // never returns

type ExitError struct{ Code int }

func (e *ExitError) Error() string { panic("skeleton") }

// Spawn: scope nil = innermost of the running task.
func (s *Scheduler) Spawn(scope *Scope, fn *lua.LFunction, args ...lua.LValue) *Task {
	panic("skeleton")
}

type SpawnOptions struct {
	Name     string
	Expected bool        // its failure does not cancel the scope (settle, any, map rows)
	OnEnd    func(*Task) // on the scheduler's goroutine, after the task has ended
}

func (s *Scheduler) SpawnWith(scope *Scope, o SpawnOptions, fn *lua.LFunction, args ...lua.LValue) *Task {
	panic("skeleton")
}

type ScopeOptions struct {
	Kind     string        // "scope", "timeout", …: for messages
	Timeout  time.Duration // zero: none; negative: already passed
	Deadline time.Duration // on the clock of Now; zero: none
}

// InScope runs body in a new scope of the running task. body leaves its results on L and returns their number, as an
// LGFunction does; InScope leaves them on L too and returns the number. Owned results pass to the enclosing scope.
func (s *Scheduler) InScope(L *lua.LState, o ScopeOptions, body func(L *lua.LState, sc *Scope) int) int {
	panic("skeleton")
}

// PCall calls fn like L.PCall (fn and nargs arguments on the stack; results on the stack), never catching a cancel.
func (s *Scheduler) PCall(L *lua.LState, nargs, nret int) *Failure { panic("skeleton") }

type Failure struct{ Value lua.LValue }

func (f *Failure) Err(L *lua.LState) *luavalue.Error { panic("skeleton") }
func (f *Failure) Raise(L *lua.LState)               { panic("skeleton") } // the same value again, trace kept

func ToString(L *lua.LState, v lua.LValue) string { panic("skeleton") }

type Owned interface {
	Release(done func())
	Ended() bool
}

// Mover is an Owned that wants to know its scope.
type Mover interface{ Moved(to *Scope) }

type Scope struct{}

func (sc *Scope) Own(o Owned)                  { panic("skeleton") }
func (sc *Scope) Disown(o Owned)               { panic("skeleton") }
func (sc *Scope) Defer(fn *lua.LFunction)      { panic("skeleton") }
func (sc *Scope) Cancel(err *luavalue.Error)   { panic("skeleton") } // nil: plain cancelled
func (sc *Scope) CancelChildren(reason string) { panic("skeleton") }
func (sc *Scope) Task() *Task                  { panic("skeleton") }
func (sc *Scope) Parent() *Scope               { panic("skeleton") } // enclosing; of a task's body: the owner
func (sc *Scope) Where() string                { panic("skeleton") } // file:line where it was opened
func (sc *Scope) Kind() string                 { panic("skeleton") }
func (sc *Scope) Ended() bool                  { panic("skeleton") }
func (sc *Scope) SetValue(key, value any)      { panic("skeleton") }
func (sc *Scope) Value(key any) any            { panic("skeleton") } // here, or in the nearest enclosing scope that has it

type Task struct{}
type Status string

const (
	Running   Status = "running"
	Done      Status = "done"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
)

func (t *Task) Suspend(L *lua.LState, timeout time.Duration) (woken bool) { panic("skeleton") }
func (t *Task) Wake()                                                     { panic("skeleton") }
func (t *Task) Check(L *lua.LState)                                       { panic("skeleton") } // raises when cancelled
func (t *Task) Scope() *Scope                                             { panic("skeleton") }
func (t *Task) Name() string                                              { panic("skeleton") }
func (t *Task) SetName(name string)                                       { panic("skeleton") }
func (t *Task) Status() Status                                            { panic("skeleton") }
func (t *Task) Cancel(reason string)                                      { panic("skeleton") }
func (t *Task) Results() []lua.LValue                                     { panic("skeleton") }
func (t *Task) Err() *luavalue.Error                                      { panic("skeleton") }
func (t *Task) Ended() bool                                               { panic("skeleton") }
func (t *Task) Ready() bool                                               { panic("skeleton") }
func (t *Task) Subscribe(w *Task)                                         { panic("skeleton") }
func (t *Task) Unsubscribe(w *Task)                                       { panic("skeleton") }
func (t *Task) Recv(L *lua.LState) int                                    { panic("skeleton") }
func (t *Task) Join(L *lua.LState, timeout time.Duration) int             { panic("skeleton") }

func Await[T any](L *lua.LState, timeout time.Duration, work func(context.Context) (T, error), late func(T)) (T, error) {
	panic("skeleton")
}

func Sleep(L *lua.LState, d time.Duration) { panic("skeleton") }

type Source interface {
	Ready() bool
	Subscribe(t *Task)
	Unsubscribe(t *Task)
	Recv(L *lua.LState) int
}

type Case struct {
	Source Source     // what to receive from (a *Channel too)
	SendTo *Channel   // or: where to send
	Value  lua.LValue // what to send
}

// Select: index of the case that went first and the number of values left on L; -1 when the time has passed.
func Select(L *lua.LState, cases []Case, timeout time.Duration) (index, n int) { panic("skeleton") }

type Channel struct{}

func NewChannel(s *Scheduler, capacity int) *Channel                       { panic("skeleton") }
func (c *Channel) Send(L *lua.LState, v lua.LValue, timeout time.Duration) { panic("skeleton") }
func (c *Channel) Take(L *lua.LState, timeout time.Duration) (v lua.LValue, ok bool) {
	panic("skeleton")
}                                         // false: closed and empty
func (c *Channel) Close()                 { panic("skeleton") }
func (c *Channel) Closed() bool           { panic("skeleton") }
func (c *Channel) Len() int               { panic("skeleton") }
func (c *Channel) Ready() bool            { panic("skeleton") }
func (c *Channel) Subscribe(t *Task)      { panic("skeleton") }
func (c *Channel) Unsubscribe(t *Task)    { panic("skeleton") }
func (c *Channel) Recv(L *lua.LState) int { panic("skeleton") }

type Semaphore struct{}

func NewSemaphore(s *Scheduler, n int) *Semaphore                             { panic("skeleton") }
func (m *Semaphore) Acquire(L *lua.LState, timeout time.Duration)             { panic("skeleton") }
func (m *Semaphore) Release() error                                           { panic("skeleton") } // usage error when nobody holds one
func (m *Semaphore) With(L *lua.LState, timeout time.Duration, nargs int) int { panic("skeleton") } // fn and nargs arguments on L

type Limiter struct{}

func NewLimiter(s *Scheduler, rate float64, per time.Duration, burst float64) *Limiter {
	panic("skeleton")
}
func (m *Limiter) Acquire(L *lua.LState, n float64, timeout time.Duration) time.Duration {
	panic("skeleton")
}

// All, Any, Race and Settle take a table of functions and tasks (as userdata that taskOf understands), push what
// api.md says and return the number of values pushed.
func (s *Scheduler) All(L *lua.LState, list *lua.LTable, taskOf func(lua.LValue) *Task) int {
	panic("skeleton")
}
func (s *Scheduler) Any(L *lua.LState, list *lua.LTable, taskOf func(lua.LValue) *Task) int {
	panic("skeleton")
}
func (s *Scheduler) Race(L *lua.LState, list *lua.LTable, taskOf func(lua.LValue) *Task) int {
	panic("skeleton")
}
func (s *Scheduler) Settle(L *lua.LState, list *lua.LTable, taskOf func(lua.LValue) *Task) int {
	panic("skeleton")
}

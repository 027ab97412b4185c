package luabind

import (
	"context"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// showAfter is how long a transfer lasts before it gets a line on a terminal.
const showAfter = time.Second

// transfer is a file or a program on its way to the server. Scheduler's goroutine.
type transfer struct {
	rt       *Runtime
	progress *lua.LFunction // of the script; nil: none
	bar      *passingBar
}

// progressStep is how far it is.
type progressStep struct{ done, total int64 }

func (rt *Runtime) newTransfer(label string, progress *lua.LFunction) *transfer {
	return &transfer{rt: rt, progress: progress, bar: rt.newPassingBar(rt.sched.Current().Scope(), label)}
}

// transferOptions reads what may follow the second argument: a text and the options.
func transferOptions(L *lua.LState, op string) (text string, progress *lua.LFunction) {
	at := 3
	if _, isTable := L.Get(at).(*lua.LTable); !isTable {
		if L.Get(at) != lua.LNil {
			text = luavalue.ArgString(L, at, op)
		}
		at++
	}
	return text, luavalue.Opts(L, at, op, "progress").Function("progress")
}

// run has work send it. The script's function is called in this task; work does not wait for it.
func (t *transfer) run(L *lua.LState, op string, work func(ctx context.Context, told pie.Progress) error) {
	if err := t.carry(L, work); err != nil {
		fail(L, op, err)
	}
}

// carry is run that gives the error back.
func (t *transfer) carry(L *lua.LState, work func(ctx context.Context, told pie.Progress) error) error {
	defer t.bar.end()
	step := func(s progressStep) {
		t.bar.show(s.done, s.total)
		if t.progress != nil {
			call(L, t.progress, lua.LNumber(s.done), lua.LNumber(s.total))
		}
	}
	_, err := sched.AwaitSteps(L, step, func(ctx context.Context, tell func(progressStep)) (struct{}, error) {
		return struct{}{}, work(ctx, func(done, total int64) { tell(progressStep{done, total}) })
	})
	return err
}

// passingBar is the line of a transfer that lasts, on a terminal: it goes with the transfer and leaves nothing. What is
// no terminal stays as it is.
type passingBar struct {
	rt    *Runtime
	scope *sched.Scope
	label string
	began time.Duration
	bar   *progressBar
}

func (rt *Runtime) newPassingBar(scope *sched.Scope, label string) *passingBar {
	return &passingBar{rt: rt, scope: scope, label: label, began: rt.sched.Now()}
}

func (b *passingBar) show(done, total int64) {
	if b.bar != nil {
		b.bar.done, b.bar.total = int(done), int(total)
		b.rt.board.changed()
		return
	}
	if b.rt.board.inPlace && b.rt.sched.Now()-b.began >= showAfter && !b.scope.Ended() {
		b.bar = &progressBar{board: b.rt.board, scope: b.scope, label: b.label, started: b.began,
			done: int(done), total: int(total), bytes: true, passing: true}
		b.scope.Own(b.bar)
		b.rt.board.add(b.bar)
	}
}

func (b *passingBar) end() {
	if b.bar != nil {
		b.bar.end()
	}
}

package luabind

import (
	"time"

	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

const progressMeta = "pierun.progress"

// progressBar counts what is done and what has failed under one label. Scheduler's goroutine.
type progressBar struct {
	sched.Ownership
	board   *progressBoard
	scope   *sched.Scope
	label   string
	total   int // negative: not known
	done    int // the failed ones are not among them
	failed  int
	started time.Duration
	ended   bool
	text    string // of done([text])
	bytes   bool   // what is counted
	notice  bool   // nothing is: the label is all
	passing bool   // nothing is left of it when it has ended
}

func (rt *Runtime) openProgressType() {
	methods := map[string]lua.LGFunction{"add": progressAdd, "fail": progressFail, "set": progressSet, "done": progressDone}
	rt.openType(progressMeta, methods, func(L *lua.LState) int {
		p := self[*progressBar](L, "progress:tostring")
		L.Push(lua.LString(p.line(p.board.rt.sched.Now())))
		return 1
	})
}

// flow.progress(label[, {total =}]) starts a progress line, which ends with the scope.
func (m *flowModule) progressCall(L *lua.LState) int {
	label := luavalue.ArgString(L, 1, "flow.progress")
	total := luavalue.Opts(L, 2, "flow.progress", "total").Int("total", -1)
	p := m.rt.startProgress(m.rt.sched.Current().Scope(), label, total)
	L.Push(m.rt.newUserData(progressMeta, p))
	return 1
}

// startProgress adds a line that ends with the scope.
func (rt *Runtime) startProgress(scope *sched.Scope, label string, total int) *progressBar {
	p := &progressBar{board: rt.board, scope: scope, label: label, total: total, started: rt.sched.Now()}
	scope.Own(p)
	rt.board.add(p)
	return p
}

// startNotice adds a line of words alone, of which nothing is left when it has ended.
func (rt *Runtime) startNotice(scope *sched.Scope, words string) *progressBar {
	p := &progressBar{board: rt.board, scope: scope, label: words, notice: true, passing: true}
	scope.Own(p)
	rt.board.add(p)
	return p
}

// amount reads the optional number of a method.
func amount(L *lua.LState, fn string, def int) int {
	n := luavalue.ArgInt(L, 2, fn, def)
	if n < 0 {
		luavalue.WrongArg(L, 2, fn, "must not be negative (it is %d)", n)
	}
	return n
}

// progress:add([n = 1]) counts n more as done.
func progressAdd(L *lua.LState) int {
	p := self[*progressBar](L, "progress:add")
	p.add(amount(L, "progress:add", 1))
	return 0
}

// progress:fail([n = 1]) counts n more as failed.
func progressFail(L *lua.LState) int {
	p := self[*progressBar](L, "progress:fail")
	p.fail(amount(L, "progress:fail", 1))
	return 0
}

// progress:set(n) says how many are done in all.
func progressSet(L *lua.LState) int {
	p := self[*progressBar](L, "progress:set")
	luavalue.Arg[lua.LNumber](L, 2, "progress:set", "a number")
	p.done = amount(L, "progress:set", 0)
	p.board.changed()
	return 0
}

// progress:done([text]) ends the line, with a word on it.
func progressDone(L *lua.LState) int {
	p := self[*progressBar](L, "progress:done")
	if L.Get(2) != lua.LNil {
		p.text = luavalue.ArgString(L, 2, "progress:done")
	}
	p.end()
	return 0
}

func (p *progressBar) add(n int) {
	p.done += n
	p.board.changed()
}

func (p *progressBar) fail(n int) {
	p.failed += n
	p.board.changed()
}

// end takes the line off the board and leaves its last state behind. Twice is harmless.
func (p *progressBar) end() {
	if !p.ended {
		p.ended = true
		p.scope.Disown(p)
		p.board.remove(p)
	}
}

// Release ends the line with its scope.
func (p *progressBar) Release(done func()) {
	p.end()
	done()
}

// Ended tells whether the line has ended.
func (p *progressBar) Ended() bool { return p.ended }

// line is how far it is, in words.
func (p *progressBar) line(now time.Duration) string {
	if p.notice {
		return p.label
	}
	return screen.Count{Label: p.label, Done: p.done, Failed: p.failed, Total: p.total, Bytes: p.bytes,
		Elapsed: now - p.started, Ended: p.ended}.String()
}

// last is the line that stays when it has ended.
func (p *progressBar) last(now time.Duration) string {
	line := p.line(now) + ", took " + screen.Duration(now-p.started)
	if p.text != "" {
		line += ": " + p.text
	}
	return line
}

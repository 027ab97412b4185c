package luabind

import (
	"io"
	"sync"

	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// stdinChunk is how much is asked of standard input at a time.
const stdinChunk = 32 << 10

// input is standard input. A goroutine of its own, started by the first read, reads a chunk whenever a task wants
// more; what a cancelled task had asked for stays for the next.
type input struct {
	r     io.Reader
	sched *sched.Scheduler

	// Scheduler's goroutine only.
	buf     []byte
	err     error // why there will be no more
	taken   int64 // bytes taken in all
	asked   bool  // a chunk is on its way
	waiting []*sched.Task
	reading bool // the reader runs

	want  chan struct{}
	close func()
}

func newInput(r io.Reader, s *sched.Scheduler) *input {
	in := &input{r: r, sched: s, want: make(chan struct{}, 1)}
	in.close = sync.OnceFunc(func() { close(in.want) })
	return in
}

// more waits until there is more in buf; false at the end of the input. Scheduler's goroutine.
func (in *input) more(L *lua.LState) bool {
	had := len(in.buf)
	for len(in.buf) <= had && in.err == nil {
		in.ask()
		task := in.sched.Current()
		in.waiting = append(in.waiting, task)
		task.Suspend(L, -1)
	}
	return len(in.buf) > had
}

// ask has the reader read one chunk, if it is not about to.
func (in *input) ask() {
	if in.asked {
		return
	}
	in.asked = true
	if !in.reading {
		in.reading = true
		go in.readLoop()
	}
	in.sched.Hold()
	in.want <- struct{}{}
}

func (in *input) readLoop() {
	for range in.want {
		chunk := make([]byte, stdinChunk)
		n, err := in.r.Read(chunk)
		in.sched.Post(func() { in.arrived(chunk[:n], err) })
	}
}

func (in *input) arrived(chunk []byte, err error) {
	in.sched.Release()
	in.asked = false
	in.buf = append(in.buf, chunk...)
	in.err = err
	waiting := in.waiting
	in.waiting = nil
	for _, task := range waiting {
		task.Wake()
	}
}

// take removes the first n bytes.
func (in *input) take(n int) string {
	text := string(in.buf[:n])
	in.buf = in.buf[n:]
	in.taken += int64(n)
	return text
}

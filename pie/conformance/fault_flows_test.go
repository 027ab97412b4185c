package conformance_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// flow is what a client does while its wire breaks. It records what it saw; nothing in it may be taken for granted.
type flow struct {
	name       string
	play       func(*faultTrial)
	reconnects bool
}

func flows() []flow {
	return []flow{
		{name: "stream", play: streamFlow}, {name: "echo", play: echoFlow}, {name: "many", play: manyFlow},
		{name: "terminate", play: terminateFlow}, {name: "files", play: filesFlow}, {name: "detached", play: detachedFlow},
		{name: "questions", play: questionsFlow}, {name: "install", play: installFlow},
		{name: "reconnect", play: reconnectFlow, reconnects: true},
	}
}

// faultTrial is one flow over one wire.
type faultTrial struct {
	*trial
	c        *pie.Client
	clean    bool // the wire changes nothing that anybody may notice
	tampered bool // what it carries may be changed, which nothing in the protocol tells

	mu    sync.Mutex
	seen  []*sight
	maybe int // launches that failed and may have happened
}

// sight is what was seen of one instance.
type sight struct {
	i     *pie.Instance
	said  []string // what the program says in all, in order; blobs as "file"
	got   []string
	sent  []string  // what it was told, or may have been
	ended bool      // it was terminated, and that was confirmed
	end   pie.Event // the terminal event, if it came
	err   error     // else what came instead
}

// try launches a lab that says what is given.
func (f *faultTrial) try(said []string, steps ...string) *sight {
	return f.start(f.lab(f.c, steps...), said)
}

func (f *faultTrial) start(p pie.Launch, said []string) *sight {
	i, err := f.c.Launch(f.soon(), p)
	if err != nil {
		f.unborn("launch", err)
		return nil
	}
	return f.watch(i, said)
}

// unborn notes a launch that failed.
func (f *faultTrial) unborn(op string, err error) {
	f.failed(op, err)
	for _, kind := range []error{pie.ErrLost, pie.ErrTimeout, pie.ErrCancelled, pie.ErrProtocol} {
		if errors.Is(err, kind) {
			f.mu.Lock()
			f.maybe++
			f.mu.Unlock()
			return
		}
	}
}

func (s *sight) send(text string) error {
	err := s.i.Send(text)
	if err == nil {
		s.sent = append(s.sent, text)
	}
	return err
}

func (f *faultTrial) terminate(s *sight) {
	err := s.i.Terminate(f.soon())
	f.failed("terminate", err)
	s.ended = err == nil
}

func (f *faultTrial) watch(i *pie.Instance, said []string) *sight {
	s := &sight{i: i, said: said}
	f.mu.Lock()
	f.seen = append(f.seen, s)
	f.mu.Unlock()
	return s
}

// failed notes an error: one of the client's own kinds, and none at all on a sound wire.
func (f *faultTrial) failed(op string, err error) {
	var e *pie.Error
	switch {
	case err == nil:
	case !errors.As(err, &e):
		f.Errorf("%s: an error without a kind: %v", op, err)
	case f.clean && e.Kind != pie.KindUnsupported:
		f.Errorf("%s: %v on a wire that was only slow", op, err)
	}
}

// next takes one event.
func (f *faultTrial) take(s *sight) bool {
	e, err := s.i.Next(f.soon())
	switch {
	case err != nil:
		s.err = err
		f.failed("recv", err)
		return false
	case e.Kind.Terminal():
		s.end = e
		return false
	}
	if b, ok := e.Value.(*pie.Blob); ok {
		s.got = append(s.got, fmt.Sprint("file ", b.Size))
	} else {
		s.got = append(s.got, e.Value.(string))
	}
	return true
}

// drain takes everything.
func (f *faultTrial) drain(s *sight) {
	for s != nil && f.take(s) {
	}
}

func numbered(form string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf(form, i))
	}
	return list
}

func streamFlow(f *faultTrial) {
	f.drain(f.try(numbered("msg %d", 40), "msgs:40", "ret:done"))
}

func echoFlow(f *faultTrial) {
	s := f.try(numbered("echo %d", 10), "echo:10", "ret:done")
	for n := range 10 {
		if s == nil || s.send(fmt.Sprint(n)) != nil || !f.take(s) {
			break
		}
	}
	if s != nil && s.err == nil && s.end.Kind == 0 {
		f.drain(s)
	}
}

func manyFlow(f *faultTrial) {
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { f.drain(f.try(numbered("msg %d", 5), "msgs:5", "ret:done")) })
	}
	all.Wait()
}

func terminateFlow(f *faultTrial) {
	s := f.try([]string{"ready"}, "msg:ready", "recv")
	if s == nil || !f.take(s) {
		return
	}
	f.terminate(s)
	f.drain(s)
}

func filesFlow(f *faultTrial) {
	said := []string{"file 300000", "file 300000", "behind"}
	if !f.c.Features().RecvFiles {
		said = said[2:]
	}
	f.drain(f.try(said, "file:300000", "file:300000", "msg:behind"))
	if !f.c.Features().SendFiles {
		return
	}
	s := f.try([]string{"ready", "got 300000", "file 300000"}, "bounce")
	if s == nil || !f.take(s) {
		return
	}
	err := s.i.SendFile(f.soon(), labFile(300000), "")
	f.failed("send_file", err)
	s.sent = append(s.sent, "file 300000")
	if err != nil || !s.i.Settled() && f.isStuck(s) {
		f.terminate(s)
	}
	f.drain(s)
}

// isStuck: a file of which a part was damaged on the way is dropped by the server without a word.
func (f *faultTrial) isStuck(s *sight) bool {
	before := s.i.Received()
	wait := time.NewTimer(40 * time.Second)
	defer wait.Stop()
	select {
	case <-s.i.Done():
		return false
	case <-wait.C:
		return s.i.Received() == before
	}
}

func detachedFlow(f *faultTrial) {
	p := f.lab(f.c, "recv", "msg:here", "ret:done")
	p.Detached = true
	i, err := f.c.Launch(f.soon(), p)
	if err != nil {
		f.unborn("detached launch", err)
		return
	}
	a, err := f.c.Attach(f.soon(), i.ID())
	if err != nil {
		f.failed("attach", err)
		f.maybe++
		return
	}
	s := f.watch(a, []string{"here"})
	if err := s.send("go"); err != nil {
		f.failed("send", err)
	}
	f.drain(s)
}

func questionsFlow(f *faultTrial) {
	for range 3 {
		_, err := f.c.Ping(f.soon())
		f.failed("ping", err)
		_, err = f.c.List(f.soon())
		f.failed("list", err)
		_, err = f.c.Query(f.soon(), "model_status", "")
		f.failed("query", err)
	}
	_, err := f.c.Terminate(f.soon(), unknownID)
	f.failed("terminate", err)
}

// installFlow brings a program of several parts, twice, and runs it.
func installFlow(f *faultTrial) {
	up := f.upload(f.c, "conf-flow", "installed")
	up.Bytes = append(up.Bytes, "// "+strings.Repeat("padding ", wire.ChunkSize/4)...)
	for range 2 {
		in, err := f.c.Install(f.soon(), up)
		if err != nil {
			f.failed("install", err)
			continue
		}
		s, err := f.c.Launch(f.soon(), pie.Launch{Program: in.Ref})
		if err != nil {
			f.failed("launch", err)
			continue
		}
		if e, err := s.Next(f.soon()); err != nil {
			f.failed("recv", err)
		} else if !f.tampered && (e.Kind != pie.Completed || e.Value != f.returned(f.c, "installed")) {
			f.Errorf("installed and run: %v %q", e.Kind, e.Value)
		}
	}
}

// reconnectFlow goes on over a new connection when the first one breaks. What is launched is launched once.
func reconnectFlow(f *faultTrial) {
	for range 3 {
		f.drain(f.try(numbered("msg %d", 3), "msgs:3", "ret:done"))
		_, err := f.c.Ping(f.soon())
		f.failed("ping", err)
	}
}

package conformance_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pierun/pierun/pie"
)

// flow is what a client does while its wire breaks. It records what it saw; nothing in it may be taken for granted.
type flow struct {
	name string
	play func(*faultTrial)
}

func flows() []flow {
	return []flow{
		{"stream", streamFlow}, {"echo", echoFlow}, {"many", manyFlow}, {"terminate", terminateFlow},
		{"files", filesFlow}, {"detached", detachedFlow}, {"questions", questionsFlow},
	}
}

// faultTrial is one flow over one wire.
type faultTrial struct {
	*trial
	c     *pie.Client
	clean bool // the wire changes nothing that anybody may notice

	mu   sync.Mutex
	seen []*sight
}

// sight is what was seen of one instance.
type sight struct {
	i    *pie.Instance
	said []string // what the program says in all, in order; blobs as "file"
	got  []string
	end  pie.Event // the terminal event, if it came
	err  error     // else what came instead
}

// try launches a lab that says what is given.
func (f *faultTrial) try(said []string, steps ...string) *sight {
	i, err := f.c.Launch(f.soon(), f.lab(f.c, steps...))
	if err != nil {
		f.failed("launch", err)
		return nil
	}
	return f.watch(i, said)
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
		if s == nil || s.i.Send(fmt.Sprint(n)) != nil || !f.take(s) {
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
	f.failed("terminate", s.i.Terminate(f.soon()))
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
	if err != nil || !s.i.Settled() && f.isStuck(s) {
		f.failed("terminate", s.i.Terminate(f.soon()))
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
		f.failed("detached launch", err)
		return
	}
	a, err := f.c.Attach(f.soon(), i.ID())
	if err != nil {
		f.failed("attach", err)
		return
	}
	s := f.watch(a, []string{"here"})
	if err := a.Send("go"); err != nil {
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

// isPrefix says whether got is the beginning of said.
func (s *sight) isPrefix() bool {
	return len(s.got) <= len(s.said) && strings.Join(s.got, "\n") == strings.Join(s.said[:len(s.got)], "\n")
}

package conformance_test

import (
	"errors"
	"fmt"
	"sync"

	"github.com/pierun/pierun/pie"
)

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

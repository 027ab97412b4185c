package engine

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/pierun/pierun/pie/wire"
)

func budgetMismatch(c *wire.Command) string {
	if c.Budgets == nil || len(c.Budgets) == len(c.Inputs) {
		return ""
	}
	return fmt.Sprintf("token_budgets length %d does not match inputs length %d", len(c.Budgets), len(c.Inputs))
}

// batch collects the ends of the processes of one RunMany.
type batch struct {
	mu      sync.Mutex
	ends    []note
	open    int
	settled chan struct{} // closed when all have ended, or the first in order that matters has failed
}

// runMany starts one unattached process per input and answers with all their results, or with the first failure in
// the order of the inputs. Until then nothing else of this connection is looked at, nor, as on the release, sent.
func (s *session) runMany(c *wire.Command) {
	in, why := s.findForMany(c)
	if why != "" {
		s.answer(c, false, why)
		return
	}
	infos := s.infosOf(c, in)
	b := &batch{ends: make([]note, len(infos)), open: len(infos), settled: make(chan struct{})}
	for i, info := range infos {
		info.capture, info.attach = false, false
		info.ended = func(end note) { b.end(s, i, end) }
		p := newProcess(s.e, in.program, info)
		s.e.admit(p)
		s.e.begin(p)
	}
	if len(infos) > 0 && !b.wait(s) {
		return
	}
	ok, text := b.result()
	s.answer(c, ok, text)
}

// end records how one process ended. Any goroutine.
func (b *batch) end(s *session, i int, end note) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open--
	b.ends[i] = end
	if (b.open == 0 || b.failed()) && !b.isSettled() {
		s.resume()
		close(b.settled)
	}
}

// failed says whether the answer is a failure already: the ends are looked at in order.
func (b *batch) failed() bool {
	for _, end := range b.ends {
		if end.kind == wire.NoEvent {
			return false
		}
		if end.kind != wire.Completed {
			return true
		}
	}
	return false
}

func (b *batch) isSettled() bool {
	select {
	case <-b.settled:
		return true
	default:
		return false
	}
}

// wait is false when the connection is to end instead.
func (b *batch) wait(s *session) bool {
	if b.isSettled() {
		return true
	}
	s.rest()
	select {
	case <-b.settled:
		s.resume() // once more: it may have been settled just before
		return true
	case <-s.gone:
		return false
	}
}

func (b *batch) result() (ok bool, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	results := make([]string, len(b.ends))
	for i, end := range b.ends {
		if end.kind != wire.Completed {
			return false, end.text
		}
		results[i] = end.text
	}
	list, _ := json.Marshal(results) // strings always can be
	return true, string(list)
}

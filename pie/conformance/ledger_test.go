package conformance_test

import (
	"context"
	"slices"
	"sync"

	"github.com/pierun/pierun/pie/engine"
)

// ledger is the server's own record of its labs: what each was told and how it ended. A nil one records nothing.
type ledger struct {
	mu      sync.Mutex
	records map[string]*record // by instance
}

type record struct {
	heard    []string
	ended    bool
	returned string
	err      error
}

func newLedger() *ledger { return &ledger{records: map[string]*record{}} }

// note changes the record of g, which it begins where there is none.
func (b *ledger) note(g *engine.Guest, change func(*record)) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.records[g.InstanceID()]
	if r == nil {
		r = &record{}
		b.records[g.InstanceID()] = r
	}
	change(r)
}

// of is a copy of the record of an instance; false when none of that id ever began.
func (b *ledger) of(id string) (record, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.records[id]
	if r == nil {
		return record{}, false
	}
	c := *r
	c.heard = slices.Clone(r.heard)
	return c, true
}

func (b *ledger) begun() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.records)
}

// recorded is a lab whose doings are in the ledger.
func (l lab) run(ctx context.Context, g *engine.Guest) (text string, err error) {
	l.book.note(g, func(*record) {})
	text, err = l.play(ctx, g)
	l.book.note(g, func(r *record) { r.ended, r.returned, r.err = true, text, err })
	return text, err
}

// hear waits for a message.
func (l lab) hear(ctx context.Context, g *engine.Guest) (string, error) {
	text, err := g.Recv(ctx)
	if err == nil {
		l.book.note(g, func(r *record) { r.heard = append(r.heard, text) })
	}
	return text, err
}

package conformance_test

import (
	"errors"
	"strings"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// settle waits for the end of a call; what the client asks again is answered as before.
func (p *replay) settle(k *pendingCall, said *wire.Event) {
	for {
		select {
		case <-k.done:
			return
		case again := <-p.server.heard:
			if again.Kind == k.kind {
				said.Corr = again.Corr
				p.server.sayOn(p.server.ws, said)
			}
		}
	}
}

// judge compares what a call came to with what the server answered.
func (p *replay) judge(k *pendingCall, e *wire.Event) {
	ok, text := e.OK || e.Kind == wire.Listing, string(e.Text)
	switch {
	case k.kind == wire.Launch && ok, k.kind == wire.Attach && ok:
		if k.err != nil || k.got == nil {
			p.Errorf("%v: the server said %q, the client %v", k.kind, text, k.err)
			return
		}
		p.known[k.got.ID()] = &replayed{i: k.got}
		if k.kind == wire.Launch && k.got.ID() != text {
			p.Errorf("launched %s, the server said %s", k.got.ID(), text)
		}
	case k.kind == wire.Terminate:
		if k.yes != ok || ok && k.err != nil {
			p.Errorf("terminate: the server said %v %q, the client %v %v", ok, text, k.yes, k.err)
		}
	case ok && (k.err != nil || k.kind == wire.Query && k.text != text):
		p.Errorf("%v: the server said %q, the client %q %v", k.kind, text, k.text, k.err)
	case !ok && (k.err == nil || !strings.Contains(k.err.Error(), text)):
		p.Errorf("%v: the server refused with %q, the client says %v", k.kind, text, k.err)
	}
}

// note keeps what an instance has to tell.
func (p *replay) note(e *wire.Event) {
	i := p.known[string(e.ID)]
	if i == nil || i.over {
		return
	}
	switch {
	case e.Kind == wire.File && e.Chunk.Index+1 < e.Chunk.Total:
		return
	case e.Kind == wire.File:
		i.want = append(i.want, "Blob "+string(e.Hash))
	case p.dialect.Features.UnitResult && e.Kind == wire.Completed && string(e.Text) == "()":
		i.want = append(i.want, e.Kind.String()+" ")
	default:
		i.want = append(i.want, e.Kind.String()+" "+string(e.Text))
	}
	i.over = e.Kind.Terminal()
}

// compare takes all that an instance told its reader. One whose end was not recorded is lost, and nothing else.
func (p *replay) compare(id string, r *replayed) {
	for _, want := range r.want {
		e, err := r.i.Next(p.Context())
		if err != nil {
			p.Errorf("%s: %v instead of %.80q", id, err, want)
			return
		}
		got := e.Kind.String() + " "
		if b, ok := e.Value.(*pie.Blob); ok {
			got += b.Hash
		} else {
			got += e.Value.(string)
		}
		if got != want {
			p.Errorf("%s told %.80q, the server said %.80q", id, got, want)
			return
		}
		p.compared++
	}
	_, err := r.i.Next(p.Context())
	if r.over && !errors.Is(err, pie.ErrRefused) || !r.over && !errors.Is(err, pie.ErrLost) {
		p.Errorf("%s, over %v, then: %v", id, r.over, err)
	}
}

package conformance_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestRecordedServers plays the server's side of recorded conversations to the client: it does what the recorded client
// did, and has to make of the frames what they say, losses included.
func TestRecordedServers(t *testing.T) {
	instances, events := 0, 0
	for _, r := range recordings(t) {
		t.Run(r.file+"/"+r.scenario+"/"+r.conn, func(t *testing.T) {
			p := &replay{T: t, recording: r, server: newScripted(t, r.dialect), corr: map[uint32]uint32{}, known: map[string]*replayed{}, parts: map[string]uint32{}}
			p.play()
			instances, events = instances+len(p.known), events+p.compared
		})
	}
	t.Logf("%d instances with %d events", instances, events)
	if instances == 0 || events == 0 {
		t.Error("nothing was played")
	}
}

// replay is one connection of a recording.
type replay struct {
	*testing.T
	*recording
	server   *scripted
	client   *pie.Client
	corr     map[uint32]uint32 // recorded to real
	pending  []*pendingCall
	known    map[string]*replayed
	parts    map[string]uint32 // of files, by instance and hash: the next one
	compared int
	work     sync.WaitGroup
}

// replayed is an instance of the recording that the client was given.
type replayed struct {
	i    *pie.Instance
	want []string // kind and text of what the server said about it
	over bool
}

// pendingCall is a call whose answer is still to be played.
type pendingCall struct {
	corr uint32 // as recorded
	kind wire.CommandKind
	id   string
	done chan struct{}
	got  *pie.Instance
	text string
	yes  bool
	err  error
}

func (p *replay) play() {
	cfg := pie.Config{URI: "ws://scripted", Dialect: p.dialect.Generation, DialContext: p.server.DialContext, Liveness: -1}
	cfg.Newest = func(context.Context, string) (string, error) { return "", errors.New("no registry in tests") }
	c, err := pie.Dial(p.Context(), cfg)
	if err != nil {
		p.Fatal(err)
	}
	p.client = c
	<-p.server.up
	for _, l := range p.lines {
		switch {
		case l.Cut || len(l.frame) == 0:
		case l.Direction == "c2s":
			p.say(l)
		case l.Direction == "s2c":
			p.hear(l)
		}
	}
	p.server.stop()
	_ = c.Close(context.Background())
	p.work.Wait()
	for id, i := range p.known {
		p.compare(id, i)
	}
}

// say lets the client do what the recorded one did, where it is something that clients do.
func (p *replay) say(l *recorded) {
	var cmd wire.Command
	if p.dialect.DecodeCommand(l.frame, l.text(), &cmd) != nil {
		return
	}
	// A number that is used again stands for the later command: the earlier one was never answered.
	p.pending = slices.DeleteFunc(p.pending, func(k *pendingCall) bool { return k.corr == cmd.Corr })
	ctx := p.Context()
	switch cmd.Kind {
	case wire.Launch:
		if cmd.Capture {
			p.call(&cmd, func(k *pendingCall) { k.got, k.err = p.client.Launch(ctx, p.launch()) })
		}
	case wire.Attach:
		if i := p.known[cmd.ID]; (i == nil || i.over) && p.dialect.Features.AttachInstance {
			if i != nil {
				<-i.i.Done() // the recorded client had seen the end
			}
			p.call(&cmd, func(k *pendingCall) { k.got, k.err = p.client.Attach(ctx, cmd.ID) })
		}
	case wire.Terminate:
		if p.dialect.Features.TerminateSilent && p.known[cmd.ID] == nil {
			return // whoever launched it did so in a way that clients have not
		}
		p.call(&cmd, func(k *pendingCall) { k.yes, k.err = p.client.Terminate(ctx, cmd.ID) })
	case wire.List:
		p.call(&cmd, func(k *pendingCall) { _, k.err = p.client.List(ctx) })
	case wire.Ping:
		p.call(&cmd, func(k *pendingCall) { _, k.err = p.client.Ping(ctx) })
	case wire.Query:
		p.call(&cmd, func(k *pendingCall) { k.text, k.err = p.client.Query(ctx, cmd.Subject, cmd.Record) })
	case wire.Signal:
		p.signal(&cmd)
	}
}

// launch is a program that needs no look-up; what it is called does not matter.
func (p *replay) launch() pie.Launch {
	if p.dialect.Features.HashNames {
		return pie.Launch{Hash: strings.Repeat("ab", 32)}
	}
	return pie.Launch{Program: "lab@0.1.0"}
}

// call makes a call and waits until its command has come.
func (p *replay) call(cmd *wire.Command, f func(*pendingCall)) {
	k := &pendingCall{corr: cmd.Corr, kind: cmd.Kind, id: cmd.ID, done: make(chan struct{})}
	p.work.Go(func() { defer close(k.done); f(k) })
	got := p.server.want(cmd.Kind, func(asked *wire.Command) *wire.Event { return p.beside(asked, cmd) })
	if got.ID != cmd.ID {
		p.Errorf("%v %q, recorded was %q", cmd.Kind, got.ID, cmd.ID)
	}
	p.corr[cmd.Corr] = got.Corr
	if p.dialect.Features.TerminateSilent && cmd.Kind == wire.Terminate {
		return
	}
	p.pending = append(p.pending, k)
}

// beside answers what the client asks by itself before it does what was recorded: whether a program is there, and
// whether an instance that it is to attach to is.
func (p *replay) beside(asked, meant *wire.Command) *wire.Event {
	e := &wire.Event{Kind: wire.Answer, For: asked.Kind, Corr: asked.Corr, OK: true, Text: []byte("true")}
	if asked.Kind != wire.List {
		return e
	}
	e.Kind, e.Text = wire.Listing, nil
	e.Instances = []wire.InstanceInfo{{ID: meant.ID, User: "internal", Program: "lab@0.1.0", State: "attached", Elapsed: 1}}
	return e
}

// signal sends a message if the client still may.
func (p *replay) signal(cmd *wire.Command) {
	i := p.known[cmd.ID]
	if i == nil || i.over {
		return
	}
	if err := i.i.Send(cmd.Text); err != nil {
		p.Errorf("send: %v", err)
		return
	}
	if got := p.server.want(wire.Signal, func(*wire.Command) *wire.Event { return nil }); got.Text != cmd.Text || got.ID != cmd.ID {
		p.Errorf("the client sent %q to %s", got.Text, got.ID)
	}
}

// hear plays a frame of the server's.
func (p *replay) hear(l *recorded) {
	var e wire.Event
	if err := p.dialect.DecodeEvent(l.frame, l.text(), &e); err != nil {
		p.server.raw(p.server.ws, l.frame, l.text())
		return
	}
	switch {
	case e.Kind == wire.Answer || e.Kind == wire.Listing:
		p.answer(&e)
	case e.Kind == wire.File && !p.follows(&e): // its beginning was not recorded whole
	case e.Kind == wire.TurnDone || e.Kind.Terminal() || e.Kind >= wire.Message && e.Kind <= wire.File:
		p.note(&e)
		p.server.raw(p.server.ws, l.frame, l.text())
	}
}

// follows says whether all parts of a file before this one were played.
func (p *replay) follows(e *wire.Event) bool {
	file := string(e.ID) + string(e.Hash)
	if e.Chunk.Index != p.parts[file] {
		return false
	}
	if p.parts[file] = e.Chunk.Index + 1; p.parts[file] == e.Chunk.Total {
		delete(p.parts, file)
	}
	return true
}

// answer plays an answer to the call that it belongs to.
func (p *replay) answer(e *wire.Event) {
	for n, k := range p.pending {
		if k.corr != e.Corr {
			continue
		}
		p.pending = append(p.pending[:n], p.pending[n+1:]...)
		said := *e
		said.For, said.Corr = k.kind, p.corr[e.Corr]
		p.server.sayOn(p.server.ws, &said)
		p.settle(k, &said)
		p.judge(k, e)
		return
	}
}

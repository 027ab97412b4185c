package pie

import (
	"testing"

	"github.com/pierun/pierun/pie/wire"
)

// newSilentLink is a link without a connection, to feed frames to.
func newSilentLink(box func(string) any) (*link, *Instance) {
	c, err := newClient(Config{URI: "ws://nowhere", Box: box}.withDefaults())
	if err != nil {
		panic(err)
	}
	l := newLink(c, nil, nil)
	l.speak(known("worker-0.5"))
	i := &Instance{client: c, id: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", began: c.clock.Now()}
	i.queue.limit, i.queue.status = 1<<20, StatusRunning
	l.adopt(i)
	return l, i
}

// TestEventPathAllocations holds the way of an event to two allocations: its text, and the interface around it.
func TestEventPathAllocations(t *testing.T) {
	l, i := newSilentLink(nil)
	frame, _, err := l.dialect.EncodeEvent(nil, &wire.Event{Kind: wire.Stdout, ID: []byte(i.id), Text: []byte("0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]Event, 0, 64)
	n := testing.AllocsPerRun(1000, func() {
		l.dispatch(frame, false)
		l.pause()
		batch = i.Take(batch[:0])
	})
	if n > 2 {
		t.Errorf("%v allocations for an event", n)
	}
}

func TestEventPathAllocationsWithBox(t *testing.T) {
	shared := any("shared")
	l, i := newSilentLink(func(string) any { return shared })
	frame, _, _ := l.dialect.EncodeEvent(nil, &wire.Event{Kind: wire.Message, ID: []byte(i.id), Text: []byte("0123456789abcdef")})
	var batch []Event
	if n := testing.AllocsPerRun(1000, func() { l.dispatch(frame, false); l.pause(); batch = i.Take(batch[:0]) }); n > 1 {
		t.Errorf("%v allocations for a boxed event", n)
	}
}

// TestOnReadyOncePerBurst: a burst of events between two pauses wakes the consumer once, and so does the end.
func TestOnReadyOncePerBurst(t *testing.T) {
	l, i := newSilentLink(nil)
	woken := 0
	i.OnReady(func() { woken++ })
	feed := func(kind wire.EventKind) {
		frame, _, _ := l.dialect.EncodeEvent(nil, &wire.Event{Kind: kind, ID: []byte(i.id), Text: []byte("x")})
		l.dispatch(frame, false)
	}
	for range 10 {
		feed(wire.Stdout)
	}
	if l.pause(); woken != 1 {
		t.Errorf("woken %d times", woken)
	}
	feed(wire.Stdout) // the queue is not empty: the consumer knows
	if l.pause(); woken != 1 {
		t.Errorf("woken %d times though it knew", woken)
	}
	i.Take(nil)
	feed(wire.Stdout)
	feed(wire.Completed)
	if l.pause(); woken != 2 {
		t.Errorf("woken %d times at the end", woken)
	}
	late := false
	i.OnReady(func() { late = true })
	if !late {
		t.Error("a late OnReady was not told")
	}
}

// TestLyingFramesCostLittle: what a frame claims to hold is not allocated before it is there.
func TestLyingFramesCostLittle(t *testing.T) {
	l, i := newSilentLink(nil)
	frame, _, _ := l.dialect.EncodeEvent(nil, &wire.Event{Kind: wire.File, ID: []byte(i.id), Hash: []byte("aa"),
		Chunk: wire.Chunk{Index: 0, Total: 1<<32 - 1, Data: []byte("x")}})
	l.dispatch(frame, false)
	a := i.files["aa"]
	if a == nil {
		t.Fatal("the part was not taken")
	}
	if a.helper.wait(); cap(a.data) > 1024 {
		t.Errorf("%d bytes are held for one", cap(a.data))
	}
}

func TestOrphanBufferIsBounded(t *testing.T) {
	l, _ := newSilentLink(nil)
	for n := range 3 * orphanInstances {
		id := []byte{byte(n), byte(n >> 8), byte(n >> 16), 'x'}
		frame, _, _ := l.dialect.EncodeEvent(nil, &wire.Event{Kind: wire.Stdout, ID: id, Text: make([]byte, 10_000)})
		l.dispatch(frame, false)
	}
	if n, b := len(l.routes.orphan.byID), l.routes.orphan.bytes; n > orphanInstances || b > l.routes.orphan.limit || l.routes.orphan.limit != DefaultEarlyBuffer {
		t.Errorf("%d instances, %d bytes", n, b)
	}
}

// What is over the bound of what is not known yet is not lost without a word: the instance fails when it gets known.
func TestTheBoundOfEarlyEvents(t *testing.T) {
	const id = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
	for bound, full := range map[int64]bool{2000: true, 0: false} {
		c, err := newClient(Config{URI: "ws://nowhere", EarlyBuffer: bound}.withDefaults())
		if err != nil {
			t.Fatal(err)
		}
		l := newLink(c, nil, nil)
		l.speak(known("worker-0.5"))
		frame, _, _ := l.dialect.EncodeEvent(nil, &wire.Event{Kind: wire.Stdout, ID: []byte(id), Text: make([]byte, 1500)})
		l.dispatch(frame, false)
		l.dispatch(frame, false)
		early, _ := l.routes.add(&Instance{client: c, id: id})
		if full != (len(early.events) == 1 && early.dropped == 1) || full == (len(early.events) == 2) {
			t.Errorf("a bound of %d: %+v", bound, early)
		}
	}
}

// TestBurstAllocations: many events between two pauses cost no more each than one alone, and their buffers go round.
func TestBurstAllocations(t *testing.T) {
	const events = 200
	shared := any("shared")
	l, i := newSilentLink(func(string) any { return shared })
	frame, _, _ := l.dialect.EncodeEvent(nil, &wire.Event{Kind: wire.Stdout, ID: []byte(i.id), Text: []byte("0123456789abcdef")})
	var batch []Event
	n := testing.AllocsPerRun(100, func() {
		for range events {
			l.dispatch(frame, false)
		}
		l.pause()
		clear(batch)
		if batch = i.Take(batch[:0]); len(batch) != events {
			t.Fatalf("%d events", len(batch))
		}
	})
	if n > events { // the text of each
		t.Errorf("%v allocations for %d events", n, events)
	}
}

// TestTurnsAreFollowed: with instances that speak in turn, an event costs the same, and each gets its own.
func TestTurnsAreFollowed(t *testing.T) {
	shared := any("shared")
	l, first := newSilentLink(func(string) any { return shared })
	list := []*Instance{first}
	for n := range 9 {
		i := &Instance{client: l.c, id: string(rune('a'+n)) + first.id[1:] + "x", began: first.began}
		i.queue.limit, i.queue.status = 1<<20, StatusRunning
		l.adopt(i)
		list = append(list, i)
	}
	var frames [][]byte
	for _, i := range list {
		frame, _, _ := l.dialect.EncodeEvent(nil, &wire.Event{Kind: wire.Stdout, ID: []byte(i.id), Text: []byte("0123456789abcdef")})
		frames = append(frames, frame)
	}
	batches := make([][]Event, len(list))
	n := testing.AllocsPerRun(100, func() {
		for _, frame := range frames {
			l.dispatch(frame, false)
		}
		l.pause()
		for n, i := range list {
			if batches[n] = i.Take(batches[n][:0]); len(batches[n]) != 1 {
				t.Fatalf("instance %d has %d events", n, len(batches[n]))
			}
		}
	})
	if n > float64(len(list)) {
		t.Errorf("%v allocations for %d events", n, len(list))
	}
	// One that has gone is not followed any more.
	list[3].settle(StatusLost, nil)
	l.dispatch(frames[2], false)
	l.dispatch(frames[3], false)
	if l.pause(); len(list[3].Take(nil)) != 0 || len(list[2].Take(nil)) != 1 {
		t.Error("an event went astray")
	}
}

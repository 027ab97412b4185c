package wire

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// seed adds every recorded frame, for its own generation.
func seed(f *testing.F, direction string) {
	for _, v := range readVectors(f, "testdata/golden/*.jsonl") {
		if v.Direction != direction {
			continue
		}
		for i, d := range generations {
			if d.Family == v.Dialect {
				f.Add(uint8(i), v.Text != nil, v.frame)
			}
		}
	}
}

// checkError wants one of the two errors that a decoder may give.
func checkError(t *testing.T, frame []byte, err error) {
	t.Helper()
	var syntax *SyntaxError
	switch {
	case errors.As(err, &syntax):
		if syntax.Offset < 0 || syntax.Offset > len(frame) || !errors.Is(err, ErrMalformed) {
			t.Errorf("%v: an offset outside of the frame of %d bytes", err, len(frame))
		}
	case !errors.Is(err, ErrUnknown):
		t.Errorf("%v is neither ErrMalformed nor ErrUnknown", err)
	}
}

func FuzzDecodeCommand(f *testing.F) {
	seed(f, "c2s")
	f.Fuzz(func(t *testing.T, gen uint8, text bool, frame []byte) {
		d := generations[int(gen)%len(generations)]
		var c, again Command
		if err := d.DecodeCommand(frame, text, &c); err != nil {
			checkError(t, frame, err)
			if !reflect.DeepEqual(c, Command{}) {
				t.Errorf("%v, and yet %+v", err, c)
			}
			return
		}
		said, isText, err := d.EncodeCommand(nil, &c)
		if err != nil {
			t.Fatalf("%+v was decoded and cannot be encoded: %v", c, err)
		}
		if err := d.DecodeCommand(said, isText, &again); err != nil || !reflect.DeepEqual(again.canon(), c.canon()) {
			t.Errorf("%v\n got %+v\nwant %+v", err, again, c)
		}
	})
}

func FuzzDecodeEvent(f *testing.F) {
	seed(f, "s2c")
	f.Fuzz(func(t *testing.T, gen uint8, text bool, frame []byte) {
		d := generations[int(gen)%len(generations)]
		var e Event
		if err := d.DecodeEvent(frame, text, &e); err != nil {
			checkError(t, frame, err)
			if e.canon(); !reflect.DeepEqual(e, Event{}) {
				t.Errorf("%v, and yet %+v", err, e)
			}
			return
		}
		if !text {
			checkQuick(t, d, frame, e)
		}
		if d.Generation == "instance-0.1" { // understands what its own servers do not say: begin with what they would
			if e = sayAgain(t, d, e); e.Kind == NoEvent {
				return
			}
		}
		if got := sayAgain(t, d, e); got.Kind != NoEvent && !reflect.DeepEqual(got.canon(), e.canon()) {
			t.Errorf("\n got %+v\nwant %+v", got, e)
		}
	})
}

// sayAgain encodes e and decodes it. It gives none for what d's own servers do not say, and for bytes that JSON cannot hold.
func sayAgain(t *testing.T, d *Dialect, e Event) (again Event) {
	t.Helper()
	frame, text, err := d.EncodeEvent(nil, &e)
	if errors.Is(err, ErrUnsupported) || text && !utf8.Valid(e.Text) {
		return Event{}
	}
	if err == nil {
		err = d.DecodeEvent(frame, text, &again)
	}
	if err != nil {
		t.Errorf("%+v: %v", e, err)
	}
	return again
}

// checkQuick wants the short way and the general way to agree.
func checkQuick(t *testing.T, d *Dialect, frame []byte, e Event) {
	t.Helper()
	events := map[string]*vocabulary[Event]{}
	for _, g := range generations {
		switch x := g.codec.(type) {
		case *instanceCodec:
			events[g.Generation] = x.events
		case *processCodec:
			events[g.Generation] = x.events
		case *gatewayCodec:
			events[g.Generation] = x.events
		}
	}
	var slow Event
	if err := hearEvent(events[d.Generation], frame, &slow); err != nil || !reflect.DeepEqual(slow.canon(), e.canon()) {
		t.Errorf("%v\nquick %+v\n slow %+v", err, e, slow)
	}
}

func FuzzCommandRoundTrip(f *testing.F) {
	f.Add(uint8(0), uint8(Launch), "a", "b", uint32(1), true, []byte("data"))
	f.Add(uint8(7), uint8(Launch), "ä\x00", "{}", uint32(1<<31), false, []byte{})
	f.Fuzz(func(t *testing.T, gen, kind uint8, a, b string, n uint32, yes bool, data []byte) {
		d := generations[int(gen)%len(generations)]
		a, b = strings.ToValidUTF8(a, ""), strings.ToValidUTF8(b, "")
		c := sample(d, CommandKind(kind%uint8(CancelAll+1)), a, b, n, yes, data)
		frame, text, err := d.EncodeCommand(nil, &c)
		if errors.Is(err, ErrUnsupported) {
			return
		}
		var got Command
		if err == nil {
			err = d.DecodeCommand(frame, text, &got)
		}
		if err != nil || !reflect.DeepEqual(got.canon(), c.canon()) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", d.Generation, err, got, c)
		}
	})
}

func FuzzEventRoundTrip(f *testing.F) {
	f.Add(uint8(0), uint8(Completed), "a", "b", uint32(1), true)
	f.Add(uint8(7), uint8(File), "", "ä\x00", uint32(1<<31), false)
	f.Fuzz(func(t *testing.T, gen, kind uint8, a, b string, n uint32, yes bool) {
		d := generations[int(gen)%len(generations)]
		e := eventSample(d, EventKind(kind%uint8(Notice+1)), strings.ToValidUTF8(a, ""), strings.ToValidUTF8(b, ""), n, yes)
		frame, text, err := d.EncodeEvent(nil, &e)
		if _, other := translated[d.Generation][e.Kind]; other || errors.Is(err, ErrUnsupported) {
			return
		}
		var got Event
		if err == nil {
			err = d.DecodeEvent(frame, text, &got)
		}
		if err != nil || !reflect.DeepEqual(got.canon(), e.canon()) {
			t.Errorf("%s: %v\n got %+v\nwant %+v\n%q", d.Generation, err, got, e, bytes.TrimSpace(frame))
		}
	})
}

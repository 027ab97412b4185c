package wire

import (
	"bytes"
	"testing"

	"github.com/tinylib/msgp/msgp"
)

const someID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"

// hotFrames are what a client reads most, by generation.
func hotFrames(tb testing.TB) map[string]hotFrame {
	id, words := []byte(someID), []byte("16 bytes of text")
	chunk := Chunk{Index: 3, Total: 9, Data: bytes.Repeat([]byte("x"), 4096)}
	frames := map[string]hotFrame{}
	for name, e := range map[string]Event{
		"process-0.4 Stdout":   {Kind: Stdout, ID: id, Text: words},
		"gateway-0.5 Stdout":   {Kind: Stdout, ID: id, Text: words},
		"gateway-0.5 Message":  {Kind: Message, ID: id, Text: words},
		"gateway-0.5 Aborted":  {Kind: Aborted, ID: id},
		"gateway-0.5 File":     {Kind: File, ID: id, Hash: words, Name: words, Chunk: chunk},
		"gateway-0.5 Answer":   {Kind: Answer, Corr: 70000, OK: true, Text: id},
		"gateway-0.5 TurnDone": {Kind: TurnDone},
		"instance-0.2 Stdout":  {Kind: Stdout, ID: id, Text: words},
		"instance-0.2 Message": {Kind: Message, ID: id, Text: words},
		"instance-0.2 File":    {Kind: File, ID: id, Hash: words, Chunk: chunk},
		"instance-0.2 Answer":  {Kind: Answer, For: Launch, Corr: 70000, OK: true, Text: id},
		"instance-0.1 Message": {Kind: Message, ID: id, Text: words},
		"instance-0.1 Aborted": {Kind: Aborted, ID: id},
		"process-0.4 MCP":      {Kind: MCPRequest, Corr: 1, ID: id, Name: words, Method: words, Text: words},
	} {
		generation, _, _ := bytes.Cut([]byte(name), []byte(" "))
		d, err := Find(string(generation))
		if err != nil {
			tb.Fatal(err)
		}
		frame, text, err := d.EncodeEvent(nil, &e)
		if err != nil {
			tb.Fatal(err)
		}
		frames[name] = hotFrame{d, frame, text, e.Kind}
	}
	return frames
}

type hotFrame struct {
	d     *Dialect
	frame []byte
	text  bool
	kind  EventKind
}

func TestDecodeEventAllocatesNothing(t *testing.T) {
	for name, h := range hotFrames(t) {
		var e Event
		if n := testing.AllocsPerRun(100, func() {
			if err := h.d.DecodeEvent(h.frame, h.text, &e); err != nil || e.Kind != h.kind {
				t.Fatal(name, err, e.Kind)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestDecodeEventAllocatesNothingInAnyOrder does the same for what no server sends: keys in another order, and more of them.
func TestDecodeEventAllocatesNothingInAnyOrder(t *testing.T) {
	d, _ := Find("gateway-0.5")
	frame := msgp.AppendMapHeader(nil, 5)
	frame = msgp.AppendString(msgp.AppendString(frame, "value"), "v")
	frame = msgp.AppendArrayHeader(msgp.AppendString(frame, "more"), 0)
	frame = msgp.AppendString(msgp.AppendString(frame, "event"), "stdout")
	frame = msgp.AppendBytes(msgp.AppendString(frame, "process_id"), []byte(someID))
	frame = msgp.AppendString(msgp.AppendString(frame, "type"), "process_event")
	var e Event
	if n := testing.AllocsPerRun(100, func() {
		if err := d.DecodeEvent(frame, false, &e); err != nil || string(e.ID) != someID {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestEncodeSignalAllocatesNothing(t *testing.T) {
	c, buf := &Command{Kind: Signal, ID: someID, Text: "go on"}, make([]byte, 0, 256)
	for _, d := range Generations() {
		if n := testing.AllocsPerRun(100, func() { buf, _, _ = d.EncodeCommand(buf[:0], c) }); n != 0 {
			t.Errorf("%s: %v allocations", d.Generation, n)
		}
	}
}

// BenchmarkDecodeEvent is the hot path. BenchmarkFloor is what msgp alone takes for the same frame.
func BenchmarkDecodeEvent(b *testing.B) {
	for name, h := range hotFrames(b) {
		b.Run(name, func(b *testing.B) {
			var e Event
			b.ReportAllocs()
			for b.Loop() {
				if err := h.d.DecodeEvent(h.frame, h.text, &e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFloor reads the four fields of an event with msgp's raw functions and nothing else.
func BenchmarkFloor(b *testing.B) {
	frame := hotFrames(b)["gateway-0.5 Stdout"].frame
	var kind, id, event, value []byte
	b.ReportAllocs()
	for b.Loop() {
		n, rest, err := msgp.ReadMapHeaderBytes(frame)
		for ; n > 0 && err == nil; n-- {
			var key []byte
			if key, rest, err = msgp.ReadStringZC(rest); err != nil {
				break
			}
			switch string(key) {
			case "type":
				kind, rest, err = msgp.ReadStringZC(rest)
			case "process_id":
				id, rest, err = msgp.ReadStringZC(rest)
			case "event":
				event, rest, err = msgp.ReadStringZC(rest)
			case "value":
				value, rest, err = msgp.ReadStringZC(rest)
			}
		}
		if err != nil || len(kind)+len(id)+len(event)+len(value) != 13+36+6+16 {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeEventGeneral is the hot frame without its short way.
func BenchmarkDecodeEventGeneral(b *testing.B) {
	h := hotFrames(b)["gateway-0.5 Stdout"]
	events := h.d.codec.(*gatewayCodec).events
	var e Event
	b.ReportAllocs()
	for b.Loop() {
		if err := hearEvent(events, h.frame, &e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeSignal(b *testing.B) {
	d, _ := Find("gateway-0.5")
	c, buf := &Command{Kind: Signal, ID: someID, Text: "go on"}, []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		buf, _, _ = d.EncodeCommand(buf[:0], c)
	}
}

func BenchmarkEncodeStdout(b *testing.B) {
	d, _ := Find("gateway-0.5")
	e, buf := &Event{Kind: Stdout, ID: []byte(someID), Text: []byte("16 bytes of text")}, []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		buf, _, _ = d.EncodeEvent(buf[:0], e)
	}
}

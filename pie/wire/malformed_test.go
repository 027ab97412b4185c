package wire

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"github.com/tinylib/msgp/msgp"
)

// lies are frames whose lengths promise more than comes.
func lies() map[string][]byte {
	typed := func(n uint32, name string) []byte {
		return msgp.AppendString(msgp.AppendString(msgp.AppendMapHeader(nil, n), "type"), name)
	}
	huge := []byte{0xff, 0xff, 0xff, 0xff}
	launch := msgp.AppendUint32(msgp.AppendString(typed(9, "launch_process"), "corr_id"), 1)
	return map[string][]byte{
		"map":       append([]byte{0xdf}, huge...),
		"array":     append([]byte{0xdd}, huge...),
		"fields":    msgp.AppendUint32(msgp.AppendString(typed(1<<31, "ping"), "corr_id"), 1),
		"unknown":   append(append(msgp.AppendString(typed(3, "ping"), "?"), 0xdd), huge...),
		"text":      append(append(msgp.AppendString(typed(3, "ping"), "corr_id"), 0xdb), huge...),
		"instances": append(append(msgp.AppendString(typed(3, "live_instances"), "instances"), 0xdd), huge...),
		"arguments": append(append(msgp.AppendString(typed(7, "launch_instance"), "arguments"), 0xdd), huge...),
		"inputs":    append(append(msgp.AppendString(typed(7, "launch_processes"), "inputs"), 0xdd), huge...),
		"budgets":   append(append(msgp.AppendString(typed(7, "launch_processes"), "token_budgets"), 0xdd), huge...),
		"octets":    append(append(msgp.AppendString(typed(7, "transfer_file"), "chunk_data"), 0xdd), huge...),
		"files":     append(append(msgp.AppendString(launch, "files"), 0xdf), huge...),
		"props":     append(append(msgp.AppendString(launch, "props"), 0xdf), huge...),
	}
}

// TestLyingCounts wants an error, and no memory for what does not come.
func TestLyingCounts(t *testing.T) {
	for name, frame := range lies() {
		for _, d := range Generations() {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var c Command
			var e Event
			errCommand, errEvent := d.DecodeCommand(frame, false, &c), d.DecodeEvent(frame, false, &e)
			runtime.ReadMemStats(&after)
			if errCommand == nil || errEvent == nil {
				t.Errorf("%s, %s: %v, %v", d.Generation, name, errCommand, errEvent)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 64<<10 {
				t.Errorf("%s, %s: %d bytes allocated for a frame of %d", d.Generation, name, took, len(frame))
			}
		}
	}
}

// TestDeepNesting passes over a value nested as deep as a frame can hold, and refuses one that must be kept.
func TestDeepNesting(t *testing.T) {
	d, _ := Find("gateway-0.6")
	deep := append(bytes.Repeat([]byte{0x91}, 4<<20), 0xc0)
	ping := msgp.AppendString(msgp.AppendString(msgp.AppendMapHeader(nil, 3), "type"), "ping")
	ping = append(msgp.AppendString(ping, "deep"), deep...)
	ping = msgp.AppendUint32(msgp.AppendString(ping, "corr_id"), 7)
	var c Command
	if err := d.DecodeCommand(ping, false, &c); err != nil || c.Corr != 7 {
		t.Errorf("%+v, %v", c.Corr, err)
	}
	launch := msgp.AppendString(msgp.AppendString(msgp.AppendMapHeader(nil, 2), "type"), "launch_process")
	launch = append(append(msgp.AppendString(launch, "props"), 0x81, 0xa1, 'p'), deep...)
	if err := d.DecodeCommand(launch, false, &c); !errors.Is(err, ErrMalformed) {
		t.Errorf("props of any depth: %v", err)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	d, _ := Find("gateway-0.5")
	ping := []byte("\x82\xa4type\xa4ping\xa7corr_id")
	for _, test := range []struct {
		frame []byte
		want  string
	}{
		{nil, "malformed frame at byte 0: the frame ends where a map should be"},
		{[]byte{0xc1}, "malformed frame at byte 0: not MessagePack"},
		{append(ping, 0xa1, 'x'), "malformed frame at byte 19: want a whole number below 2^32, found str"},
		{append(ping, 0xff), "malformed frame at byte 19: want a whole number below 2^32, found int"},
		{ping, "malformed frame at byte 19: the frame ends where a whole number below 2^32 should be"},
		{append(ping, 0xc0), `unknown message: type "ping" lacks the field "corr_id"`},
		{[]byte("\x81\xa4type\xa3foo"), `unknown message of type "foo"`},
		{[]byte("\x80"), "unknown message: it has no type"},
		{[]byte("\x82\xa4type\xa4ping\xc3\x01"), "malformed frame at byte 11: want text or bytes, found bool"},
	} {
		var c Command
		if err := d.DecodeCommand(test.frame, false, &c); err == nil || err.Error() != test.want {
			t.Errorf("%q:\n got %v\nwant %s", test.frame, err, test.want)
		}
	}
}

// TestEveryCut cuts golden frames at every byte: no cut may pass for a whole, nor panic.
func TestEveryCut(t *testing.T) {
	for name, h := range hotFrames(t) {
		for i := range h.frame {
			var e Event
			if err := h.d.DecodeEvent(h.frame[:i], h.text, &e); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s, cut at %d: %v", name, i, err)
			}
		}
	}
}

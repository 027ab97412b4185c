package wire

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	names := []string{"instance-0.1", "instance-hash", "instance-0.2", "process-0.3", "process-0.4", "worker-0.5", "gateway-0.5", "gateway-0.6"}
	var got []string
	for _, d := range Generations() {
		got = append(got, d.Generation)
	}
	if !slices.Equal(got, names) {
		t.Errorf("generations: %v", got)
	}
	newest := map[string]string{"instance": "instance-0.2", "process": "process-0.4", "gateway": "gateway-0.6"}
	for _, name := range names {
		newest[name] = name
	}
	for name, want := range newest {
		if d, err := Find(name); err != nil || d.Generation != want {
			t.Errorf("Find(%q): %+v, %v; want %s", name, d, err, want)
		}
	}
	_, err := Find("gateway-0.7")
	for _, name := range append(names, "instance", "process", "gateway") {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: does not tell %s", err, name)
		}
	}
}

func TestGenerationsIsACopy(t *testing.T) {
	Generations()[0] = nil
	if Generations()[0] == nil {
		t.Error("the caller's change is seen by others")
	}
}

// TestFeaturesAgreeWithCommands holds the features to what can be said.
func TestFeaturesAgreeWithCommands(t *testing.T) {
	for _, d := range Generations() {
		f, can := &d.Features, sayable[d.Generation]
		for _, test := range []struct {
			name    string
			feature bool
			kind    CommandKind
		}{
			{"ListInstances", f.ListInstances, List}, {"AttachInstance", f.AttachInstance, Attach},
			{"LaunchManyInputs", f.LaunchManyInputs, LaunchMany}, {"MCP", f.MCP, RegisterMCP}, {"Pings", f.Pings, Ping},
			{"LoginCommand", f.LoginCommand != NoCommand, f.LoginCommand}, {"Challenge", f.Challenge, Prove},
		} {
			if test.feature && !slices.Contains(can, test.kind) {
				t.Errorf("%s: %s without %v", d.Generation, test.name, test.kind)
			}
		}
		if f.MaxCommand == 0 || d.Path() == "" || f.KillsOnClose && f.DetachOnClose {
			t.Errorf("%s: %+v", d.Generation, f)
		}
		if h := d.Header("me"); (h != nil) != f.HeaderIdentity || h != nil && h.Get("x-pie-identity") != "me" {
			t.Errorf("%s: header %v", d.Generation, h)
		}
	}
}

func TestTextCommands(t *testing.T) {
	d, _ := Find("gateway-0.5")
	worker, _ := Find("worker-0.5")
	for _, test := range []struct {
		text string
		want Command
		err  error
	}{
		{"cancel", Command{Kind: CancelAll}, nil},
		{" cancel\n", Command{Kind: CancelAll}, nil},
		{"CANCEL", Command{}, ErrMalformed},
		{`"cancel"`, Command{}, ErrMalformed},
		{`[]`, Command{}, ErrMalformed},
		{`{"type":"cancel"}`, Command{}, ErrUnknown},
		{`{}`, Command{}, ErrUnknown},
		{`{"type":"ping"}`, Command{}, ErrUnknown},
		{`{"type":"ping","corr_id":1.5}`, Command{}, ErrMalformed},
		{`{"type":"ping","corr_id":-1}`, Command{}, ErrMalformed},
		{`{"corr_id":4294967295,"x":{"y":[null,1e3,true]},"type":"ping"}`, Command{Kind: Ping, Corr: 1<<32 - 1}, nil},
		{`{"type":"transfer_file","process_id":"p","file_hash":"h","chunk_index":0,"total_chunks":1,"chunk_data":[104,105]}`,
			Command{Kind: SendFile, ID: "p", Hash: "h", Chunk: Chunk{Total: 1, Data: []byte("hi")}}, nil},
		{`{"type":"transfer_file","process_id":"p","file_hash":"h","chunk_index":0,"total_chunks":1,"chunk_data":[256]}`, Command{}, ErrMalformed},
	} {
		var c, ignored Command
		err := d.DecodeCommand([]byte(test.text), true, &c)
		if !errors.Is(err, test.err) || c.Kind != test.want.Kind || c.Corr != test.want.Corr || string(c.Chunk.Data) != string(test.want.Chunk.Data) {
			t.Errorf("%s: %+v, %v", test.text, c, err)
		}
		if err := worker.DecodeCommand([]byte(test.text), true, &ignored); !errors.Is(err, ErrUnknown) {
			t.Errorf("a worker heard %s: %v", test.text, err)
		}
	}
}

func TestTextEvents(t *testing.T) {
	d, _ := Find("gateway-0.5")
	for _, test := range []struct {
		text string
		kind EventKind
		said string
		err  error
	}{
		{`{"type":"turn_done"}`, TurnDone, "", nil},
		{`{ "type" : "turn_done", "more": [] }`, TurnDone, "", nil},
		{`{"message":"stream aborted","type":"error"}`, StreamAborted, "", nil},
		{`{"type":"error","message":"bad client frame: \"x\"\n\u00e4"}`, Refusal, "bad client frame: \"x\"\nä", nil},
		{`{"type":"error"}`, NoEvent, "", ErrUnknown},
		{`{"type":"news","message":"x"}`, NoEvent, "", ErrUnknown},
		{`{}`, NoEvent, "", ErrUnknown},
		{`turn_done`, NoEvent, "", ErrMalformed},
	} {
		var e Event
		if err := d.DecodeEvent([]byte(test.text), true, &e); !errors.Is(err, test.err) || e.Kind != test.kind || string(e.Text) != test.said {
			t.Errorf("%s: %v %q, %v", test.text, e.Kind, e.Text, err)
		}
	}
}

// TestJSONStrings holds the quoting of text to Go's own reader of it.
func TestJSONStrings(t *testing.T) {
	all := make([]byte, 0, 300)
	for c := range 128 {
		all = append(all, byte(c))
	}
	all = append(all, "äß\u2028\U0001F600<&>"...)
	var got string
	if err := json.Unmarshal(appendJSONString(nil, all), &got); err != nil || got != string(all) {
		t.Errorf("%q, %v", got, err)
	}
	if got := appendJSONString(nil, []byte("a\"\\\b\f\n\r\t\x0b\x1f<é\xff")); string(got) != `"a\"\\\b\f\n\r\t\u000b\u001f<é`+"\uFFFD\"" {
		t.Errorf("%s", got)
	}
}

func TestHashProbeTellsTheErasApart(t *testing.T) {
	hash, _ := Find("instance-hash")
	named, _ := Find("instance-0.2")
	frame := AppendHashProbe(nil, 9)
	var c Command
	if err := hash.DecodeCommand(frame, false, &c); err != nil || c.Kind != AddProgram || c.Corr != 9 || c.Chunk.Index != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	if err := named.DecodeCommand(frame, false, &c); !errors.Is(err, ErrUnknown) {
		t.Errorf("0.2 understood it: %v", err)
	}
}

// TestUnionFrames holds what serves several servers to what each of them reads.
func TestUnionFrames(t *testing.T) {
	for _, test := range []struct {
		from string
		c    Command
		to   []string
	}{
		{"instance-0.2", Command{Kind: Launch, Program: "std/x@1", Hash: "00", Capture: true}, []string{"instance-0.1", "instance-hash"}},
		{"instance-0.1", Command{Kind: Launch, Program: "std/x@1", Hash: "00", Capture: true}, []string{"instance-hash", "instance-0.2"}},
		{"instance-hash", Command{Kind: AddProgram, Hash: "00"}, []string{"instance-0.1", "instance-0.2"}},
		{"instance-hash", Command{Kind: Serve, Hash: "00", Program: "std/x@1", Port: 80}, []string{"instance-0.1", "instance-0.2"}},
		{"instance-0.1", Command{Kind: Terminate, Corr: 5, ID: "x"}, []string{"instance-hash", "instance-0.2"}},
		{"gateway-0.5", Command{Kind: AddProgram, Hash: "00", Manifest: "m", File: "f.js"}, []string{"worker-0.5", "gateway-0.6"}},
		{"gateway-0.6", Command{Kind: AddProgram, Hash: "00", Manifest: "m", File: "f.js", Version: "1.0.0"}, []string{"worker-0.5", "gateway-0.5"}},
		{"gateway-0.6", Command{Kind: Launch, Program: "x", Input: "{}"}, []string{"worker-0.5", "gateway-0.5"}},
		{"gateway-0.5", Command{Kind: Launch, Program: "x", Input: "{}"}, []string{"worker-0.5", "gateway-0.6", "process-0.4"}},
	} {
		from, _ := Find(test.from)
		frame, _, err := from.EncodeCommand(nil, &test.c)
		for _, name := range test.to {
			to, _ := Find(name)
			var got Command
			if err == nil {
				err = to.DecodeCommand(frame, false, &got)
			}
			if err != nil || got.Kind != test.c.Kind || got.Hash != test.c.Hash || got.Program != test.c.Program {
				t.Errorf("%s to %s: %+v, %v", test.from, name, got, err)
			}
		}
	}
}

// TestWhatWouldBeIgnoredIsRefused wants no frame whose server would drop what the caller relies on.
func TestWhatWouldBeIgnoredIsRefused(t *testing.T) {
	for generation, c := range map[string]Command{
		"instance-0.1": {Kind: Launch},
		"instance-0.2": {Kind: Launch, TokenBudget: 1},
		"process-0.4":  {Kind: Launch, Session: "s"},
		"worker-0.5":   {Kind: Launch, Props: "{\"a\":1}"},
		"gateway-0.5":  {Kind: Launch, Files: map[string][]byte{"f": nil}},
		"gateway-0.6":  {Kind: Launch, TokenBudget: 1},
		"process-0.3":  {Kind: LaunchMany},
	} {
		d, _ := Find(generation)
		if frame, _, err := d.EncodeCommand(nil, &c); !errors.Is(err, ErrUnsupported) || len(frame) != 0 {
			t.Errorf("%s: %q, %v", generation, frame, err)
		}
	}
}

func TestNoFrameHoldsWhatIsNotUTF8(t *testing.T) {
	for _, d := range Generations() {
		for name, c := range map[string]Command{
			"a message": {Kind: Signal, ID: "i", Text: "\xff"}, "an id": {Kind: Terminate, Corr: 1, ID: "\xff"},
			"a word": {Kind: Launch, Corr: 1, Capture: true, Program: "p@1.0.0", Args: []string{"a", "\xff"}},
		} {
			if _, _, err := d.EncodeCommand(nil, &c); !errors.Is(err, ErrText) {
				t.Errorf("%s, %s: %v", d.Generation, name, err)
			}
		}
	}
}

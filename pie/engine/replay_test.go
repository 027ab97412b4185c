package engine_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/tinylib/msgp/msgp"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// replay plays a client's side of a recorded conversation to an engine and compares what it says with what the real
// server said: every event, its text, and the order within each process, at the recorded times.
type replay struct {
	t      *testing.T
	e      *engine.Engine
	clock  *virtualClock
	now    int // in ms, as recorded
	conns  map[string]*replayed
	theirs map[string]string // what was recorded to what is here: ids and hashes
	taught map[string]bool   // what is here and already stands for something
}

// replayed is one connection of it.
type replayed struct {
	ws *websocket.Conn

	mu     sync.Mutex
	got    []*event
	closed bool
}

func (r *replay) play(lines []*line) {
	r.t.Helper()
	r.now = lines[0].At
	leaves := lastFrames(lines)
	for i, l := range lines {
		if l.At > r.now {
			r.clock.advance(time.Duration(l.At-r.now) * time.Millisecond)
			r.now = l.At
		}
		r.clock.settle()
		r.step(l)
		if leaves[i] && r.e.Dialect().Family == "process" {
			// Such servers never confirm a Close, so that the recorded end of the connection is much later.
			_ = r.conn(l.Conn).ws.Close()
		}
	}
	r.clock.settle()
	for name, c := range r.conns {
		for _, ev := range c.waiting() {
			r.t.Errorf("%s: the real server did not say %v %d %q", name, ev.Kind, ev.Corr, ev.text)
		}
	}
}

// lastFrames marks, for each connection whose end was recorded, its last message.
func lastFrames(lines []*line) map[int]bool {
	last, ends := map[string]int{}, map[int]bool{}
	for i, l := range lines {
		if l.isFrame() {
			last[l.Conn] = i
		}
	}
	for _, l := range lines {
		if l.Method == "closed" {
			ends[last[l.Conn]] = true
		}
	}
	return ends
}

func (r *replay) step(l *line) {
	r.t.Helper()
	switch {
	case l.Direction == "-" || l.Method == "http" || l.Method == "connect":
		return
	case l.Direction == "c2s" && l.isFrame():
		r.say(r.conn(l.Conn), l)
	case l.Direction == "s2c" && l.isFrame():
		r.expect(r.conn(l.Conn), l)
	case l.Method == "close":
		r.conn(l.Conn).close()
	case l.Method == "abort":
		_ = r.conn(l.Conn).ws.NetConn().Close()
	case l.Method == "closed":
		r.expectEnd(l)
	}
}

// conn is a connection by its recorded name, opened when it is first spoken of.
func (r *replay) conn(name string) *replayed {
	r.t.Helper()
	if c := r.conns[name]; c != nil {
		return c
	}
	dialer := websocket.Dialer{NetDialContext: r.e.DialContext}
	ws, _, err := dialer.Dial("ws://engine"+r.e.Dialect().Path(), http.Header{"X-Pie-Identity": {"default/probe"}})
	if err != nil {
		r.t.Fatal(err)
	}
	c := &replayed{ws: ws}
	r.conns[name] = c
	go c.pump(r.e.Dialect())
	r.t.Cleanup(func() { _ = ws.Close() })
	return c
}

// pump reads all that comes, as fast as it comes.
func (c *replayed) pump(d *wire.Dialect) {
	for {
		kind, frame, err := c.ws.ReadMessage()
		c.mu.Lock()
		if err != nil {
			c.closed = true
			c.mu.Unlock()
			_ = c.ws.Close()
			return
		}
		ev := &event{}
		if err := d.DecodeEvent(frame, kind == websocket.TextMessage, &ev.Event); err != nil {
			ev.Text = []byte(err.Error())
		}
		ev.text, ev.id = string(ev.Text), string(ev.ID)
		c.got = append(c.got, ev)
		c.mu.Unlock()
	}
}

func (c *replayed) waiting() []*event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got
}

func (c *replayed) close() {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience))
}

// say sends what the recorded client sent, about the processes of here.
func (r *replay) say(c *replayed, l *line) {
	r.t.Helper()
	kind := websocket.BinaryMessage
	if l.TextFrame != nil {
		kind = websocket.TextMessage
	}
	frame := r.translate(l.frame(r.t))
	if l.Cut {
		frame = r.otherUpload(l.frame(r.t))
	}
	if err := c.ws.WriteMessage(kind, frame); err != nil {
		r.t.Errorf("at %d ms: %v", l.At, err)
	}
}

// translate puts the ids and hashes of here in the place of the recorded ones. They are equally long.
func (r *replay) translate(frame []byte) []byte {
	for theirs, ours := range r.theirs {
		frame = bytes.ReplaceAll(frame, []byte(theirs), []byte(ours))
	}
	return frame
}

var (
	uuidPattern  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	hashPattern  = regexp.MustCompile(`[0-9a-f]{64}`)
	timesPattern = regexp.MustCompile(`"elapsed_secs":\d+`)
)

// placeholderBytes stand for a program that was too large to be recorded.
const placeholderBytes = "\x00asm\x0d\x00\x01\x00"

// otherUpload is an upload of bytes of ours under what the recorded one says of its program.
func (r *replay) otherUpload(frame []byte) []byte {
	r.t.Helper()
	ours := program.Hash([]byte(placeholderBytes))
	up := &wire.Command{Kind: wire.AddProgram, Corr: cutNumber(frame, "corr_id", 2),
		Force: !bytes.Contains(frame, []byte("force_overwrite\xc2")),
		Hash:  cutText(frame, "program_hash"), Manifest: cutText(frame, "manifest"),
		Chunk: wire.Chunk{Index: cutNumber(frame, "chunk_index", 0), Total: cutNumber(frame, "total_chunks", 1),
			Data: []byte(placeholderBytes)}}
	if hashPattern.MatchString(up.Hash) {
		r.theirs[up.Hash], up.Hash = ours, ours
	}
	out, _, err := r.e.Dialect().EncodeCommand(nil, up)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// cutText is the text under a key of a frame whose end is missing.
func cutText(frame []byte, key string) string {
	_, after, found := bytes.Cut(frame, []byte(key))
	if !found {
		return ""
	}
	text, _, err := msgp.ReadStringBytes(after)
	if err != nil {
		return ""
	}
	return text
}

// cutNumber is the same for a number.
func cutNumber(frame []byte, key string, missing uint32) uint32 {
	_, after, found := bytes.Cut(frame, []byte(key))
	n, _, err := msgp.ReadUint32Bytes(after)
	if !found || err != nil {
		return missing
	}
	return n
}

// expect finds what the real server said among what has come.
func (r *replay) expect(c *replayed, l *line) {
	r.t.Helper()
	want := &event{}
	if !l.Cut {
		if err := r.e.Dialect().DecodeEvent(l.frame(r.t), l.TextFrame != nil, &want.Event); err != nil {
			r.t.Fatal(err)
		}
	} else if want.Kind = wire.File; l.Method == "streaming_output" {
		want.Kind = wire.Stdout
	}
	want.text, want.id = string(want.Text), string(want.ID)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, got := range c.got {
		if r.same(want, got, l.Cut) {
			c.got = append(c.got[:i], c.got[i+1:]...)
			return
		}
		if want.id != "" && got.id == r.theirs[want.id] {
			r.t.Errorf("at %d ms: %s got %v %q, the real server said %v %q", l.At, l.Conn, got.Kind, got.text, want.Kind, want.text)
			return
		}
	}
	r.t.Errorf("at %d ms: %s did not get %v %d %q", l.At, l.Conn, want.Kind, want.Corr, want.text)
	for _, got := range c.got {
		r.t.Logf("  it has %v %d %q", got.Kind, got.Corr, got.text)
	}
}

// same compares, and learns which id of here stands for a recorded one.
func (r *replay) same(want, got *event, cut bool) bool {
	if want.Kind != got.Kind {
		return false
	}
	if cut {
		return true
	}
	if want.Corr != got.Corr || want.OK != got.OK || len(want.Instances) != len(got.Instances) {
		return false
	}
	if want.id != "" && r.theirs[want.id] != got.id {
		return false
	}
	for i := range want.Instances {
		if !r.sameInstance(&want.Instances[i], &got.Instances[i]) {
			return false
		}
	}
	return r.sameText(want.text, got.text) && want.Chunk.Index == got.Chunk.Index && want.Chunk.Total == got.Chunk.Total
}

func (r *replay) sameInstance(want, got *wire.InstanceInfo) bool {
	return r.sameText(want.ID, got.ID) && want.User == got.User && want.State == got.State &&
		strings.Join(want.Args, " ") == strings.Join(got.Args, " ")
}

func (r *replay) sameText(want, got string) bool {
	want, got = sortedList(want), sortedList(got)
	wanted, gotten := uuidPattern.FindAllString(want, -1), uuidPattern.FindAllString(got, -1)
	if len(wanted) != len(gotten) {
		return false
	}
	for i := range wanted {
		if r.theirs[wanted[i]] == "" && !r.taught[gotten[i]] {
			r.theirs[wanted[i]], r.taught[gotten[i]] = gotten[i], true
		}
	}
	want = string(r.translate([]byte(want)))
	want, got = timesPattern.ReplaceAllString(want, ""), timesPattern.ReplaceAllString(got, "")
	return want == got || saysTheSame(want, got)
}

// sortedList puts a list of processes, which comes in no particular order, into one: by what each was launched with.
func sortedList(text string) string {
	var list []struct {
		ID, Username, Program, Input string
	}
	if !strings.HasPrefix(text, `[{"id":`) || json.Unmarshal([]byte(text), &list) != nil {
		return text
	}
	slices.SortFunc(list, func(a, b struct{ ID, Username, Program, Input string }) int {
		return cmp.Compare(a.Program+a.Input, b.Program+b.Input)
	})
	return fmt.Sprint(list)
}

// saysTheSame accepts the places where a simulation says something of its own.
func saysTheSame(want, got string) bool {
	for theirs, ours := range map[string]string{
		"Failed to download inferlet from registry": "Registry returned error 404",
		"Failed to download manifest":               "Failed to download manifest",
		"Runtime error: Call error":                 "Runtime error: Call error",
		`{"default.`:                                `{"simulated.`,
		"[]":                                        `{"simulated.`,
		"{}":                                        `{"simulated.`,
		"Error: boom X":                             "Error: boom X",
		"bad client frame: ":                        "bad client frame: ",
		"Invalid manifest: Failed to parse manifest TOML: TOML parse error":         "Invalid manifest: Failed to parse manifest TOML: TOML parse error",
		"Failed to parse manifest: Failed to parse manifest TOML: TOML parse error": "Failed to parse manifest: Failed to parse manifest TOML: TOML parse error",
	} {
		if strings.HasPrefix(want, theirs) && strings.HasPrefix(got, ours) {
			return true
		}
	}
	if want == "" && strings.HasPrefix(got, "simulated.") {
		return true // the statistics of a server without a model
	}
	before, _, found := strings.Cut(want, " (looked in")
	return found && strings.HasPrefix(got, before+" (looked in")
}

// expectEnd is the end of a connection, which the recorded note says who began.
func (r *replay) expectEnd(l *line) {
	r.t.Helper()
	c := r.conn(l.Conn)
	if strings.HasSuffix(l.Note, "False)") || strings.HasSuffix(l.Note, "None)") {
		c.close()
	}
	r.clock.settle()
	giveUp := time.Now().Add(patience)
	for {
		c.mu.Lock()
		closed := c.closed
		c.mu.Unlock()
		if closed {
			return
		}
		if time.Now().After(giveUp) {
			r.t.Fatalf("at %d ms: %s is still open", l.At, l.Conn)
		}
	}
}

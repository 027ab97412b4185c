package backendai

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// seed gives a fuzz target every recorded body.
func seed(f *testing.F) {
	for _, x := range rows[exchange](f, "exchanges.jsonl") {
		f.Add([]byte(x.Answer.Body), x.Answer.Type)
	}
}

// FuzzAnswer gives any body under any content type to everything that reads one.
func FuzzAnswer(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte, ctype string) {
		h := http.Header{"Content-Type": {ctype}, "Date": {string(data[:min(len(data), 40)])}}
		a, err := read(&http.Response{StatusCode: 200, Header: h, Body: io.NopCloser(strings.NewReader(string(data)))}, 1<<16)
		if err != nil {
			return
		}
		k := call{op: "fuzz"}
		_, _ = a.value(k)
		_ = a.failure(k, time.Time{}).Error()
		_, _ = parseHandshake(k, a)
		_, _ = parseCreated(k, a, "n")
		_, _ = parseFiles(k, a)
		_, _ = parseFolderFiles(k, a)
		_, _ = parseCompletions(k, a)
		_, _ = authenticated(k, a)
		_ = rateLimit(h)
		_ = boundaryOf(h)
	})
}

func FuzzFrames(f *testing.F) {
	for _, x := range rows[exchange](f, "exchanges.jsonl") {
		for _, frame := range x.Frames {
			if len(frame) > 2 {
				text, _ := frame[2].(string)
				f.Add([]byte(text))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := parseFrame("fuzz", data); err == nil && got.Status == "" {
			t.Error("a result without a status")
		}
		_, _ = parseTerminal("fuzz", data)
		var o Output
		_ = json.Unmarshal(data, &o)
		var s SlotMap
		_ = json.Unmarshal(data, &s)
		_ = Slots(string(data))
	})
}

// FuzzEvents checks that the borders of reads do not matter.
func FuzzEvents(f *testing.F) {
	for _, x := range rows[exchange](f, "exchanges.jsonl") {
		var text string
		if json.Unmarshal(x.Raw, &text) == nil {
			f.Add(text, 7)
		}
	}
	f.Add("\ufeffdata: a\rdata:b\n\revent: c\r\n\r\n: x\n\n", 1)
	f.Fuzz(func(t *testing.T, text string, size int) {
		whole, split := newEventReader(strings.NewReader(text)), newEventReader(&pieces{text, 1 + (size&0xff)%13})
		for {
			a, errA := whole.next()
			b, errB := split.next()
			if a != b || (errA == nil) != (errB == nil) {
				t.Fatalf("%+v %v, in pieces %+v %v", a, errA, b, errB)
			}
			if errA != nil {
				return
			}
		}
	})
}

func FuzzEndpoint(f *testing.F) {
	for _, s := range []string{"http://127.0.0.1:8081/", "https://h:443/p", "HTTP://[::1]:80"} {
		f.Add(s, "a/b c?d")
	}
	f.Fuzz(func(t *testing.T, text, session string) {
		e, err := parseEndpoint(text)
		if err != nil {
			return
		}
		again, err := parseEndpoint(e.String())
		if err != nil || again != e {
			t.Fatalf("%q: %+v, then %+v %v", text, e, again, err)
		}
		u, err := e.url("/session" + segments(session))
		if err != nil {
			t.Fatal(err)
		}
		if want := e.prefix + "/session/"; !strings.HasPrefix(u.RequestURI(), want) || strings.Count(u.RequestURI(), "/") != strings.Count(want, "/") {
			t.Fatalf("%q becomes %s", session, u.RequestURI())
		}
	})
}

func FuzzFile(f *testing.F) {
	f.Add("[backendai]\naccess_key='x'\nmounts=['a']")
	f.Fuzz(func(t *testing.T, text string) { _, _ = parseFile("pierun.toml", text) })
}

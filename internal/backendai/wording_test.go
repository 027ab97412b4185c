package backendai_test

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

// saying answers the handshake, and everything else by f.
func saying(f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/" {
			_, _ = io.WriteString(w, `{"version":"v7.20230615","manager":"23.09.10"}`)
			return
		}
		f(w, r)
	}
}

// body answers with a type and bytes, all or cut off.
func body(ctype, text string, cut bool) http.HandlerFunc {
	return saying(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", ctype)
		_, _ = io.WriteString(w, text)
		if cut {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	})
}

// TestAnswersInWords: what is wrong with an answer is said in words for people.
func TestAnswersInWords(t *testing.T) {
	for want, answer := range map[string]http.HandlerFunc{
		"a list stands where something else belongs":   body("application/json", "[]", false),
		"a list stands where something else belongs (": body("application/json", `{"status":[]}`, false),
		"the answer is empty":                          body("application/json", "", false),
		"ends in the middle of its JSON":               body("application/json", `{"status":"RUN`, false),
		"the answer is no JSON":                        body("application/json", "<html>", false),
		"it was cut in the middle":                     body("application/json", `{"status":"RUN`, true),
		"closed the connection without an answer":      saying(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
	} {
		_, err := served(t, answer).SessionInfo(t.Context(), "x", "")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Go value") || strings.HasSuffix(err.Error(), "EOF") {
			t.Errorf("want %s: %v", want, err)
		}
	}
}

// TestBrokenStreams: how a stream of events ended is told, not that the client then gave it up.
func TestBrokenStreams(t *testing.T) {
	const event = "event: kernel_started\r\ndata: {}\r\n\r\n"
	for want, answer := range map[string]http.HandlerFunc{
		"it was cut in the middle":      body("text/event-stream", event+"event: x\r\ndata: {", true),
		"without a word":                body("text/event-stream; charset=utf-8", event, false),
		"no stream of events, but text": body("text/html", "<html>", false),
	} {
		err := drain(served(t, answer).Events(t.Context(), backendai.EventFilter{}))
		if !errors.Is(err, &backendai.Error{Type: backendai.ErrResponse}) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canceled") {
			t.Errorf("want %s: %v", want, err)
		}
	}
}

// drain reads a stream to its end.
func drain(s *backendai.EventStream, err error) error {
	for err == nil {
		_, err = s.Next()
	}
	return err
}

// TestUnknownCertificate: it is not tried again, and what names its authority is named.
func TestUnknownCertificate(t *testing.T) {
	var tried atomic.Int32
	s := httptest.NewUnstartedServer(saying(nil))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			tried.Add(1)
		}
	}
	s.StartTLS()
	defer s.Close()
	for ends, want := range map[string]string{"": "ca_file", ",https://127.0.0.1:1": "none of the endpoints has answered: " + s.URL + ", https://127.0.0.1:1"} {
		tried.Store(0)
		c, err := backendai.New(backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret, Clock: skewless{},
			Endpoints: strings.Split(s.URL+ends, ",")})
		if err != nil {
			t.Fatal(err)
		}
		err = c.Verify(t.Context())
		if e := (*backendai.Error)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), want) || ends == "" && (e.Retryable() || tried.Load() != 1) {
			t.Errorf("tried %d times: %v", tried.Load(), err)
		}
		c.Close()
	}
}

// TestFailureOnASocket: a fault that comes in a frame has no status.
func TestFailureOnASocket(t *testing.T) {
	e := &backendai.Error{Type: backendai.ErrServer, Op: "open a terminal", Title: "terminal error", Msg: "no shell"}
	if got := e.Error(); got != "open a terminal: server reported a failure: terminal error (no shell)" {
		t.Error(got)
	}
}

// TestNoListIsNotAnEmptyOne: what this host has made is forgotten when a list lacks it.
func TestNoListIsNotAnEmptyOne(t *testing.T) {
	for answer, want := range map[string]string{`{}`: "no compute_session_list", `{"compute_session_list":null}`: "no compute_session_list",
		`{"compute_session_list":{"items":[],"total_count":0}}`: ""} {
		var got error
		for _, err := range served(t, body("application/json", answer, false)).Sessions(t.Context(), backendai.ListOptions{}) {
			got = err
		}
		if (got == nil) != (want == "") || got != nil && !strings.Contains(got.Error(), want) {
			t.Errorf("%s: %v", answer, got)
		}
	}
}

package backendai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// responseRow is what a JavaScript client made of an answer.
type responseRow struct {
	Client string `json:"client_version"`
	Case   string `json:"case"`
	Method string `json:"method_called"`
	Answer *struct {
		Status  int               `json:"status"`
		Type    *string           `json:"content_type"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
		Note    string            `json:"note"`
	} `json:"server_answer"`
	Environment map[string]string `json:"environment"`
	Result      struct {
		Resolved *struct {
			Kind  string          `json:"kind"`
			Value json.RawMessage `json:"value"`
		} `json:"resolved"`
		Rejected *struct {
			Type    any    `json:"type"`
			Message string `json:"message"`
		} `json:"rejected"`
		Config map[string]any `json:"config"`
		Thrown string         `json:"thrown"`
	} `json:"client_result"`
}

func (r responseRow) header() http.Header {
	h := http.Header{}
	if r.Answer.Type != nil {
		h.Set("Content-Type", *r.Answer.Type)
	}
	for k, v := range r.Answer.Headers {
		h.Set(k, v)
	}
	return h
}

// cutBody ends as a connection does that closes early.
type cutBody struct{ *strings.Reader }

func (c cutBody) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (r responseRow) ask() (Value, error) {
	c, err := New(Config{AccessKey: "a", SecretKey: "s", Clock: frozen{vectorTime()}})
	if err != nil {
		return Value{}, err
	}
	defer c.Close()
	c.manager.Store(&Manager{Server: Version{6, "20220615"}, Version: Version{6, "20220615"}})
	c.http.Transport = roundTrip(func(q *http.Request) (*http.Response, error) {
		var body io.Reader = strings.NewReader(r.Answer.Body)
		if strings.HasPrefix(r.Answer.Note, "Content-Length: 50") {
			body = cutBody{strings.NewReader(r.Answer.Body)}
		}
		return &http.Response{StatusCode: r.Answer.Status, Header: r.header(), Body: io.NopCloser(body), Request: q}, nil
	})
	return c.Request(context.Background(), "POST", "/x", nil)
}

// deliberate are the answers that this client understands where that one did not.
func deliberate() map[string]string {
	return map[string]string{
		"200 json, uppercase content-type":               "json: media types have no case",
		"200 application/vnd.api+json":                   "json: every +json is",
		"204 no body, no content-type":                   "none: there is no body to read",
		"204 with json content-type":                     "none: a 204 has no body, whatever it claims",
		"204 with octet-stream content-type":             "none",
		"destroy, 204 no content":                        "none",
		"400 broken json":                                "server error 400: the status is not lost",
		"400 json null":                                  "server error 400",
		"302 redirect to a json answer":                  "server error 302: a signature is not shown to another address",
		"200 cut body (content-length larger than sent)": "response error: it does not wait for ever",
	}
}

func TestResponseVectors(t *testing.T) {
	checked := 0
	for _, r := range rows[responseRow](t, "responses.jsonl") {
		if !strings.HasPrefix(r.Client, "0.4.0-fork") || r.Answer == nil || r.Answer.Status == 0 {
			continue
		}
		checked++
		t.Run(r.Case, func(t *testing.T) {
			v, err := r.ask()
			if want, ok := deliberate()[r.Case]; ok {
				checkOutcome(t, want, v, err)
				return
			}
			r.check(t, v, err)
		})
	}
	if checked < 45 {
		t.Errorf("only %d answers", checked)
	}
}

// outcome is a result in two words.
func outcome(v Value, err error) string {
	e := (*Error)(nil)
	switch {
	case err == nil:
		return string(v.Kind)
	case errors.As(err, &e) && e.Type == ErrServer:
		return fmt.Sprintf("server error %d", e.Status)
	case errors.As(err, &e) && e.Type == ErrResponse:
		return "response error"
	}
	return "request error"
}

func checkOutcome(t *testing.T, want string, v Value, err error) {
	t.Helper()
	if got := outcome(v, err); !strings.HasPrefix(want, got) {
		t.Errorf("%s (%v), want %s", got, err, want)
	}
}

func (r responseRow) check(t *testing.T, v Value, err error) {
	t.Helper()
	if r.Result.Rejected != nil {
		r.checkRejected(t, err)
		return
	}
	if err != nil || r.Result.Resolved == nil {
		t.Fatalf("%v %+v", err, r.Result)
	}
	kinds := map[string]Kind{"json": KindJSON, "text": KindText, "buffer": KindBytes, "null": KindJSON}
	want := kinds[r.Result.Resolved.Kind]
	if strings.Contains(r.Case, "json string") {
		want = KindJSON
	}
	if v.Kind != want {
		t.Errorf("%s, want %s", v.Kind, want)
	}
	if v.Kind == KindText && v.Text != r.Answer.Body || v.Kind == KindJSON && !bytes.Equal(v.JSON, []byte(r.Answer.Body)) {
		t.Errorf("%+v", v)
	}
}

// checkRejected compares the type number, and for failures of the server the message.
func (r responseRow) checkRejected(t *testing.T, err error) {
	t.Helper()
	e := (*Error)(nil)
	if !errors.As(err, &e) || float64(e.Type) != r.Result.Rejected.Type {
		t.Fatalf("%v, want type %v", err, r.Result.Rejected.Type)
	}
	want := strings.ReplaceAll(r.Result.Rejected.Message, "- undefined", "- (no title)")
	if e.Type == ErrServer && e.Message() != want {
		t.Errorf("%s, want %s", e.Message(), want)
	}
}

func TestConfigVectors(t *testing.T) {
	for _, r := range rows[responseRow](t, "responses.jsonl") {
		if !strings.HasPrefix(r.Client, "0.4.0-fork") || !strings.HasPrefix(r.Case, "config:") {
			continue
		}
		cfg, err := Load(Sources{LookupEnv: func(name string) (string, bool) { v, ok := r.Environment[name]; return v, ok }})
		switch {
		case r.Result.Thrown != "" || r.Case == "config: empty strings":
			if bad := (*ConfigError)(nil); !errors.As(err, &bad) || !strings.Contains(err.Error(), bad.Variable) {
				t.Errorf("%s: %v", r.Case, err)
			}
		case err != nil:
			t.Errorf("%s: %v", r.Case, err)
		default:
			ends, _ := cfg.endpoints()
			if ends[0].host != r.Result.Config["endpointHost"] || cfg.AccessKey != r.Result.Config["accessKey"] {
				t.Errorf("%s: %+v, want %v", r.Case, ends, r.Result.Config)
			}
		}
	}
}

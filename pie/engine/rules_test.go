package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

func TestGatewayUpgrade(t *testing.T) {
	e := start(t, engine.Config{Dialect: dialect(t, "gateway-0.5")})
	for _, c := range []struct {
		path     string
		identity []string
		status   int
		body     string
	}{
		{"/v1/ws", nil, 401, "identity: missing `x-pie-identity` (edge must inject verified identity)"},
		{"/v1/ws", []string{" "}, 401, "identity: empty `x-pie-identity`"},
		{"/v1/ws", []string{"a/"}, 401, "identity: `x-pie-identity` has empty user component"},
		{"/v1/ws", []string{"/b"}, 101, ""},
		{"/v1/ws?token=1", []string{"probe"}, 101, ""},
		{"/v1/ws/", []string{"probe"}, 404, ""},
		{"/", []string{"probe"}, 404, ""},
	} {
		dialer := websocket.Dialer{NetDialContext: e.DialContext}
		ws, response, err := dialer.Dial("ws://engine"+c.path, http.Header{"X-Pie-Identity": c.identity})
		if response == nil || response.StatusCode != c.status {
			t.Errorf("%s %q: %v %v", c.path, c.identity, response, err)
			continue
		}
		body := make([]byte, 200)
		n, _ := response.Body.Read(body)
		if err != nil && string(body[:n]) != c.body {
			t.Errorf("%s %q: body %q", c.path, c.identity, body[:n])
		}
		if err == nil {
			_ = ws.Close()
		}
	}
}

func TestPagesAreLetInByTheirOrigin(t *testing.T) {
	const ours = "http://localhost:5173"
	for _, c := range []struct {
		generation, origin string
		page               func(string) bool
		status             int
	}{
		{"gateway-0.5", ours, nil, 401},
		{"gateway-0.5", ours, func(origin string) bool { return origin == ours }, 101},
		{"gateway-0.5", "https://elsewhere.example", func(origin string) bool { return origin == ours }, 403},
		{"gateway-0.5", "", func(string) bool { return true }, 401},
		{"worker-0.5", ours, nil, 101},
		{"worker-0.5", ours, func(string) bool { return false }, 403},
		{"worker-0.5", "", func(string) bool { return false }, 101},
	} {
		e := start(t, engine.Config{Dialect: dialect(t, c.generation), Page: c.page})
		header := http.Header{}
		if c.origin != "" {
			header.Set("Origin", c.origin)
		}
		dialer := websocket.Dialer{NetDialContext: e.DialContext}
		ws, response, err := dialer.Dial("ws://engine/v1/ws", header)
		if response == nil || response.StatusCode != c.status {
			t.Errorf("%s, origin %q: %v %v, want %d", c.generation, c.origin, response, err, c.status)
		}
		if err == nil {
			_ = ws.Close()
		}
	}
}

func TestWorkerTakesAnyPathAndDropsPlainHTTP(t *testing.T) {
	e := start(t, engine.Config{})
	dialer := websocket.Dialer{NetDialContext: e.DialContext}
	ws, _, err := dialer.Dial("ws://engine/foo?x=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = ws.Close()
	conn, err := e.DialContext(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("plain HTTP got %d bytes, %v", n, err)
	}
	_ = conn.Close()
}

func TestWorkerDropsUndecodableFrames(t *testing.T) {
	e := start(t, engine.Config{})
	c := connect(t, e)
	c.raw(websocket.TextMessage, []byte("hello")) // means nothing, does nothing
	c.ask(&wire.Command{Kind: wire.Ping})
	c.raw(websocket.BinaryMessage, []byte{0xc1})
	if err := c.closed(); !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("got %v, want an end without a Close", err)
	}
}

func TestGatewayRequestLimit(t *testing.T) {
	c := connect(t, start(t, engine.Config{Dialect: dialect(t, "gateway-0.5")}))
	c.send(&wire.Command{Kind: wire.Launch, Program: "noop@0.1.0", Input: strings.Repeat("x", 7340032)})
	ev := c.until("a refusal", func(ev *event) bool { return ev.Kind == wire.Refusal })
	if !strings.HasPrefix(ev.text, "request too large: 73401") || !strings.Contains(ev.text, "limit 7340032 (send large") {
		t.Errorf("got %q", ev.text)
	}
	if err := c.closed(); !websocket.IsCloseError(err, websocket.CloseNoStatusReceived) {
		t.Errorf("got %v", err)
	}
}

func TestQueriesSayThatThisIsSimulated(t *testing.T) {
	everyGeneration(t, func(t *testing.T, c *client, _ *engine.Engine) {
		ev := c.ask(&wire.Command{Kind: wire.Query, Subject: "model_status"})
		want := `"simulated.engine":1`
		if c.d.Features.Arguments {
			want = `"simulated.engine":"1"`
		}
		if !strings.Contains(ev.text, want) || !strings.Contains(ev.text, "kv_pages_total") {
			t.Errorf("got %s", ev.text)
		}
	})
}

func TestUnknownQueriesAreNotAnsweredBefore05(t *testing.T) {
	everyGeneration(t, func(t *testing.T, c *client, _ *engine.Engine) {
		corr := c.send(&wire.Command{Kind: wire.Query, Subject: "weather"})
		if c.d.Family == "gateway" {
			if ev := c.answer(corr); ev.OK || ev.text != `unknown query subject "weather" (known: model_status)` {
				t.Errorf("got %q", ev.text)
			}
		} else if c.d.Features.Pings {
			c.quiet()
		}
	})
}

func TestProgramInputFaultsAreWordedAsTheirs(t *testing.T) {
	c := connect(t, start(t, engine.Config{}))
	for input, want := range map[string]string{
		"":                                   "Failed to parse JSON input: EOF while parsing a value at line 1 column 0",
		"{}":                                 "Failed to parse JSON input: missing field `prompt` at line 1 column 2",
		`{"prompt":"x","max_tokens":"many"}`: "Failed to parse JSON input: invalid type: string, expected int",
	} {
		events := c.rest(c.launch("text-completion", input))
		if end := events[len(events)-1]; end.Kind != wire.Exception || !strings.HasPrefix(end.text, want) {
			t.Errorf("%q: got %v %q", input, end.Kind, end.text)
		}
	}
}

func TestBareNamesLaunchTheHighestVersion(t *testing.T) {
	c := connect(t, start(t, engine.Config{}))
	if ev := c.ask(&wire.Command{Kind: wire.Launch, Program: "noop", Capture: true}); !ev.OK {
		t.Error(ev.text)
	}
	old := connect(t, start(t, engine.Config{Dialect: dialect(t, "process-0.4")})).login("a")
	if ev := old.ask(&wire.Command{Kind: wire.Launch, Program: "noop", Capture: true}); ev.OK ||
		ev.text != "Invalid program identifier 'noop': expected 'name@major.minor.patch'" {
		t.Error(ev.text)
	}
	named := connect(t, start(t, engine.Config{Dialect: dialect(t, "instance-0.2")})).login("a")
	for _, name := range []string{"noop", "std/noop", "noop@0.1.0", "std/noop@latest"} {
		if ev := named.ask(&wire.Command{Kind: wire.Launch, Program: name, Capture: true}); !ev.OK {
			t.Error(name, ev.text)
		}
	}
}

func TestTokenBudget(t *testing.T) {
	c := connect(t, start(t, engine.Config{Dialect: dialect(t, "process-0.4")})).login("a")
	launch := c.launching("text-completion", `{"prompt":"hi"}`)
	launch.TokenBudget = 1
	events := c.rest(c.ask(launch).text)
	if end := events[len(events)-1]; end.Kind != wire.Exception || !strings.Contains(end.text, "token budget exhausted for context 1 (requested ") {
		t.Errorf("got %v %q", end.Kind, end.text)
	}
}

func TestLaunchExtrasOf06(t *testing.T) {
	c := connect(t, start(t, engine.Config{Dialect: dialect(t, "gateway-0.6")}))
	for _, k := range []struct{ props, session, want string }{
		{`{"priority":3,"cluster/x":1,"gone":null}`, "conv-1", ""},
		{"", strings.Repeat("s", 129), "a session id must be 1 to 128 bytes"},
		{`{"":1}`, "", "prop name '' must be 1 to 128 bytes"},
		{`{"a":"` + strings.Repeat("x", 16384) + `"}`, "", "props are 16387 bytes, limit 16384"},
	} {
		launch := c.launching("noop", "{}")
		launch.Props, launch.Session = k.props, k.session
		if ev := c.ask(launch); ev.OK != (k.want == "") || k.want != "" && ev.text != k.want {
			t.Errorf("%.40q: %v %q", k.props, ev.OK, ev.text)
		}
	}
}

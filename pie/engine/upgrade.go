package engine

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// upgradePath is where a gateway listens; servers without an edge do not look at the path.
const upgradePath = "/v1/ws"

// upgrade reads the HTTP request that a connection begins with and turns it into a WebSocket. Without an edge, what
// is no upgrade is dropped without a byte.
func (s *session) upgrade() bool {
	reader := bufio.NewReaderSize(s.conn, 8<<10)
	request, err := http.ReadRequest(reader)
	if err != nil {
		return false
	}
	header := http.Header{}
	header.Set(wire.EngineHeader, s.e.selfName())
	if s.e.rules.edge {
		header.Set("Date", s.e.clock.Now().UTC().Format(http.TimeFormat))
	}
	if status, body := s.e.refusal(request); status != 0 {
		s.plainResponse(status, header, body)
		return false
	}
	if !websocket.IsWebSocketUpgrade(request) {
		return false
	}
	up := websocket.Upgrader{WriteBufferSize: 256, CheckOrigin: func(*http.Request) bool { return true }}
	s.ws, err = up.Upgrade(&hijacked{conn: s.conn, reader: reader}, request, header)
	if err != nil {
		return false
	}
	s.answerControls()
	return true
}

// selfName is what the engine says of itself: it is a simulation, always.
func (e *Engine) selfName() string {
	if e.config.KeepResults {
		return wire.EngineKeeps
	}
	return wire.EngineSimulates
}

// answerControls puts pongs into the outbox and leaves a Close to the session.
func (s *session) answerControls() {
	s.ws.SetPingHandler(func(data string) error {
		s.out.control(opPong, []byte(data))
		return nil
	})
	s.ws.SetCloseHandler(func(int, string) error { return nil })
}

// refusal is why a request is not let in; status 0: it is.
func (e *Engine) refusal(r *http.Request) (status int, body string) {
	origins, page := r.Header["Origin"]
	vouched := page && e.config.Page != nil
	if vouched && !e.config.Page(strings.Join(origins, ", ")) {
		return http.StatusForbidden, "origin: this page is not let in"
	}
	if e.rules.edge {
		return edgeRefusal(r, vouched)
	}
	return 0, ""
}

// edgeRefusal is why a gateway does not let a request in; status 0: it does. Who is vouched for needs no identity.
func edgeRefusal(r *http.Request, vouched bool) (status int, body string) {
	if r.URL.Path != upgradePath {
		return http.StatusNotFound, ""
	}
	values, given := r.Header["X-Pie-Identity"]
	if !given && vouched {
		return 0, ""
	}
	if !given {
		return http.StatusUnauthorized, "identity: missing `x-pie-identity` (edge must inject verified identity)"
	}
	identity := strings.TrimSpace(values[0])
	_, user, scoped := strings.Cut(identity, "/")
	switch {
	case identity == "":
		return http.StatusUnauthorized, "identity: empty `x-pie-identity`"
	case scoped && strings.TrimSpace(user) == "":
		return http.StatusUnauthorized, "identity: `x-pie-identity` has empty user component"
	}
	return 0, ""
}

func (s *session) plainResponse(status int, header http.Header, body string) {
	var b strings.Builder
	b.WriteString("HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\n")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if body != "" {
		header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	_ = header.Write(&b)
	b.WriteString("\r\n" + body)
	_, _ = s.conn.Write([]byte(b.String()))
}

// hijacked is the little of an HTTP server that the WebSocket library needs to take a connection over.
type hijacked struct {
	conn   net.Conn
	reader *bufio.Reader
}

func (h *hijacked) Header() http.Header         { return http.Header{} }
func (h *hijacked) Write(p []byte) (int, error) { return len(p), nil }
func (h *hijacked) WriteHeader(int)             {}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return undated{h.conn}, bufio.NewReadWriter(h.reader, bufio.NewWriterSize(h.conn, 512)), nil
}

// undated keeps the library from setting deadlines on the connection: they are the engine's.
type undated struct{ net.Conn }

func (undated) SetDeadline(time.Time) error      { return nil }
func (undated) SetWriteDeadline(time.Time) error { return nil }

package faketest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"
)

// event is something that happened, on its way to those who listen.
type event struct{ name, data, session string }

// tell sends an event to all who listen; one who does not keep up misses it.
func (m *Manager) tell(name string, s *session) {
	data, _ := json.Marshal(map[string]any{"reason": "", "sessionName": s.name, "ownerAccessKey": s.owner, "sessionId": s.id, "exitCode": nil, "kernelId": s.id})
	m.mu.Lock()
	defer m.mu.Unlock()
	for to := range m.listen {
		select {
		case to <- event{name, string(data), s.name}:
		default:
		}
	}
}

func (m *Manager) events(w http.ResponseWriter, r *http.Request, _ caller) {
	mine := make(chan event, 64)
	m.mu.Lock()
	m.listen[mine] = true
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		delete(m.listen, mine)
		m.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, ": ping\r\n\r\n")
	w.(http.Flusher).Flush()
	only, scope := r.URL.Query().Get("sessionName"), r.URL.Query().Get("scope")
	for {
		select {
		case e := <-mine:
			if only != "" && only != "*" && only != e.session || scope == "session" && !strings.HasPrefix(e.name, "session_") {
				continue
			}
			fmt.Fprintf(w, "event: %s\r\ndata: %s\r\n\r\n", e.name, e.data)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (m *Manager) streamRoute(rest []string) handler {
	if len(rest) != 3 || rest[0] != m.sessions() {
		return nil
	}
	do := map[string]func(http.ResponseWriter, *http.Request, *session){
		"apps": m.apps, "execute": m.streamExecute, "tcpproxy": m.proxy, "httpproxy": m.proxy, "pty": m.terminal,
	}[rest[2]]
	if do == nil {
		return nil
	}
	return m.withSession(rest[1], false, do)
}

func (m *Manager) apps(w http.ResponseWriter, _ *http.Request, s *session) {
	m.mu.Lock()
	running := s.status() == "RUNNING"
	m.mu.Unlock()
	if !running {
		reply(w, 200, []any{})
		return
	}
	reply(w, 200, s.apps(false))
}

// upgrade makes a WebSocket that ends with the manager.
func (m *Manager) upgrade(w http.ResponseWriter, r *http.Request) (*websocket.Conn, bool) {
	if !websocket.IsWebSocketUpgrade(r) {
		problem(400, "generic-bad-request", "Bad request.", "", nil).write(w)
		return nil, false
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err == nil {
		context.AfterFunc(m.ctx, func() { ws.Close() })
	}
	return ws, err == nil
}

// proxy is a tunnel. Like the real one it ends without a close frame when the far end does.
func (m *Manager) proxy(w http.ResponseWriter, r *http.Request, s *session) {
	app := r.URL.Query().Get("app")
	port, f := s.port(app, r.URL.Query().Get("port"))
	if f != nil {
		f.write(w)
		return
	}
	ws, ok := m.upgrade(w, r)
	if !ok {
		return
	}
	defer ws.Close()
	far, err := m.reach(s, port)
	if err != nil {
		m.done.Go(func() { drain(ws) })
		_ = ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseTryAgainLater, ""))
		return
	}
	defer far.Close()
	m.done.Go(func() { fromFar(ws, far) })
	toFar(ws, far)
}

func (s *session) port(app, secondary string) (int, *fault) {
	if app == "" {
		return 0, invalid("Input validation error", map[string]string{"app": "is required"})
	}
	for _, a := range s.apps(false) {
		if a["name"] != app {
			continue
		}
		port := a["ports"].([]int)[0]
		if secondary != "" && secondary != strconv.Itoa(port) {
			return 0, problem(400, "invalid-api-params", "Missing or invalid API parameters.", "no such port", nil)
		}
		return port, nil
	}
	return 0, problem(404, "object-not-found", "No such app service.", s.name+":"+app, nil)
}

func (m *Manager) reach(s *session, port int) (net.Conn, error) {
	s.mu.Lock()
	moved := s.moved
	s.mu.Unlock()
	if listening := map[int]*memory{ttydPort: m.screen, sshdPort: m.shells.memory}[port]; listening != nil && !moved {
		return listening.dial(m.ctx)
	}
	if m.o.Dial == nil || moved {
		return nil, errEnded
	}
	return m.o.Dial(s.name, port)
}

// drain takes what a client sends before it has heard that nobody listens.
func drain(ws *websocket.Conn) {
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			return
		}
	}
}

func toFar(ws *websocket.Conn, far net.Conn) {
	for {
		kind, data, err := ws.ReadMessage()
		if err != nil {
			return
		}
		if kind != websocket.BinaryMessage {
			continue
		}
		if _, err := far.Write(data); err != nil {
			return
		}
	}
}

func fromFar(ws *websocket.Conn, far net.Conn) {
	defer ws.NetConn().Close()
	b := make([]byte, 32<<10)
	for {
		n, err := far.Read(b)
		if n > 0 && ws.WriteMessage(websocket.BinaryMessage, b[:n]) != nil || err != nil {
			return
		}
	}
}

// terminal echoes what is typed. Managers of 23.09 fail on it.
func (m *Manager) terminal(w http.ResponseWriter, r *http.Request, _ *session) {
	ws, ok := m.upgrade(w, r)
	if !ok {
		return
	}
	defer ws.Close()
	for {
		var f struct {
			Type  string
			Chars []byte
		}
		if ws.ReadJSON(&f) != nil {
			return
		}
		if f.Type == "stdin" && strings.HasPrefix(m.o.Release, "23.09") {
			_ = ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
			return
		}
		if f.Type == "stdin" && ws.WriteJSON(map[string]any{"type": "out", "data": f.Chars}) != nil {
			return
		}
	}
}

func (m *Manager) streamExecute(w http.ResponseWriter, r *http.Request, s *session) {
	ws, ok := m.upgrade(w, r)
	if !ok {
		return
	}
	defer ws.Close()
	var q executeRequest
	if err := ws.ReadJSON(&q); err != nil || q.Mode == nil {
		_ = ws.WriteJSON(map[string]string{"status": "error", "msg": "Invalid API parameters: " + fmt.Sprint(err)})
		return
	}
	mode, code := *q.Mode, q.Code
	for {
		got := s.patiently(r.Context(), mode, code, "stream", q.Options)
		if got == nil || ws.WriteJSON(got) != nil || got.Status == "finished" {
			return
		}
		mode, code = "continue", ""
		if got.Status == "waiting-input" {
			_, text, err := ws.ReadMessage()
			if err != nil {
				return
			}
			mode, code = "input", string(text)
		}
	}
}

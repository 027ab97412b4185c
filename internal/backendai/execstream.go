package backendai

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// ExecStream is a run over a WebSocket: results come as they are made, without asking. Next is for one goroutine,
// Input and Close for any.
type ExecStream struct {
	op    string
	ws    *websocket.Conn
	stop  func()
	once  sync.Once
	write sync.Mutex
	ended bool
}

// ExecuteStream starts code in a session and streams its results. The context bounds the opening only.
func (c *Client) ExecuteStream(ctx context.Context, session string, code Code) (*ExecStream, error) {
	op := "stream a run in session " + session
	ws, err := c.upgrade(ctx, call{op: op, area: streamArea, path: segments(session, "execute")})
	if err != nil {
		return nil, err
	}
	s := &ExecStream{op: op, ws: ws, stop: pinger(ws, nil)}
	first := encodeJSON(executeFrame{code.mode(), code.Text, code.options()})
	if err := s.send(first); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

type executeFrame struct {
	Mode    ExecMode        `json:"mode"`
	Code    string          `json:"code"`
	Options json.RawMessage `json:"options"`
}

func (s *ExecStream) send(text []byte) error {
	s.write.Lock()
	defer s.write.Unlock()
	_ = s.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := s.ws.WriteMessage(websocket.TextMessage, text); err != nil {
		return unsent(call{op: s.op}, err)
	}
	return nil
}

// Input answers a result of status waiting-input; it goes as plain text.
func (s *ExecStream) Input(text string) error { return s.send([]byte(text)) }

// Next waits for the next result. After the one that is finished it returns nil, nil. It closes the stream when the
// context ends.
func (s *ExecStream) Next(ctx context.Context) (*RunResult, error) {
	if s.ended {
		return nil, nil
	}
	defer context.AfterFunc(ctx, func() { s.Close() })()
	_, data, err := s.ws.ReadMessage()
	if err != nil {
		s.ended = true
		return nil, &Error{Type: ErrResponse, Op: s.op, Err: ended(ctx, err)}
	}
	got, err := parseFrame(s.op, data)
	if err != nil || got.Status.over() {
		s.ended = true
	}
	return got, err
}

func parseFrame(op string, data []byte) (*RunResult, error) {
	var b runBody
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, &Error{Type: ErrResponse, Op: op, Err: err}
	}
	if b.Status == "error" || b.Status == "server-restarting" {
		return nil, &Error{Type: ErrServer, Op: op, Title: string(b.Status), Msg: b.Msg}
	}
	if b.Status == "" {
		return nil, &Error{Type: ErrResponse, Op: op, Err: fmt.Errorf("a result without a status: %s", beginning(data))}
	}
	return b.result(data), nil
}

// Close ends the stream. A run that is not finished is left open by it: interrupt the session, or restart it.
func (s *ExecStream) Close() error {
	var err error
	s.once.Do(func() {
		err = farewell(s.ws)
		s.stop()
	})
	return err
}

package faketest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
)

// ttydPort is where the terminal server of every session listens.
const ttydPort = 7681

// ttyd is that server: it says its title and its settings, echoes what is typed, tells the size it is given, and ends with
// "exit".
func (m *Manager) ttyd(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{Subprotocols: []string{"tty"}}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	var hello struct {
		AuthToken *string
		Columns   int
	}
	if r.URL.Path != "/ws" || ws.Subprotocol() != "tty" || ws.ReadJSON(&hello) != nil || hello.AuthToken == nil || hello.Columns == 0 {
		return
	}
	// Nothing in memory keeps bytes on the way: who writes waits for who reads.
	out := make(chan string, 64)
	defer close(out)
	m.done.Go(func() { writeAll(ws, out) })
	out <- "1sh (container)"
	out <- "2{}"
	for {
		_, message, err := ws.ReadMessage()
		if err != nil {
			return
		}
		if out <- "0" + screen(string(message)); strings.HasPrefix(string(message), "0exit") {
			out <- ""
			_, _, _ = ws.ReadMessage() // the answer to the close
			return
		}
	}
}

// writeAll sends messages; an empty one is the end of the shell.
func writeAll(ws *websocket.Conn, out <-chan string) {
	for text := range out {
		kind, data := websocket.BinaryMessage, []byte(text)
		if text == "" {
			kind, data = websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		}
		_ = ws.WriteMessage(kind, data)
	}
}

// screen is what a message makes the terminal show.
func screen(message string) string {
	var size struct{ Columns, Rows int }
	if rest, ok := strings.CutPrefix(message, "1"); ok && json.Unmarshal([]byte(rest), &size) == nil {
		return fmt.Sprintf("%dx%d\n", size.Rows, size.Columns)
	}
	return message[min(1, len(message)):]
}

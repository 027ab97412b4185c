package faketest

import (
	"fmt"
	"net/http"
)

// task is a background task that makes progress and ends, as real managers tell it: amounts are texts.
func (m *Manager) task(w http.ResponseWriter, r *http.Request, _ caller) {
	id := r.URL.Query().Get("taskId")
	w.Header().Set("Content-Type", "text/event-stream")
	tell := func(name, data string) {
		fmt.Fprintf(w, "event: %s\r\ndata: %s\r\n\r\n", name, data)
		w.(http.Flusher).Flush()
	}
	for i := range 2 {
		tell("bgtask_updated", fmt.Sprintf(`{"task_id":%q,"message":"step","current_progress":"%d","total_progress":"2"}`, id, i+1))
	}
	end := "bgtask_done"
	if id == "fails" {
		end = "bgtask_failed"
	}
	tell(end, fmt.Sprintf(`{"task_id":%q,"message":"","current_progress":2,"total_progress":2}`, id))
	tell("server_close", `{}`)
}

package backendai_test

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
)

// destroys answers the destroys of a session, the last answer for ever: a status, or 0 for a line that breaks.
type destroys struct {
	statuses []int
	mu       sync.Mutex
	queries  []string
}

// next takes note of a destroy and gives its answer.
func (d *destroys) next(query string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queries = append(d.queries, query)
	return d.statuses[min(len(d.queries), len(d.statuses))-1]
}

func (d *destroys) asked() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.queries
}

func (d *destroys) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method != http.MethodDelete {
		_, _ = io.WriteString(w, `{"version":"v7.20230615","manager":"23.09.10"}`)
		return
	}
	status := d.next(r.URL.RawQuery)
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	kind := map[int]string{403: "generic-forbidden", 404: "object-not-found"}[status]
	_, _ = fmt.Fprintf(w, `{"type":"https://api.backend.ai/probs/%s","title":"So."}`, kind)
}

// TestLostDestroyIsRepeated: what may not have been carried out is asked for again, a few times; what was refused is not.
func TestLostDestroyIsRepeated(t *testing.T) {
	for _, c := range []struct {
		statuses []int
		asked    int
		done     bool
	}{
		{[]int{200}, 1, true},
		{[]int{0, 200}, 2, true}, {[]int{429, 200}, 2, true}, {[]int{500, 200}, 2, true}, {[]int{502, 404}, 2, true}, {[]int{503, 0, 504, 200}, 4, true},
		{[]int{0, 403, 403, 404}, 4, true}, // lost, then on its way out
		{[]int{500}, 4, false}, {[]int{0}, 4, false},
		{[]int{400}, 1, false}, {[]int{401}, 1, false}, {[]int{0, 401}, 2, false},
	} {
		d := &destroys{statuses: c.statuses}
		err := served(t, d.ServeHTTP).EndSession(t.Context(), "x")
		asked := d.asked()
		if (err == nil) != c.done || len(asked) != c.asked {
			t.Errorf("%v: asked %d times, %v", c.statuses, len(asked), err)
		}
		for _, q := range asked {
			if q != "" {
				t.Errorf("%v: %s", c.statuses, q)
			}
		}
	}
}

// TestForceIsForTheState: a first refusal for the state is answered by force, at once.
func TestForceIsForTheState(t *testing.T) {
	d := &destroys{statuses: []int{403, 200}}
	err := served(t, d.ServeHTTP).EndSession(t.Context(), "x")
	if asked := d.asked(); err != nil || len(asked) != 2 || asked[1] != "forced=true" {
		t.Error(asked, err)
	}
}

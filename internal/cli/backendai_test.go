package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What answers at the endpoint and is no manager is no server: exit code 5, and its words.
func TestNoManagerAnswers(t *testing.T) {
	pages := map[string]http.HandlerFunc{
		"said 200 OK (<html> hello </html>); is BACKEND_ENDPOINT the manager's address?": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>\n  hello\n</html>\n"))
		},
		"said 404 Not Found (404 page not found); is BACKEND_ENDPOINT the manager's address?": http.NotFound,
		"said 404 Not Found; is BACKEND_ENDPOINT": func(w http.ResponseWriter, _ *http.Request) { // as the web server does elsewhere
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"type":"https://api.backend.ai/probs/generic-not-found","title":"Not Found"}`))
		},
		`said 200 OK ({"version":6}); is BACKEND_ENDPOINT`: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"version":6}`))
		},
	}
	for want, page := range pages {
		server := httptest.NewServer(page)
		code, stdout, stderr := call(t.Context(), []string{"backendai", "ps"}, "BACKEND_ENDPOINT", server.URL, "BACKEND_ACCESS_KEY", "a", "BACKEND_SECRET_KEY", "s")
		if code != exitConnect || stdout != "" || !strings.Contains(stderr, "what answers there is no Backend.AI manager: it "+want) {
			t.Errorf("%d, %q, %q", code, stdout, stderr)
		}
		server.Close()
	}
}

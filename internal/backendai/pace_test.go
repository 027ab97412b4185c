package backendai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// runner answers every ask about a run alike, having held it for so long.
type runner struct {
	body string
	hold time.Duration
	asks atomic.Int32
}

func (r *runner) RoundTrip(q *http.Request) (*http.Response, error) {
	body := `{"version":"v7.20230615","manager":"test"}`
	if q.URL.Path != "/" {
		body = r.body
		if r.asks.Add(1); !strings.HasSuffix(q.URL.Path, "/interrupt") {
			time.Sleep(r.hold)
		}
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: q,
		Body: io.NopCloser(strings.NewReader(body))}, nil
}

func answering(status string) *runner {
	return &runner{body: fmt.Sprintf(`{"result":{"runId":"r","status":%q,"console":[["stdout","x"]]}}`, status)}
}

// execOn runs code on a manager for so long, and gives what was written.
func execOn(t *testing.T, m *runner, limit time.Duration) (stdout string, err error) {
	t.Helper()
	c := trapped(t, nil)
	c.http.Transport = m
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	_, err = c.Exec(ctx, "x", Code{Text: "1"}, Watch{Console: func(o Output) { stdout += o.Text }})
	return stdout, err
}

// TestRunsAreAskedAboutSlowly: a manager that answers at once is not asked thousands of times, and one that holds an ask is
// asked again at once. Half of the asks are those that close the run.
func TestRunsAreAskedAboutSlowly(t *testing.T) {
	for _, c := range []struct {
		hold        time.Duration
		least, most int
	}{{0, 20, 40}, {10 * time.Millisecond, 20, 40}, {2 * time.Second, 10, 20}} {
		synctest.Test(t, func(t *testing.T) {
			m := answering("continued")
			m.hold = c.hold
			if _, err := execOn(t, m, 15*time.Second); !errors.Is(err, context.DeadlineExceeded) || int(m.asks.Load()) < c.least || int(m.asks.Load()) > c.most {
				t.Errorf("held for %s: asked %d times, %v", c.hold, m.asks.Load(), err)
			}
		})
	}
}

// TestStatusNobodyKnows: an answer that does not say where the run is ends it, in the server's words.
func TestStatusNobodyKnows(t *testing.T) {
	for _, status := range []string{"", "weird"} {
		synctest.Test(t, func(t *testing.T) {
			m := answering(status)
			_, err := execOn(t, m, time.Hour)
			if !errors.Is(err, &Error{Type: ErrResponse}) || !strings.Contains(err.Error(), `"runId":"r"`) || m.asks.Load() > 3 {
				t.Errorf("%q: asked %d times, %v", status, m.asks.Load(), err)
			}
		})
	}
}

// TestTimeLimitOfTheManager: a run that the manager has ended is over, and what it wrote has come.
func TestTimeLimitOfTheManager(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := answering("exec-timeout")
		stdout, err := execOn(t, m, time.Hour)
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, new(*LimitError)) || stdout != "x" || m.asks.Load() != 1 {
			t.Errorf("asked %d times, %q, %v", m.asks.Load(), stdout, err)
		}
	})
}

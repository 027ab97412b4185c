//go:build manager

package backendai_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
)

func TestManagerBatchSession(t *testing.T) {
	c := who(t, "")
	ctx := within(t, 4*time.Minute)
	s := spec(t, name("batch"))
	s.Type, s.StartupCommand = backendai.Batch, "echo from-batch; exit 3"
	made := ok[*backendai.Created](t)(c.CreateSession(ctx, s))
	gone(t, c, made.ID)
	var end *backendai.End
	for end == nil || !end.Status.Ended() {
		end = ok[*backendai.End](t)(c.SessionEnd(ctx, made.ID))
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		}
	}
	if end.Result != "FAILURE" {
		t.Errorf("%+v", end)
	}
	if text := ok[string](t)(c.Logs(ctx, made.ID, "")); !strings.Contains(text, "from-batch") {
		t.Errorf("%q", text)
	}
}

// TestManagerQueue asks for more than the key is allowed: the second session waits, and says why.
func TestManagerQueue(t *testing.T) {
	c := who(t, "SMALL")
	ctx := within(t, 2*time.Minute)
	s := spec(t, name("queue"))
	s.Resources["cpu"] = "2"
	made := ok[*backendai.Created](t)(c.CreateSession(ctx, s))
	gone(t, c, made.ID)
	if made.Status != backendai.Pending {
		t.Errorf("%+v", made)
	}
	short, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	var last *backendai.Info
	_, err := c.WaitSession(short, made.ID, backendai.WaitOptions{Progress: func(i *backendai.Info) { last = i }})
	if !errors.Is(err, context.DeadlineExceeded) || last == nil || last.Status != backendai.Pending {
		t.Errorf("%v %+v", err, last)
	}
	t.Logf("while it waits: %s %s", last.StatusInfo, last.StatusData)
}

package backendai

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// A destroy whose outcome is not known is asked for so often, with pauses that begin with the first one and double: less than
// two seconds in all, since the end of a run waits for it.
const (
	endTries   = 4
	firstPause = 250 * time.Millisecond
)

// EndSession makes sure that a session is gone: it destroys it, by force where the manager refuses because of the state
// it is in (while it is being made, or after a restart), and takes one that is not there as done. A destroy that was lost,
// failed in the server or was refused with 429 is repeated a few times. One whose image is being fetched cannot be ended, by
// force neither.
func (c *Client) EndSession(ctx context.Context, id string) error {
	err := c.destroyPatiently(ctx, id)
	for range 2 { // one that ends while it is asked about is refused once more, and unknown from then on
		if isProblem(err, "generic-forbidden") && !pulling(err) {
			_, err = c.Destroy(ctx, id, DestroyOptions{Forced: true})
		}
	}
	if errors.Is(err, NotFound()) {
		return nil
	}
	return err
}

// destroyPatiently repeats a destroy that may not have been carried out. Behind one that was lost a refusal for the state means
// that it was: the session is on its way out, and no force is needed yet.
func (c *Client) destroyPatiently(ctx context.Context, id string) error {
	_, err := c.Destroy(ctx, id, DestroyOptions{})
	for try := range endTries - 1 {
		if !unsettled(err) && (try == 0 || !isProblem(err, "generic-forbidden")) || c.sleep(ctx, firstPause<<try) != nil {
			break
		}
		_, err = c.Destroy(ctx, id, DestroyOptions{})
	}
	return err
}

// unsettled says that a destroy has failed in a way that says nothing about the session. A limit that has passed is not
// waited for again.
func unsettled(err error) bool {
	var e *Error
	if !errors.As(err, &e) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return false
	}
	return e.Type != ErrServer || e.Status >= 500 || e.Status == http.StatusTooManyRequests
}

// pulling says that a session was not destroyed because its image is being fetched.
func pulling(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Problem == "generic-forbidden" && strings.Contains(e.Msg, "pulling status")
}

package backendai

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// EndedError is a session that ended before it ran, or that is gone.
type EndedError struct {
	ID         string
	Status     Status // "" if the manager no longer says
	StatusInfo string
	StatusData string
}

func (e *EndedError) Error() string {
	text := fmt.Sprintf("session %s ended before it ran: %s", e.ID, orElse(string(e.Status), "it is gone"))
	if e.StatusInfo != "" {
		text += " (" + e.StatusInfo + ")"
	}
	if e.StatusData != "" && e.StatusData != "null" {
		text += ": " + e.StatusData
	}
	return text
}

// WaitSession looks at a session until it runs. It fails when the session has ended (EndedError; ended sessions vanish
// from the manager's answers, so a 404 is the end, too), and when the context ends. Faults of the network are looked
// over as long as the context lasts, since a wait is minutes long; an answer of the manager that refuses is not.
func (c *Client) WaitSession(ctx context.Context, id string, o WaitOptions) (*Info, error) {
	every := orElse(o.Every, 2*time.Second)
	for {
		info, err := c.SessionInfo(ctx, id, "")
		switch {
		case errors.Is(err, NotFound()):
			return nil, c.ending(ctx, id, err)
		case err == nil && info.Status.Ended():
			return nil, &EndedError{id, info.Status, info.StatusInfo, string(info.StatusData)}
		case err != nil && !passing(err):
			return nil, err
		case err == nil:
			if o.Progress != nil {
				o.Progress(info)
			}
			if info.Status == Running {
				return info, nil
			}
		}
		if err := c.sleep(ctx, every); err != nil {
			return nil, err
		}
	}
}

// passing says that a fault may go away by itself.
func passing(err error) bool {
	var e *Error
	if !errors.As(err, &e) || errors.Is(err, context.Canceled) {
		return false
	}
	return e.Type == ErrRequest || e.Type == ErrServer && (e.Status >= 502 && e.Status <= 504)
}

// ending asks how a vanished session ended; notFound is the answer if nobody knows.
func (c *Client) ending(ctx context.Context, id string, notFound error) error {
	end, err := c.SessionEnd(ctx, id)
	if err != nil || end == nil {
		return notFound
	}
	return &EndedError{ID: id, Status: end.Status, StatusInfo: end.StatusInfo}
}

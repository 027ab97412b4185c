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
	Ran        bool // it had been running
}

func (e *EndedError) Error() string {
	when := "ended before it ran"
	if e.Ran {
		when = "was lost"
	}
	text := fmt.Sprintf("session %s %s: %s", e.ID, when, orElse(string(e.Status), "it is gone"))
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
	var info *Info
	for info == nil || info.Status != Running {
		var err error
		if info, err = c.WaitChange(ctx, id, info, o.Every); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(info)
		}
	}
	return info, nil
}

// WaitChange waits, as WaitSession does, until the session's status or its reason is another than in last; nil is any.
// It looks every so often, 2 s for 0.
func (c *Client) WaitChange(ctx context.Context, id string, last *Info, every time.Duration) (*Info, error) {
	for first := last == nil; ; first = false {
		if !first {
			if err := c.sleep(ctx, orElse(every, 2*time.Second)); err != nil {
				return nil, err
			}
		}
		info, err := c.SessionInfo(ctx, id, "")
		switch {
		case errors.Is(err, NotFound()):
			c.cfg.Ledger.Ended(id)
			return nil, c.ending(ctx, id, err)
		case err == nil && info.Status.Ended():
			c.cfg.Ledger.Ended(id)
			return nil, &EndedError{ID: id, Status: info.Status, StatusInfo: info.StatusInfo, StatusData: string(info.StatusData)}
		case err == nil && (last == nil || info.Status != last.Status || info.StatusInfo != last.StatusInfo):
			return info, nil
		case err != nil && !passing(err):
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

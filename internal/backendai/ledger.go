package backendai

import (
	"context"
	"errors"
)

// Ledger keeps what a client has created and not seen the end of, so that what a crash leaves running can be found.
// Its methods are called on any goroutine.
type Ledger interface {
	// Creating is called, and returns when it is on disk, before a session is asked for; place is the manager's address.
	Creating(place, owner, name string) (ticket string)
	// Created tells the session's id; "" is a session that was not made, or was there already.
	Created(ticket, id string)
	// Kept tells that the session goes on by itself, on purpose.
	Kept(id string)
	// Ended tells that the session is gone.
	Ended(id string)
}

// noLedger stands in where the caller has none.
type noLedger struct{}

func (noLedger) Creating(string, string, string) string { return "" }
func (noLedger) Created(string, string)                 {}
func (noLedger) Kept(string)                            {}
func (noLedger) Ended(string)                           {}

// Place is how a ledger names the manager of an endpoint.
func (c *Client) Place() string { return "backendai+" + c.ends[0].String() }

// Owner is who the client's sessions belong to: the access key, or the user of a web server; with a token, the access key
// that its login has told.
func (c *Client) Owner() string {
	if key := c.account.Load(); key != nil && c.cfg.Token != "" {
		return *key
	}
	return orElse(c.cfg.AccessKey, c.cfg.User)
}

// Keep tells the ledger that a session goes on by itself, on purpose.
func (c *Client) Keep(id string) { c.cfg.Ledger.Kept(id) }

// unmade says that a create that failed has certainly made no session.
func unmade(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return true // found before anything was sent
	}
	return e.Type == ErrServer && e.Status < 500 || e.Type == ErrRequest && neverSent(e.Err)
}

// noted makes a session with the ledger told before and after.
func (c *Client) noted(name string, create func() (*Created, error)) (*Created, error) {
	ticket := c.cfg.Ledger.Creating(c.Place(), c.Owner(), name)
	made, err := create()
	switch {
	case err == nil && made.Created:
		c.cfg.Ledger.Created(ticket, made.ID)
	case err == nil || unmade(err):
		c.cfg.Ledger.Created(ticket, "")
	default:
		err = &MaybeError{Name: name, Err: err}
	}
	return made, err
}

// MaybeError is a create whose answer is not known: the session may have been made.
type MaybeError struct {
	Name string
	Err  error
}

func (e *MaybeError) Error() string {
	return e.Err.Error() + "; session " + e.Name + " may have been created all the same"
}

func (e *MaybeError) Unwrap() error { return e.Err }

// Lost turns the failure of a call on a session that was running into an EndedError when the session is gone, and gives
// any other error back. It asks the manager only where the error leaves that open.
func (c *Client) Lost(ctx context.Context, id string, err error) error {
	var e *Error
	if err == nil || !errors.As(err, &e) || e.Type == ErrServer && e.Status < 500 && !errors.Is(err, NotFound()) {
		return err
	}
	if ctx.Err() != nil || errors.Is(e.Err, context.DeadlineExceeded) {
		return err
	}
	if _, gone := c.SessionInfo(ctx, id, ""); !errors.Is(gone, NotFound()) {
		return err
	}
	return c.wasLost(ctx, id)
}

// wasLost is the error of a session that ran and is gone.
func (c *Client) wasLost(ctx context.Context, id string) error {
	c.cfg.Ledger.Ended(id)
	lost := c.ending(ctx, id, &EndedError{ID: id})
	if gone := (*EndedError)(nil); errors.As(lost, &gone) {
		gone.Ran = true
	}
	return lost
}

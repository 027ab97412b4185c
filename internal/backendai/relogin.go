package backendai

import (
	"context"
	"errors"
	"net/http"
)

// renewed makes a request of ModeSession, and once more with a new login when the web server does not know the cookie any
// more: what it refuses for that it has not carried out, whatever it was.
func renewed[T any](ctx context.Context, c *Client, ask func() (T, error)) (T, error) {
	before := c.logins.Load()
	v, err := ask()
	if !c.expired(err) {
		return v, err
	}
	if err := c.logInAgain(ctx, before); err != nil {
		return v, err
	}
	return ask()
}

// expired says that a login has come to its end which the client can make anew.
func (c *Client) expired(err error) bool {
	var e *Error
	return c.cfg.Mode == ModeSession && errors.As(err, &e) && e.Type == ErrServer && e.Status == http.StatusUnauthorized
}

// logInAgain logs in, unless another call has since the client had logged in so often.
func (c *Client) logInAgain(ctx context.Context, before int64) error {
	select {
	case c.gate <- struct{}{}:
		defer func() { <-c.gate }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if c.logins.Load() != before {
		return nil
	}
	return c.logIn(ctx)
}

// refusal is the error of an answer that is not 2xx, with a hint that fits the mode.
func (c *Client) refusal(a *answer, k call) *Error {
	e := a.failure(k, c.cfg.Clock.Now())
	if c.expired(e) {
		e.Hint = "the web server does not take the login (any more): does the account exist, is it active, and may it do this? " + loginHint(k)
		if c.cfg.Token != "" {
			e.Hint = "the web server does not take the login (any more), and a token serves once: get a fresh one, or give a user and a password"
		}
	}
	return e
}

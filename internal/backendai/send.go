package backendai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// tries is how often a request is made that may be repeated; pause is the wait before the second one and doubles.
const (
	tries        = 3
	pause        = 200 * time.Millisecond
	mostOfErrors = 1 << 20
)

// send makes the request, repeats it where that is safe (see the package's documentation), and reads the answer.
func (c *Client) send(ctx context.Context, k call, m *Manager) (*answer, error) {
	var last error
	for try := range tries * len(c.ends) {
		if try > 0 && try%len(c.ends) == 0 {
			if err := c.sleep(ctx, pause<<(try/len(c.ends)-1)); err != nil {
				return nil, last
			}
		}
		a, err := c.once(ctx, k, m)
		if err == nil || ctx.Err() != nil || !c.again(k, err) {
			return a, err
		}
		last = err
	}
	return nil, c.nowhere(last)
}

// nowhere names all the endpoints that could not be reached.
func (c *Client) nowhere(last error) error {
	var e *Error
	if len(c.ends) < 2 || !errors.As(last, &e) || e.Type != ErrRequest {
		return last
	}
	var all []string
	for _, end := range c.ends {
		all = append(all, end.String())
	}
	all[0] = "none of the endpoints has answered: " + all[0]
	e.Hint = strings.Join(all, ", ") + "; " + e.Hint
	return last
}

// again says whether a failed request may be made once more, and turns to the next endpoint.
func (c *Client) again(k call, err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	now := c.current.Load()
	switch {
	case e.Type == ErrRequest && untrusted(e.Err):
		if len(c.ends) == 1 {
			return false // its certificate will be the same
		}
	case e.Type == ErrRequest && neverSent(e.Err):
	case k.method != http.MethodGet && k.method != http.MethodHead:
		return false
	case e.Type == ErrRequest && !errors.Is(e.Err, context.DeadlineExceeded):
	case e.Type == ErrServer && e.Status >= 502 && e.Status <= 504 && e.Problem == "":
	default:
		return false
	}
	c.current.CompareAndSwap(now, (now+1)%int32(len(c.ends)))
	return true
}

// once makes the request at the current endpoint, with a fresh date and signature.
func (c *Client) once(ctx context.Context, k call, m *Manager) (*answer, error) {
	ctx, cancel := c.bound(ctx, k)
	defer cancel()
	r, e, err := c.open(ctx, k, m)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	most := orElse(k.most, c.cfg.MaxBody)
	if r.ContentLength > most {
		return nil, (&answer{status: r.StatusCode}).unreadable(k, tooLargeHint, &tooLargeError{most})
	}
	a, err := read(r, most)
	a.endpoint = e
	if errors.As(err, new(*tooLargeError)) {
		return nil, a.unreadable(k, tooLargeHint, err)
	}
	if err != nil {
		return nil, a.unreadable(k, "", ended(ctx, err))
	}
	return a, nil
}

const tooLargeHint = "ask for less at once, or allow more (max_body of backendai.client{…} in a script)"

func (c *Client) bound(ctx context.Context, k call) (context.Context, context.CancelFunc) {
	if k.timeout < 0 {
		return context.WithCancel(ctx)
	}
	limit := orElse(k.timeout, c.cfg.RequestTimeout)
	return context.WithTimeoutCause(ctx, limit, &timeoutError{limit})
}

// open makes the request and returns the answer with its body unread, when it is 2xx. The context covers the body.
func (c *Client) open(ctx context.Context, k call, m *Manager) (*http.Response, endpoint, error) {
	e := c.ends[int(c.current.Load())%len(c.ends)]
	req, err := c.request(ctx, e, k, m)
	if err != nil {
		return nil, e, unsent(k, err)
	}
	r, err := c.http.Do(req)
	if err != nil {
		return nil, e, unsent(k, ended(ctx, err))
	}
	if r.StatusCode >= 200 && r.StatusCode < 300 {
		// What is not signed has an allowance of its own, which says nothing about the key's.
		if rate := rateLimit(r.Header); rate != nil && !k.unsigned {
			c.rate.Store(rate)
		}
		return r, e, nil
	}
	defer r.Body.Close()
	a, _ := read(r, mostOfErrors)
	a.endpoint = e
	return nil, e, c.refusal(a, k)
}

// stream makes a call whose answer is read piece by piece; closing it ends the request.
func (c *Client) stream(ctx context.Context, k call) (io.ReadCloser, http.Header, error) {
	m, err := c.managerFor(ctx, k)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := c.bound(ctx, k)
	r, err := renewed(ctx, c, func() (*http.Response, error) {
		r, _, err := c.open(ctx, k, m)
		return r, err
	})
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return &body{ReadCloser: r.Body, ctx: ctx, cancel: cancel}, r.Header, nil
}

// body ends the request with the reading.
type body struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelFunc
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = ended(b.ctx, err)
	}
	return n, err
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// ended prefers the reason the context ended over what the network made of it.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// timeoutError is a deadline of this client that passed; it is a context.DeadlineExceeded.
type timeoutError struct{ limit time.Duration }

func (e *timeoutError) Error() string {
	return fmt.Sprintf("no complete answer within %s", e.limit)
}
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }
func (e *timeoutError) Timeout() bool        { return true }

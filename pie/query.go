package pie

import (
	"context"
	"strings"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Ping measures a round trip to the server and back. It is answered by the server's command handler, so it says more
// than a WebSocket ping; generations without the command are asked for something else that is cheap.
func (c *Client) Ping(ctx context.Context) (time.Duration, error) {
	l, err := c.beside(ctx, "ping")
	if err != nil {
		return 0, err
	}
	began := c.clock.Now()
	a := l.pinged(ctx)
	switch {
	case a.err != nil:
		return 0, with(a.err, "ping", "")
	case !a.ok:
		return 0, &Error{Kind: KindRefused, Op: "ping", Message: "the server is there, and refuses to answer a ping", Server: a.text}
	}
	return c.clock.Now().Sub(began), nil
}

// ping takes any answer for one: that the server refuses says that it is there, too.
func (l *link) ping(ctx context.Context) error {
	if a := l.pinged(ctx); a.err != nil {
		return with(a.err, "ping", "")
	}
	return nil
}

func (l *link) pinged(ctx context.Context) reply {
	cmd := &wire.Command{Kind: wire.Ping}
	if !l.dialect.Features.Pings {
		*cmd = wire.Command{Kind: wire.Query, Subject: statusSubject}
	}
	return l.do(ctx, cmd, &request{op: "ping", kind: cmd.Kind}, l.c.cfg.RequestTimeout)
}

// statusSubject is the one query that all generations answer.
const statusSubject = "model_status"

// Query asks the server about a subject and gives its answer as it came. Most generations know "model_status" only
// and never answer anything else: that is kind timeout.
func (c *Client) Query(ctx context.Context, subject, record string) (string, error) {
	cmd := &wire.Command{Kind: wire.Query, Subject: subject, Record: record}
	a, err := c.ask(ctx, cmd, &request{op: "query", kind: wire.Query})
	if err != nil {
		return "", with(err, "query", "")
	}
	if !a.ok {
		return "", &Error{Kind: KindRefused, Op: "query", Message: "the server did not answer about " + subject, Server: a.text}
	}
	if subject == statusSubject {
		c.noteSimulated(a.text)
	}
	return a.text, nil
}

// noteSimulated looks for the key by which the embedded engine says what it is.
func (c *Client) noteSimulated(status string) {
	s := False
	if strings.Contains(status, `"simulated"`) || strings.Contains(status, `"simulated.`) || strings.Contains(status, `simulated.`) {
		s = True
	}
	c.mu.Lock()
	c.simulated = s
	c.mu.Unlock()
}

// Simulated asks, once, whether the server is pierun's embedded engine.
func (c *Client) Simulated(ctx context.Context) (bool, error) {
	if known := c.Info().Simulated; known != Unknown {
		return known == True, nil
	}
	_, err := c.Query(ctx, statusSubject, "")
	return c.Info().Simulated == True, err
}

package backendai

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Forward serves an app of a session on a local listener: each connection gets a tunnel of its own.
type Forward struct {
	client   *Client
	session  string
	app      App
	listener net.Listener
	ctx      context.Context
	cancel   context.CancelFunc
	work     sync.WaitGroup
	report   func(error)
}

// ForwardApp listens on a local address ("127.0.0.1:0" for any free port) until Close; an app that a running session does not
// have is refused. A connection for which nothing listens in the session yet is tried for again for as long as
// Config.ConnectTimeout. report, which may be nil, is told of those that failed; it is called on their goroutines.
func (c *Client) ForwardApp(ctx context.Context, session string, a App, local string, report func(error)) (*Forward, error) {
	if err := c.checkApp(ctx, session, a); err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", local)
	if err != nil {
		return nil, err
	}
	f := &Forward{client: c, session: session, app: a, listener: l, report: report}
	f.ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	f.work.Add(1)
	go f.accept()
	return f, nil
}

// checkApp refuses an app that is none of the session's. While that has not begun it lists none.
func (c *Client) checkApp(ctx context.Context, session string, a App) error {
	apps, err := c.Apps(ctx, session)
	if err != nil || len(apps) == 0 || slices.ContainsFunc(apps, func(p Port) bool { return p.Name == a.Name }) {
		return err
	}
	var names []string
	for _, p := range apps {
		names = append(names, p.Name)
	}
	return misuse("session %s has no app %s; it has %s (ports are opened in advance, when it is created)", session, quote(a.Name), strings.Join(names, ", "))
}

// Addr is where it listens.
func (f *Forward) Addr() net.Addr { return f.listener.Addr() }

func (f *Forward) accept() {
	defer f.work.Done()
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.work.Add(1)
		go f.serve(conn)
	}
}

// Close stops listening, ends the connections and waits for them.
func (f *Forward) Close() error {
	err := f.listener.Close()
	f.cancel()
	f.work.Wait()
	return err
}

// WaitApp tries an app until something listens on it: it opens a tunnel and watches whether it is closed at once. It
// says so when the app stays silent for quiet (0: 500 ms), as servers that wait for the client's first word do.
func (c *Client) WaitApp(ctx context.Context, session string, a App, every, quiet time.Duration) error {
	return c.waitApp(ctx, session, a, every, quiet, func() error { return nil })
}

// waitApp is WaitApp that asks after each look whether there is still something to wait for.
func (c *Client) waitApp(ctx context.Context, session string, a App, every, quiet time.Duration, still func() error) error {
	every, quiet = orElse(every, time.Second), orElse(quiet, 500*time.Millisecond)
	for {
		listening, err := c.probe(ctx, session, a, quiet)
		if err != nil || listening {
			return err
		}
		if err := still(); err != nil {
			return err
		}
		if err := c.sleep(ctx, every); err != nil {
			return err
		}
	}
}

// probe says whether something listens; an error is one that waiting does not cure.
func (c *Client) probe(ctx context.Context, session string, a App, quiet time.Duration) (bool, error) {
	conn, err := c.DialApp(ctx, session, a)
	if passing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(quiet))
	_, err = conn.Read(make([]byte, 1))
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		return true, nil
	}
	return err == nil, nil
}

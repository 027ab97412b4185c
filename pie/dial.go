package pie

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// Dial connects to a server, finds out which generation it is unless told, and logs in. ctx and Config.DialTimeout
// bound it. Errors are of kind usage (a bad URI or dialect), connect or auth.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	c, err := newClient(cfg.withDefaults())
	if err != nil {
		return nil, err
	}
	l, err := c.enter(ctx)
	if err != nil {
		c.end(err)
		return nil, with(noEntry(ctx, err), "connect", "")
	}
	c.mu.Lock()
	c.meet(l)
	c.mu.Unlock()
	c.mind(l)
	return c, nil
}

// noEntry makes what kept a client from getting in an error of kind connect, whatever the server did in the middle of the
// login. The caller's own deadline and what is wrong with the login itself keep their kinds.
func noEntry(ctx context.Context, err error) error {
	var e *Error
	if !errors.As(err, &e) || ctx.Err() != nil || e.Kind != KindLost && e.Kind != KindTimeout && e.Kind != KindProtocol {
		return err
	}
	in := *e
	in.Kind, in.Running, in.Attachable = KindConnect, "", false
	if in.Hint == "" {
		in.Hint = "is this the address of a Pie server, and the dialect the right one?"
	}
	return &in
}

func newClient(cfg Config) (*Client, error) {
	where, err := parsePlace(cfg.URI)
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, clock: cfg.Clock, journal: cfg.Journal, place: where, user: cfg.User, keys: newKeyring(cfg), simulated: Unknown,
		incoming: newIncoming(&cfg),
		slots:    newSlots(cfg.MaxInstances), dialing: newLock(), opening: newLock(), listing: newLock(), refining: newLock(),
		done: make(chan struct{}), closed: make(chan struct{}),
	}
	if cfg.named() {
		if c.dialect, err = wire.Find(cfg.Dialect); err != nil {
			return nil, &Error{Kind: KindUsage, Op: "connect", Message: "unknown dialect", Err: err}
		}
	}
	if c.journal == nil {
		c.journal = noJournal{}
	}
	c.life, c.end = context.WithCancelCause(context.Background())
	return c, nil
}

// open makes a link that is logged in: the dialect is the expected one, or is found out.
func (c *Client) open(ctx context.Context) (*link, error) {
	ctx, cancel := c.within(ctx, c.cfg.DialTimeout, "connecting to "+c.place.url.Host+" and logging in")
	defer cancel()
	if d := c.expected(); d != nil {
		return c.openAs(ctx, d)
	}
	return c.detect(ctx)
}

// openAs connects to a server whose dialect is known.
func (c *Client) openAs(ctx context.Context, d *wire.Dialect) (*link, error) {
	l, err := c.connect(ctx, c.place.at(d.Path()), d.Header(c.who()), func(l *link) { l.speak(d) })
	if err != nil {
		return nil, err
	}
	if err := c.login(ctx, l); err != nil {
		l.abort()
		return nil, err
	}
	return l, nil
}

// within is ctx with a deadline on the client's clock.
func (c *Client) within(ctx context.Context, d time.Duration, doing string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := c.clock.AfterFunc(d, func() {
		cancel(&Error{Kind: KindTimeout, Message: fmt.Sprintf("%s took longer than %v", doing, d), Err: context.DeadlineExceeded})
	})
	return ctx, func() { stop(); cancel(nil) }
}

// connect dials one URL and starts a link on it; ready sets it up before anything is read.
func (c *Client) connect(ctx context.Context, uri string, header http.Header, ready func(*link)) (*link, error) {
	dialled := &dialled{c: c}
	defer dialled.watch(ctx)()
	ws, resp, err := dialled.dialer().DialContext(ctx, uri, header)
	if err != nil {
		return nil, c.dialError(ctx, dialled, resp, err)
	}
	dialled.handshake.over = true
	l := newLink(c, ws, dialled.sock)
	l.url, l.dated, l.engine = uri, resp.Header.Get("Date") != "", resp.Header.Get(wire.EngineHeader)
	l.start(func([]byte, bool) {})
	ready(l)
	return l, nil
}

// dialled is one attempt to connect: it holds the socket, to cut it when the context ends in the middle of the
// upgrade, which the WebSocket library does not look at.
type dialled struct {
	c         *Client
	handshake *handshake
	sock      *sock
	at        chan struct{}
}

func (d *dialled) dialer() *websocket.Dialer {
	return &websocket.Dialer{
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := d.c.cfg.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			d.handshake = &handshake{Conn: conn}
			d.sock = &sock{Conn: d.handshake, raw: direct(conn), opaque: d.c.place.url.Scheme == "wss"}
			close(d.at)
			return d.sock, nil
		},
		TLSClientConfig: d.c.cfg.TLS,
		ReadBufferSize:  256 << 10,
		WriteBufferSize: 16 << 10,
	}
}

// watch cuts the socket when ctx ends before the returned function is called.
func (d *dialled) watch(ctx context.Context) (stop func()) {
	d.at = make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		select {
		case <-d.at:
			d.sock.Conn.Close()
		default: // the dial itself sees the context
		}
	})
	return func() { forget() }
}

// abort ends a link that is not wanted, and waits for its goroutines.
func (l *link) abort() {
	l.fail(errClosed())
	l.wg.Wait()
}

// release is the version in a generation's name.
func release(generation string) string {
	_, version, _ := strings.Cut(generation, "-")
	return version
}

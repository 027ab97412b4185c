package backendai

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Client talks to one manager. Make it with New, end it with Close; it is safe for concurrent use.
type Client struct {
	cfg       Config
	http      *http.Client
	transport *http.Transport
	ends      []endpoint
	current   atomic.Int32 // index of the endpoint that answered last
	rate      atomic.Pointer[RateLimit]
	manager   atomic.Pointer[Manager]
	gate      chan struct{} // one handshake at a time
	runs      finishedRuns
	loggedIn  atomic.Bool            // ModeSession
	logins    atomic.Int64           // how often that has been so
	account   atomic.Pointer[string] // the access key that the login told
	connected sync.Once
	tidy      sync.WaitGroup  // Config.Connected
	tidying   context.Context // its context
	stopTidy  context.CancelFunc
	life      context.Context
	end       context.CancelFunc
	work      sync.WaitGroup // requests that must not be broken off
}

// New checks the configuration and makes a client. Nothing is sent yet.
func New(cfg Config) (*Client, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	ends, err := cfg.endpoints()
	if err != nil {
		return nil, err
	}
	tlsConfig, err := cfg.tls()
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, ends: ends, gate: make(chan struct{}, 1)}
	c.life, c.end = context.WithCancel(context.Background())
	c.tidying, c.stopTidy = context.WithCancel(context.Background())
	c.transport = newTransport(cfg, tlsConfig)
	c.http = &http.Client{Transport: c.transport, CheckRedirect: stay}
	if cfg.Mode == ModeSession {
		c.http.Jar, _ = cookiejar.New(nil)
	}
	return c, nil
}

// stay refuses redirects: the signature holds for one address, and must not be shown to another.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func newTransport(cfg Config, tlsConfig *tls.Config) *http.Transport {
	dial := cfg.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: cfg.ConnectTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dial, TLSClientConfig: tlsConfig,
		TLSHandshakeTimeout: cfg.ConnectTimeout, ResponseHeaderTimeout: cfg.ReadTimeout,
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second,
		DisableCompression: true, // an answer is bounded as it comes; a compressed one would not be
	}
}

func (c Config) tls() (*tls.Config, error) {
	if c.TLS != nil {
		return c.TLS.Clone(), nil
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.SkipTLSVerify}
	if c.CAFile == "" {
		return out, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, &ConfigError{Variable: "BACKEND_CA_FILE", Message: "the file of authorities to trust (ca_file, or BACKEND_CA_FILE): " + err.Error()}
	}
	if out.RootCAs, err = x509.SystemCertPool(); err != nil {
		out.RootCAs = x509.NewCertPool()
	}
	if !out.RootCAs.AppendCertsFromPEM(pem) {
		return nil, &ConfigError{Variable: "BACKEND_CA_FILE", Message: "the file of authorities to trust (ca_file, or BACKEND_CA_FILE): " + c.CAFile + " holds no certificate in PEM form"}
	}
	return out, nil
}

// tidyTime is how long Close lets Config.Connected finish what it has begun.
const tidyTime = 5 * time.Second

// Close breaks off runs that are under way, waits a while for Config.Connected, and gives up idle connections. Other calls go on
// until their context ends.
func (c *Client) Close() {
	c.end()
	stop := c.cfg.Clock.AfterFunc(tidyTime, c.stopTidy)
	c.tidy.Wait()
	stop()
	c.stopTidy()
	c.work.Wait()
	c.transport.CloseIdleConnections()
}

// Config is what the client was made with, defaults filled in.
func (c *Client) Config() Config { return c.cfg }

// RateLimit is the allowance that the last successful answer told; ok is false before one did.
func (c *Client) RateLimit() (limit RateLimit, ok bool) {
	if r := c.rate.Load(); r != nil {
		return *r, true
	}
	return RateLimit{}, false
}

// Manager says who answers, asking it the first time.
func (c *Client) Manager(ctx context.Context) (*Manager, error) {
	if m := c.manager.Load(); m != nil {
		return m, nil
	}
	select {
	case c.gate <- struct{}{}:
		defer func() { <-c.gate }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if m := c.manager.Load(); m != nil {
		return m, nil
	}
	if c.cfg.Mode == ModeSession && !c.loggedIn.Load() {
		if err := c.logIn(ctx); err != nil {
			return nil, err
		}
	}
	m, err := c.handshake(ctx)
	if err == nil {
		c.manager.Store(m)
		c.tellConnected()
	}
	return m, err
}

// tellConnected calls Config.Connected, the first time.
func (c *Client) tellConnected() {
	if f := c.cfg.Connected; f != nil && c.life.Err() == nil {
		c.connected.Do(func() { c.tidy.Go(func() { f(c.tidying, c) }) })
	}
}

// managerFor is Manager for a call that can be made.
func (c *Client) managerFor(ctx context.Context, k call) (*Manager, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	return c.Manager(ctx)
}

// do makes a call in the manager's API version.
func (c *Client) do(ctx context.Context, k call) (*answer, error) {
	m, err := c.managerFor(ctx, k)
	if err != nil {
		return nil, err
	}
	return renewed(ctx, c, func() (*answer, error) { return c.send(ctx, k, m) })
}

// get makes a call and decodes its JSON into out.
func (c *Client) get(ctx context.Context, k call, out any) error {
	a, err := c.do(ctx, k)
	if err != nil {
		return err
	}
	return a.decode(k, out)
}

// run makes a call whose answer says nothing.
func (c *Client) run(ctx context.Context, k call) error {
	_, err := c.do(ctx, k)
	return err
}

// sleep waits, or returns the context's cause; 0 or less is no wait.
func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	woken := make(chan struct{})
	stop := c.cfg.Clock.AfterFunc(d, func() { close(woken) })
	defer stop()
	select {
	case <-woken:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// usage is a mistake that is found before anything is sent.
type UsageError struct{ Message string }

func (e *UsageError) Error() string { return e.Message }

func misuse(format string, args ...any) error {
	return &UsageError{Message: fmt.Sprintf(format, args...)}
}

// neverSent says that the request reached nobody, so that it may go to another endpoint whatever it is.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

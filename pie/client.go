package pie

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Client is one user's connection to one Pie server. All methods may be called from any goroutine; those that take a
// context wait no longer than it, or than the deadline of what they do.
type Client struct {
	cfg     Config
	clock   Clock
	journal Journal
	place   place
	life    context.Context // ends when Close begins to cut
	end     context.CancelCauseFunc

	unread   atomic.Int64 // bytes in the queues of all instances
	answered atomic.Bool  // the server has answered something
	programs programs
	versions versions
	slots    slots
	scratch  scratch
	incoming *incoming  // files on their way to it
	finished finished   // ended, and nobody has read it
	dialing  lock       // held while the main connection is made again
	opening  lock       // held while the control connection is made
	refining lock       // held while the server is asked which of two generations it is
	listing  lock       // held by a detached launch whose id comes from comparing lists
	tools    toolOffers // what programs may use of this host
	offering keyed      // held while a name is announced

	outageBegan time.Time // whoever holds dialing: since when there is no connection, zero while there is one
	outageTold  bool      // … and whether the host was told

	mu         sync.Mutex
	dialect    *wire.Dialect
	keeps      bool // it is our own engine, which keeps detached work
	guessed    bool // it may be a newer one that nothing tells apart
	user       string
	keys       keyring
	main       *link
	control    *link
	closing    bool          // no new commands
	ended      bool          // no new background work
	closed     chan struct{} // Close is through
	done       chan struct{} // no command will succeed any more
	err        error         // why
	reconnects int
	launches   int
	simulated  State
	failed     []Unconfirmed
	unanswered unanswered
	dying      dying
	work       sync.WaitGroup // background goroutines
	reaping    tally          // those of them that end instances
}

// ServerInfo is what is known about the server without asking it.
type ServerInfo struct {
	URI        string // as dialled
	Dialect    string // the generation, like "gateway-0.5"
	Version    string // the releases that speak it, like "0.5"
	User       string // who we are there
	Simulated  State  // whether it is pierun's embedded engine, which says so; Unknown for any other until model_status was asked for
	Reconnects int    // how often the connection was made again
}

// Unconfirmed is a termination that the server did not confirm.
type Unconfirmed struct {
	InstanceID string
	Program    string // "" where this client does not know it
	Err        error
}

// Info tells what is known about the server; no round trip.
func (c *Client) Info() ServerInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ServerInfo{
		URI: c.main.url, Dialect: c.dialect.Generation, Version: release(c.dialect.Generation),
		User: c.user, Simulated: c.simulated, Reconnects: c.reconnects,
	}
}

// Features are the facts about the server's generation.
func (c *Client) Features() wire.Features {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dialect.Features
}

// Supports tells whether the server's generation can do what feature names; known is false for a word that is no
// feature. The words are those of FeatureNames; Unsure tells of which the answer is a guess. No round trip.
func (c *Client) Supports(feature string) (ok, known bool) {
	f := c.Features()
	f.DetachedResult = f.DetachedResult && (f.DetachOnBreak || c.keeps)
	is, known := featureTable(&f)[feature]
	return is, known
}

// FeatureNames are the words that Supports knows.
func FeatureNames() []string {
	return []string{"stdout", "list", "attach", "detached", "detached_output", "detached_result", "send_file", "recv_file",
		"registry", "token_budget", "props", "session", "files", "detach", "reattach", "mcp"}
}

func featureTable(f *wire.Features) map[string]bool {
	return map[string]bool{
		"stdout": f.Stdout, "list": f.ListInstances, "attach": f.AttachInstance, "detached": f.Detached,
		"detached_output": f.DetachedOutput, "detached_result": f.DetachedResult, "send_file": f.SendFiles,
		"recv_file": f.RecvFiles, "registry": f.Registry, "token_budget": f.TokenBudget, "props": f.Props,
		"session": f.Session, "files": f.LaunchFiles, "detach": f.AttachInstance && !f.KillsOnClose, "reattach": f.DetachOnClose,
		"mcp": f.MCP,
	}
}

// Full tells whether a launch would wait for a place among Config.MaxInstances now.
func (c *Client) Full() bool { return c.slots.full() }

// Done is closed when no command can succeed any more: after Close, or when the connection was lost and
// Config.Reconnect is false.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err says why Done is closed, nil while it is not.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// stop closes Done.
func (c *Client) stop(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = why
		close(c.done)
	}
}

// Unconfirmed lists the terminations that the client asked for by itself and that failed, and, once Close has returned,
// all of which nothing has shown that the instance has ended: those may still run on the server.
func (c *Client) Unconfirmed() []Unconfirmed {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Unconfirmed(nil), c.failed...)
}

func (c *Client) unconfirmed(i *Instance, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = append(c.failed, Unconfirmed{InstanceID: i.id, Program: i.program, Err: err})
}

// background runs f on a goroutine that Close waits for; false when the client has closed.
func (c *Client) background(f func()) bool {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return false
	}
	c.work.Add(1)
	c.mu.Unlock()
	go func() {
		defer c.work.Done()
		f()
	}()
	return true
}

// ask sends cmd over the main connection and waits for its answer. A command that was certainly never written is
// sent again over a new connection; no other ever is.
func (c *Client) ask(ctx context.Context, cmd *wire.Command, r *request) (reply, error) {
	for try := 1; ; try++ {
		l, err := c.link(ctx, r.op)
		if err != nil {
			return reply{}, err
		}
		if r.made != nil && r.made != l.dialect {
			return reply{}, with(another(r.made, l.dialect), r.op, cmd.ID)
		}
		a := l.do(ctx, cmd, r.fresh(), c.limit(r))
		var never unsent
		if !errors.As(a.err, &never) {
			return a, a.err
		}
		if !c.cfg.Reconnect || try == sendTries {
			return reply{}, with(never.error, r.op, cmd.ID)
		}
	}
}

// sendTries is over how many connections a command is tried whose connections all break before it is written.
const sendTries = 4

// link is the main connection, made anew if it was lost and may be.
func (c *Client) link(ctx context.Context, op string) (*link, error) {
	c.mu.Lock()
	l, closing := c.main, c.closing
	c.mu.Unlock()
	switch {
	case closing:
		return nil, with(errClosed(), op, "")
	case !l.dead():
		return l, nil
	case !c.cfg.Reconnect:
		return nil, with(l.err, op, "")
	}
	return c.redial(ctx, op)
}

// current is the main link, dead or alive.
func (c *Client) current() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.main
}

func errClosed() *Error {
	return &Error{Kind: KindLost, Message: "the client was closed", Running: Unknown}
}

package pie

import (
	"context"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Info is one line of the server's list of instances. What the server does not tell is the zero value.
type Info struct {
	InstanceID string
	Program    string
	User       string
	Input      string   // the input text, where launches have one
	Args       []string // the words, where launches have those
	State      string   // "running", or "finished" for one whose end nobody has taken yet
	Attached   State    // whether somebody receives its events
	Elapsed    time.Duration
	Mine       bool // launched or attached by this client
}

// ListedMost is how many instances a server lists at most whose Features say that its list is not complete.
const ListedMost = 50

// List asks for the running instances that the server lets this user see.
func (c *Client) List(ctx context.Context) ([]Info, error) {
	if c.features().ListInstances {
		return c.list(ctx)
	}
	return nil, unsupported(c.spoken(), "list", "listing instances", "keep the instances that you launch")
}

func (c *Client) list(ctx context.Context) ([]Info, error) {
	l, err := c.beside(ctx, "list")
	if err != nil {
		return nil, err
	}
	return l.infos(ctx)
}

// infos is list, as it is told.
func (l *link) infos(ctx context.Context) ([]Info, error) {
	raw, err := l.list(ctx)
	if err != nil {
		return nil, err
	}
	infos := make([]Info, len(raw))
	for n := range raw {
		infos[n] = l.c.info(&raw[n])
	}
	return infos, nil
}

// list asks over one connection.
func (l *link) list(ctx context.Context) ([]wire.InstanceInfo, error) {
	r := &request{op: "list", kind: wire.List}
	a := l.do(ctx, &wire.Command{Kind: wire.List}, r, l.c.cfg.RequestTimeout)
	if a.err != nil {
		return nil, with(a.err, "list", "")
	}
	if !a.ok {
		return nil, &Error{Kind: KindRefused, Op: "list", Message: "the server gave no list", Server: a.text}
	}
	return a.instances, nil
}

// roll is a server's list by id: whether the instance runs, or has ended and waits for somebody to take its end.
type roll map[string]bool

// has says whether the server has the instance at all.
func (r roll) has(id string) bool {
	_, listed := r[id]
	return listed
}

// roll asks over one connection who is there.
func (l *link) roll(ctx context.Context) (roll, error) {
	list, err := l.list(ctx)
	if err != nil {
		return nil, err
	}
	r := make(roll, len(list))
	for k := range list {
		r[list[k].ID] = list[k].State != "finished"
	}
	return r, nil
}

// listed reads the answer on the reader's goroutine.
func (l *link) listed(e *wire.Event, a reply) ([]wire.InstanceInfo, error) {
	if !a.ok {
		return nil, nil
	}
	list, err := l.dialect.List(e)
	if err != nil {
		return nil, &Error{Kind: KindProtocol, Op: "list", Message: "the list of instances cannot be read", Err: err}
	}
	return append([]wire.InstanceInfo(nil), list...), nil
}

func (c *Client) info(w *wire.InstanceInfo) Info {
	i := Info{
		InstanceID: w.ID, Program: w.Program, User: w.User, Input: w.Input, Args: w.Args,
		Elapsed: time.Duration(w.Elapsed) * time.Second, State: "running", Attached: Unknown,
	}
	switch w.State {
	case "finished":
		i.State, i.Attached = "finished", False
	case "attached":
		i.Attached = True
	case "detached":
		i.Attached = False
	}
	i.Mine = c.own(w.ID) != nil
	return i
}

// own is the instance of that id if this client launched it or attached to it and it has not ended.
func (c *Client) own(id string) *Instance {
	return c.current().routes.get(id)
}

func (c *Client) features() *wire.Features { return &c.spoken().Features }

func (c *Client) spoken() *wire.Dialect {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dialect
}

package pie

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Unanswered is a launch of which nobody was told the id: the server never answered, or the connection was lost or closed
// first. It may have happened, and then something runs that nobody can name.
type Unanswered struct {
	Program  string
	Detached bool
	Answered bool      // the server has said that it happened, but not under which id
	At       time.Time // of the launch, on Config.Clock
	// Candidates are the ids of what the server's list has and this may be: the same program, with the same input where
	// that is told, not older than the launch, and not known to this client. None: the list has nothing like it. One is
	// no proof: the same user may have launched the same elsewhere.
	Candidates []string
	Err        error // why there was no list; nil: there was
}

// unanswered are the launches that a client can get no answer to any more.
type unanswered struct {
	list []unborn
	last *listing        // what the server ran when the client was closed
	lost map[string]bool // ids of instances that were lost with a connection: they are no candidates
}

// unborn is what is kept of one.
type unborn struct {
	program, input string
	args           []string
	told           bool // input and args are what was sent; else they were let go of
	detached       bool
	nameless       bool // it was answered, without an id
	at             time.Time
}

// listing is a server's list, or why there was none.
type listing struct {
	list []Info
	err  error
}

// unansweredMost is how many launches, and how many lost instances, are kept; beyond it the oldest launches go.
const unansweredMost = 10_000

// noteUnanswered keeps the launches that end with the link.
func (l *link) noteUnanswered(launches []*request) {
	for _, r := range launches {
		if r.written.Load() && l.outlives(r.birth) {
			l.c.noteUnborn(r.birth.unborn(r.abandoned))
		}
	}
}

// noteNameless keeps a launch that was answered with a yes of which nobody learns the id. On the reader's goroutine.
func (l *link) noteNameless(r *request, a reply) {
	if !a.ok || a.instance != nil || a.err == nil && !r.abandoned || !l.outlives(r.birth) {
		return
	}
	u := r.birth.unborn(r.abandoned)
	u.nameless = true
	l.c.noteUnborn(u)
}

// outlives says whether what b launches may go on when the link has ended: not where the server ends it then, and knows
// that the link has.
func (l *link) outlives(b *birth) bool {
	return !l.dialect.Features.KillsOnClose || b.p.Detached || l.dead() && l.silent
}

func (c *Client) noteUnborn(u unborn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := append(c.unanswered.list, u)
	c.unanswered.list = list[max(0, len(list)-unansweredMost):]
}

// unborn is what may be found again of the launch. One that was given up has let go of its input.
func (b *birth) unborn(givenUp bool) unborn {
	u := unborn{program: b.target.String(), detached: b.p.Detached, at: b.began, told: !givenUp}
	if u.told {
		u.input, u.args = b.input, b.args
	}
	return u
}

// noteLost keeps the ids of what was lost with a connection.
func (c *Client) noteLost(list []*Instance) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range list {
		if len(c.unanswered.lost) == unansweredMost {
			return
		}
		if c.unanswered.lost == nil {
			c.unanswered.lost = make(map[string]bool)
		}
		c.unanswered.lost[i.id] = true
	}
}

// Unanswered tells of the launches of which nobody was told the id, and looks in the server's list for what they may have
// become: one list for all, over a new connection if need be; after Close, the one that this has asked for. Without any
// such launch it is nil, and nobody is asked.
func (c *Client) Unanswered(ctx context.Context) []Unanswered {
	c.mu.Lock()
	list, last, features := slices.Clone(c.unanswered.list), c.unanswered.last, c.dialect.Features
	c.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	if last == nil {
		running, err := c.List(ctx)
		last = &listing{running, err}
	}
	told := make([]Unanswered, len(list))
	now := c.clock.Now()
	for n, u := range list {
		told[n] = Unanswered{Program: u.program, Detached: u.detached, Answered: u.nameless, At: u.at, Err: last.err}
		for _, in := range last.list {
			if !in.Mine && !c.lostBefore(in.InstanceID) && u.mayBe(&features, in, now) {
				told[n].Candidates = append(told[n].Candidates, in.InstanceID)
			}
		}
	}
	return told
}

// lookForUnanswered keeps the list that Unanswered will need when the client has been closed.
func (c *Client) lookForUnanswered(ctx context.Context) {
	if !c.anyUnanswered() || !c.features().ListInstances {
		return
	}
	var last listing
	l, err := c.linkToLook(ctx)
	if last.err = err; err == nil {
		last.list, last.err = l.beside(ctx).infos(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unanswered.last = &last
}

// anyUnanswered says whether there are such launches, or will be when the connection has ended.
func (c *Client) anyUnanswered() bool {
	c.mu.Lock()
	l, some := c.main, len(c.unanswered.list) > 0
	c.mu.Unlock()
	return some || slices.ContainsFunc(l.requests.launches(), func(r *request) bool { return r.written.Load() && l.outlives(r.birth) })
}

func (c *Client) lostBefore(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.unanswered.lost[id]
}

// elapsedSlack is by how much a server's idea of an age may be wrong: it is in whole seconds, and clocks differ.
const elapsedSlack = 2 * time.Second

// mayBe compares what the list tells, which is not the same everywhere.
func (u *unborn) mayBe(f *wire.Features, in Info, now time.Time) bool {
	name, _, _ := strings.Cut(in.Program, "@")
	switch {
	case in.Elapsed > now.Sub(u.at)+elapsedSlack:
		return false
	case in.Program != "" && in.Program != u.program && name != u.program:
		return false
	case !u.told:
		return true
	case f.Arguments:
		return slices.Equal(in.Args, u.args)
	}
	return in.Input == u.input
}

package pie

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Unanswered is a launch that the server never answered, because the connection was lost first. It may have happened,
// and then something runs whose id nobody was told.
type Unanswered struct {
	Program  string
	Detached bool
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
	lost map[string]bool // ids of instances that were lost with a connection: they are no candidates
}

// unborn is what is kept of one.
type unborn struct {
	program, input string
	args           []string
	told           bool // input and args are what was sent; else they were let go of
	detached       bool
	at             time.Time
}

// unansweredMost is how many launches, and how many lost instances, are kept; beyond it the oldest launches go.
const unansweredMost = 10_000

// noteUnanswered keeps the launches that end with the link. Where the server ends what it has launched for a connection
// that it knows to be gone, nothing can be left.
func (l *link) noteUnanswered(launches []*request) {
	if len(launches) == 0 || l.dialect.Features.KillsOnClose && !l.silent {
		return
	}
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	u := &l.c.unanswered
	for _, r := range launches {
		if r.written.Load() {
			u.list = append(u.list, r.birth.unborn(r.abandoned))
		}
	}
	u.list = u.list[max(0, len(u.list)-unansweredMost):]
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

// Unanswered tells of the launches that were never answered, and looks in the server's list for what they may have
// become: one list for all, over a new connection if need be. Without any it is nil, and nobody is asked.
func (c *Client) Unanswered(ctx context.Context) []Unanswered {
	c.mu.Lock()
	list, features := slices.Clone(c.unanswered.list), c.dialect.Features
	c.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	running, err := c.List(ctx)
	told := make([]Unanswered, len(list))
	now := c.clock.Now()
	for n, u := range list {
		told[n] = Unanswered{Program: u.program, Detached: u.detached, At: u.at, Err: err}
		for _, in := range running {
			if !in.Mine && !c.lostBefore(in.InstanceID) && u.mayBe(&features, in, now) {
				told[n].Candidates = append(told[n].Candidates, in.InstanceID)
			}
		}
	}
	return told
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

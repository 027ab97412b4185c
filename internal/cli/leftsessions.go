package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/journal"
)

// endSessions ends what dead runs of this host have left on the manager of a client that has just connected.
func (a *app) endSessions(ctx context.Context, c *backendai.Client) {
	runs, err := a.runs()
	if err != nil {
		return // doctor tells why
	}
	for _, run := range journal.Orphans(runs) {
		var dealt []journal.Entry
		for _, e := range run.Entries {
			if isSession(e) && e.Server == c.Place() && e.User == c.Owner() && a.endLeft(ctx, c, run, e) {
				dealt = append(dealt, e)
			}
		}
		if len(dealt) > 0 {
			_ = run.Settle(dealt) // the next run will try again
		}
	}
}

// endLeft ends a session that a dead run has left; false: the next run has to.
func (a *app) endLeft(ctx context.Context, c *backendai.Client, run journal.Run, e journal.Entry) bool {
	ref := sessionRef(e)
	_, err := c.SessionInfo(ctx, ref, "")
	if errors.Is(err, backendai.NotFound()) {
		return true
	}
	if e.InstanceID == "" && !strings.HasPrefix(ref, ownName) {
		a.say("%s was asked for by pierun %d, which got no answer: it may be that run's, or older; to end it: pierun backendai rm %s", e.Program, run.PID, ref)
		return true
	}
	if err == nil {
		err = c.EndSession(ctx, ref)
	}
	if ctx.Err() != nil {
		err = errors.New("this run had no time to end it")
	}
	if err != nil {
		a.say("left over from pierun %d: %s may still be running: %v; the next run on that manager tries again", run.PID, e.Program, err)
		return false
	}
	a.say("left over from pierun %d: destroyed %s", run.PID, e.Program)
	return true
}

// ownName begins the names that pierun gives sessions itself: nobody else's begin so.
const ownName = "pierun-"

// mySessions is what this host has made on a client's manager, by id; what has ended is forgotten meanwhile. live gives the ids
// of what still runs, by id and by name: a create that was not answered is known by its name alone.
func (a *app) mySessions(c *backendai.Client, live map[string]string) (map[string]owned, error) {
	runs, err := a.runs()
	byID := map[string]owned{}
	for _, run := range runs {
		var gone []journal.Entry
		for _, e := range run.Entries {
			if !isSession(e) || e.Server != c.Place() || e.User != c.Owner() {
				continue
			}
			switch id := live[sessionRef(e)]; {
			case id != "" && (e.InstanceID != "" || strings.HasPrefix(sessionRef(e), ownName)):
				byID[id] = owned{run, e}
			case e.InstanceID != "":
				gone = append(gone, e)
			}
		}
		if len(gone) > 0 && !run.Alive {
			_ = run.Settle(gone) // the next look will try again
		}
	}
	return byID, err
}

// mineWord is how a list shows who looks after a session.
func mineWord(m owned, known bool) string {
	if !known {
		return ""
	}
	return m.keeper("kept")
}

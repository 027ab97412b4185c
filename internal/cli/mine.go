package cli

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/pie"
)

// owned is an instance that this host has launched, with the run that did.
type owned struct {
	run   journal.Run
	entry journal.Entry
}

// keeper says in two words who looks after it; letGo is the word for what a run has let go of on purpose.
func (m owned) keeper(letGo string) string {
	switch {
	case m.entry.Detached:
		return letGo
	case m.run.Alive:
		return fmt.Sprintf("run %d", m.run.PID)
	}
	return "left over"
}

// runs reads the journals of this host.
func (a *app) runs() ([]journal.Run, error) {
	dir, err := journal.Dir(a.env.Getenv)
	if err != nil {
		return nil, err
	}
	return journal.Runs(dir, clock.System{}.Now())
}

// mine is what this host has launched on the server at address: those with an id by that, and the launches that were
// never answered.
func (a *app) mine(address string) (byID map[string]owned, unanswered []owned, err error) {
	runs, err := a.runs()
	byID = map[string]owned{}
	for _, run := range runs {
		for _, e := range run.Entries {
			switch {
			case !sameServer(e.Server, address) || e.Claimed:
			case e.InstanceID != "":
				byID[e.InstanceID] = owned{run, e}
			case !run.Alive:
				unanswered = append(unanswered, owned{run, e})
			}
		}
	}
	return byID, unanswered, err
}

// forget takes what does not run any more out of the journals of dead runs, as far as the list of a server can tell.
func (a *app) forget(client *pie.Client, list []pie.Info) {
	if f := client.Features(); !f.ListComplete && len(list) >= pie.ListedMost {
		return
	}
	runs, err := a.runs()
	if err != nil {
		return
	}
	for _, run := range runs {
		gone := slices.DeleteFunc(slices.Clone(run.Entries), func(e journal.Entry) bool {
			return e.InstanceID == "" || !sameServer(e.Server, client.Info().URI) || !sameOwner(client, e) || listed(list, e.InstanceID)
		})
		if len(gone) > 0 && !run.Alive {
			_ = run.Settle(gone) // the next look will try again
		}
	}
}

// sayUnanswered tells of launches that nobody knows the outcome of.
func (a *app) sayUnanswered(list []owned) {
	for _, m := range list {
		a.say("a launch of %s on %s at %s was not answered before its run died: it may run, under an id that nobody here knows (pierun ps)",
			m.entry.Program, m.entry.Server, m.entry.At.Local().Format("2 Jan 15:04:05"))
	}
}

// sameServer says whether two addresses are those of one server, however they are written: with and without the path
// that a generation wants, the default port, or the scheme.
func sameServer(a, b string) bool { return serverKey(a) == serverKey(b) }

func serverKey(address string) string {
	if !strings.Contains(address, "://") {
		address = "ws://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "wss":
		port = "443"
	default:
		port = "80"
	}
	path := strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/v1/ws")
	return strings.ToLower(u.Hostname()) + ":" + port + path
}

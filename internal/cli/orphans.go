package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// orphans are what a dead run of this host left on one server, sorted by what is to be done about them.
type orphans struct {
	run     journal.Run
	running []journal.Entry // to be ended
	waiting []journal.Entry // ended, with a result that the server keeps
	gone    []journal.Entry
	unknown []journal.Entry // launches that were never answered
	held    []journal.Entry // somebody else receives from them
}

// endOrphans ends what dead runs of this host left behind on the server of a client that has just connected, and says
// so in one line a run. What was launched detached, what a living run looks after, and what was launched as somebody
// else stays as it is. It waits for the server, no longer than ctx.
func (a *app) endOrphans(ctx context.Context, client *pie.Client) {
	address := client.Info().URI
	if isEmbedded(address) {
		return
	}
	runs, err := a.runs()
	if err != nil {
		return // doctor tells why
	}
	a.forgetLetGo(ctx, client, runs)
	for _, run := range journal.Orphans(runs) {
		run.Entries = slices.DeleteFunc(run.Entries, func(e journal.Entry) bool {
			return !sameServer(e.Server, address) || !sameOwner(client, e)
		})
		if len(run.Entries) > 0 && ctx.Err() == nil {
			a.endRun(ctx, client, run)
		}
	}
}

// forgetLetGo looks whether what dead runs have let go of still runs, so that their journals do not stay for ever.
func (a *app) forgetLetGo(ctx context.Context, client *pie.Client, runs []journal.Run) {
	letGo := func(e journal.Entry) bool { return e.Detached && sameServer(e.Server, client.Info().URI) }
	if !slices.ContainsFunc(runs, func(run journal.Run) bool { return !run.Alive && slices.ContainsFunc(run.Entries, letGo) }) {
		return
	}
	if list, err := client.List(ctx); err == nil {
		a.forget(client, list)
	}
}

// sameOwner says whether the client may speak for whoever launched the entry.
func sameOwner(client *pie.Client, e journal.Entry) bool {
	return e.User == "" || e.User == client.Info().User || client.Features().SharedUser
}

// endRun deals with one dead run.
func (a *app) endRun(ctx context.Context, client *pie.Client, run journal.Run) {
	found, err := sortOut(ctx, client, run)
	if err != nil {
		a.say("what pierun %d left on the server was not found: %v", run.PID, err)
		return
	}
	list := make([]pie.Info, len(found.running))
	for i, e := range found.running {
		list[i] = pie.Info{InstanceID: e.InstanceID, Attached: pie.False}
	}
	dealt, failed := slices.Concat(found.gone, found.waiting, found.unknown), 0
	for i, e := range terminate(ctx, client, list) {
		if e.err != nil {
			failed, err = failed+1, e.err
			continue
		}
		dealt = append(dealt, found.running[i])
	}
	sweep(ctx, client, list)
	a.sayOrphans(found, failed, err)
	if err := run.Settle(dealt); err != nil {
		a.say("the journal of what this host has launched cannot be kept: %v", err)
	}
}

// sayOrphans is the one line about a dead run, and one for what it could not do.
func (a *app) sayOrphans(o orphans, failed int, why error) {
	whose := fmt.Sprintf("left over from pierun %d, which died", o.run.PID)
	var parts []string
	if n := len(o.running) - failed; n > 0 {
		parts = append(parts, fmt.Sprintf("terminated %s", counted(o.running, n)))
	}
	if len(o.waiting) > 0 {
		parts = append(parts, fmt.Sprintf("%s had ended, whose results wait (pierun attach %s)", counted(o.waiting, len(o.waiting)), cut(o.waiting[0].InstanceID, shortID)))
	}
	if len(o.unknown) > 0 {
		parts = append(parts, fmt.Sprintf("%s may run: the launch was not answered (pierun ps)", counted(o.unknown, len(o.unknown))))
	}
	if len(o.held) > 0 {
		parts = append(parts, fmt.Sprintf("%s left alone, since somebody is attached", counted(o.held, len(o.held))))
	}
	if len(parts) > 0 {
		a.say("%s: %s", whose, strings.Join(parts, "; "))
	}
	if failed > 0 {
		a.say("%s: %d could not be terminated and may still be running: %v", whose, failed, why)
	}
}

// counted is "3 instances (2 × chat@0.1.0, echo@0.1.0)".
func counted(entries []journal.Entry, n int) string {
	var names []string
	count := map[string]int{}
	for _, e := range entries {
		if count[e.Program]++; count[e.Program] == 1 {
			names = append(names, e.Program)
		}
	}
	for i, name := range names {
		if count[name] > 1 {
			names[i] = fmt.Sprintf("%d × %s", count[name], name)
		}
	}
	if len(names) > 3 {
		names = append(names[:3], "…")
	}
	if n == 1 {
		return "1 instance (" + names[0] + ")"
	}
	return fmt.Sprintf("%d instances (%s)", n, strings.Join(names, ", "))
}

// A server may notice the end of a dead run's connection a little later than we ask.
const (
	heldFirst = 50 * time.Millisecond
	heldMost  = 800 * time.Millisecond
)

// sortOut asks the server what became of a dead run's launches. What somebody is attached to is asked about again for
// a moment: the server may not have noticed yet that the run is dead.
func sortOut(ctx context.Context, client *pie.Client, run journal.Run) (orphans, error) {
	for pause := heldFirst; ; pause *= 2 {
		list, err := client.List(ctx)
		if errors.Is(err, pie.ErrUnsupported) { // such servers end everything with its connection
			return orphans{run: run, gone: run.Entries}, nil
		}
		if err != nil {
			return orphans{}, err
		}
		found := sorted(run, list, client.Features())
		if len(found.held) == 0 || pause > heldMost {
			return found, nil
		}
		select {
		case <-ctx.Done():
			return found, nil
		case <-time.After(pause):
		}
	}
}

func sorted(run journal.Run, list []pie.Info, f wire.Features) orphans {
	byID := make(map[string]pie.Info, len(list))
	for _, in := range list {
		byID[in.InstanceID] = in
	}
	o := orphans{run: run}
	for _, e := range run.Entries {
		in, there := byID[e.InstanceID]
		switch {
		case e.InstanceID == "" && f.KillsOnClose:
			o.gone = append(o.gone, e)
		case e.InstanceID == "":
			o.unknown = append(o.unknown, e)
		case !there && f.ListComplete:
			o.gone = append(o.gone, e)
		case in.State == "finished":
			o.waiting = append(o.waiting, e)
		case in.Attached == pie.True:
			o.held = append(o.held, e)
		default: // a list that may be cut leaves it to the terminate to say
			o.running = append(o.running, e)
		}
	}
	return o
}

// sweep claims the ends of what was terminated and had nobody attached: servers that keep them keep them for ever
// otherwise.
func sweep(ctx context.Context, client *pie.Client, list []pie.Info) {
	if f := client.Features(); !f.AttachProbe || !f.DetachedResult {
		return
	}
	for _, in := range list {
		if in.Attached != pie.False {
			continue
		}
		if i, err := client.Attach(ctx, in.InstanceID); err == nil {
			i.Discard()
		}
	}
}

func isEmbedded(address string) bool { return strings.HasPrefix(address+"/", embeddedServer+"/") }

package cli

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/pie"
)

// tried is what came of a last try to end an instance.
type tried struct {
	entry journal.Entry
	ending
}

// lastTry ends, over a connection of its own, what this run has launched on the server of the command line and was not
// seen to end: the connection that launched it was lost, or had stopped answering, or the server says yes and goes on
// with it. It takes no longer than the grace. Nothing is dialled, and no key is looked for, when nothing is open.
func (a *app) lastTry(again func() *connection, open []journal.Entry, kept pie.Journal, grace time.Duration) []tried {
	open = slices.DeleteFunc(open, func(e journal.Entry) bool { return e.Detached || e.Claimed || e.InstanceID == "" })
	if len(open) == 0 {
		return nil
	}
	server := again()
	open = slices.DeleteFunc(open, func(e journal.Entry) bool { return !sameServer(e.Server, server.cfg.URI) })
	if len(open) == 0 {
		server.close()
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	server.cfg.Journal = kept
	return tryToEnd(ctx, server, open)
}

// tryToEnd connects once and ends them all.
func tryToEnd(ctx context.Context, server *connection, open []journal.Entry) []tried {
	outcome, list := make([]tried, len(open)), make([]pie.Info, len(open))
	for i, e := range open {
		outcome[i].entry, list[i] = e, pie.Info{InstanceID: e.InstanceID}
	}
	err := server.with(ctx, func(ctx context.Context, client *pie.Client) error {
		for i, e := range terminate(ctx, client, list) {
			outcome[i].ending = e
		}
		return nil
	})
	for i := range outcome {
		outcome[i].err = cmp.Or(outcome[i].err, err)
	}
	return outcome
}

// after is a report with what came of the last try: what is gone after all needs no mention, what is not may still run.
func after(r luabind.Report, last []tried) luabind.Report {
	r.Unconfirmed = slices.Clone(r.Unconfirmed)
	for _, t := range last {
		same := func(i luabind.LeftInstance) bool { return i.ID == t.entry.InstanceID }
		switch {
		case t.err == nil:
			r.Unconfirmed = slices.DeleteFunc(r.Unconfirmed, same)
		case !slices.ContainsFunc(r.Unconfirmed, same):
			r.Unconfirmed = append(r.Unconfirmed, t.left(r.Ended))
		}
		if t.err == nil && !t.there {
			r.Without(t.entry.InstanceID)
		}
	}
	return r
}

// left is the instance as a report names it; ended has the lines of those that the end of the script terminated.
func (t tried) left(ended []luabind.LeftInstance) luabind.LeftInstance {
	left := luabind.LeftInstance{ID: t.entry.InstanceID, Program: t.entry.Program, Why: t.err.Error()}
	if i := slices.IndexFunc(ended, func(e luabind.LeftInstance) bool { return e.ID == left.ID }); i >= 0 {
		left.Where = ended[i].Where
	}
	return left
}

package cli

import (
	"context"
	"slices"
	"time"

	"github.com/pierun/pierun/internal/journal"
	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/pie"
)

// lastTry ends, over a connection of its own, what this run has launched on the server of the command line and was not
// seen to end: the connection that launched it was lost, or had stopped answering. It gives the ids that are gone, with
// whether they were there still, and takes no longer than the grace. Nothing is dialled, and no key is looked for, when
// nothing is open.
func (a *app) lastTry(again func() *connection, open []journal.Entry, kept pie.Journal, grace time.Duration) map[string]bool {
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
	gone := map[string]bool{}
	_ = server.with(ctx, func(ctx context.Context, client *pie.Client) error { // the report says what is not confirmed
		list := make([]pie.Info, len(open))
		for i, e := range open {
			list[i] = pie.Info{InstanceID: e.InstanceID}
		}
		for i, e := range terminate(ctx, client, list) {
			if e.err == nil {
				gone[list[i].InstanceID] = e.there
			}
		}
		return nil
	})
	return gone
}

// without leaves out of a report what is gone after all.
func without(r luabind.Report, gone map[string]bool) luabind.Report {
	r.Unconfirmed = slices.DeleteFunc(slices.Clone(r.Unconfirmed), func(i luabind.LeftInstance) bool {
		there, is := gone[i.ID]
		if is && !there {
			r.Without(i.ID)
		}
		return is
	})
	return r
}

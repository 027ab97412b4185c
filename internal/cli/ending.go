package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pierun/pierun/pie"
)

// ending is what came of one terminate.
type ending struct {
	there bool
	err   error
}

const (
	endingAtOnce = 32 // terminations under way at a time
	confirmFor   = 2 * time.Second
)

// terminate ends instances, some at a time, and makes sure that they are gone as far as the server's list can tell.
func terminate(ctx context.Context, client *pie.Client, list []pie.Info) []ending {
	ended := make([]ending, len(list))
	places := make(chan struct{}, endingAtOnce)
	var all sync.WaitGroup
	for i, in := range list {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			ended[i].there, ended[i].err = client.Terminate(ctx, in.InstanceID)
		})
	}
	all.Wait()
	confirm(ctx, client, list, ended)
	return ended
}

// confirm notes which of those that were ended may still run.
func confirm(ctx context.Context, client *pie.Client, list []pie.Info, ended []ending) {
	limit, cancel := context.WithTimeout(ctx, confirmFor)
	defer cancel()
	for _, u := range client.Confirm(limit) {
		if i := slices.IndexFunc(list, func(in pie.Info) bool { return in.InstanceID == u.InstanceID }); i >= 0 {
			ended[i].err = u.Err
		}
	}
}

func listed(list []pie.Info, id string) bool {
	return slices.ContainsFunc(list, func(in pie.Info) bool { return in.InstanceID == id })
}

func (a *app) tellEnding(name string, e ending) {
	name = inLine(name)
	switch {
	case errors.Is(e.err, pie.ErrLost) || errors.Is(e.err, pie.ErrTimeout):
		a.fail(fmt.Sprintf("%s: NOT confirmed, it may still be running: %v", name, e.err))
	case e.err != nil:
		a.fail(fmt.Sprintf("%s: not ended: %v", name, e.err))
	case !e.there:
		a.say("%s: had ended before", name)
	default:
		_, _ = fmt.Fprintf(a.env.Stdout, "terminated %s\n", name)
	}
}

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
	confirmEvery = 50 * time.Millisecond
)

// terminate ends instances, some at a time, and makes sure that they are gone where the server's list can tell.
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
	if client.Features().ListComplete {
		confirm(ctx, client, list, ended)
	}
	return ended
}

// confirm looks until none of those that were ended is listed any more, and says which still are.
func confirm(ctx context.Context, client *pie.Client, list []pie.Info, ended []ending) {
	limit, cancel := context.WithTimeout(ctx, confirmFor)
	defer cancel()
	for {
		running, err := client.List(limit)
		left := 0
		for i, in := range list {
			if ended[i].err == nil && ended[i].there && err == nil && listed(running, in.InstanceID) {
				left++
			}
		}
		if left == 0 {
			return
		}
		select {
		case <-limit.Done():
			for i, in := range list {
				if ended[i].err == nil && listed(running, in.InstanceID) {
					ended[i].err = errors.New("the server said yes, and still lists it")
				}
			}
			return
		case <-time.After(confirmEvery):
		}
	}
}

func listed(list []pie.Info, id string) bool {
	return slices.ContainsFunc(list, func(in pie.Info) bool { return in.InstanceID == id })
}

func (a *app) tellEnding(name string, e ending) {
	switch {
	case e.err != nil:
		a.fail(fmt.Sprintf("%s: not ended: %v", name, e.err))
	case !e.there:
		a.say("%s: had ended before", name)
	default:
		_, _ = fmt.Fprintf(a.env.Stdout, "terminated %s\n", name)
	}
}

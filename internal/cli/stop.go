package cli

import (
	"context"
	"errors"
	"time"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/internal/journal"
)

// errOverdue says that a cleanup did not keep to its bound.
var errOverdue = errors.New("the cleanup is overdue")

// closing is what a cleanup may take beyond the grace: the grace bounds each part of it (deferred functions, then the
// instances, then the clients), not their sum.
const closing = 10 * time.Second

// announce tells a person, at the moment it happens, that the run is being ended from outside. The function that it
// returns ends the watch, after which nothing more is printed.
func (a *app) announce(ctx context.Context) (done func()) {
	printed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(printed)
		var why *Stop
		if !errors.As(context.Cause(ctx), &why) {
			return
		}
		if why.Code == exitInterrupt {
			a.say("%s: ending what runs; once more to leave at once", why.What)
			return
		}
		a.say("%s: ending what runs", why.What)
	})
	return func() {
		if !stop() {
			<-printed
		}
	}
}

// bounded runs f on a goroutine and waits for it; once ctx has ended only for its cleanup, three times the grace
// and a little more. It returns errOverdue when that has passed; the process is about to end then.
func (a *app) bounded(ctx context.Context, grace time.Duration, f func() error) error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
	}
	limit := time.NewTimer(3*grace + closing)
	defer limit.Stop()
	select {
	case err := <-result:
		return err
	case <-limit.C:
		return errOverdue
	}
}

// overdue ends a run whose cleanup hangs.
func (a *app) overdue(ctx context.Context, open []journal.Entry) error {
	a.fail("the cleanup did not end in time; what this run had launched may still be running on the server")
	a.sayOpen(open)
	return status(codeOf(context.Cause(ctx)))
}

// embeddedServer is how the script host calls the engine in this process. What runs there ends with the process, so
// the journal does not keep it.
const embeddedServer = "ws://embedded"

// journal keeps what this run launches. Without a place for it the run goes on, and says so if it comes to that.
func (a *app) journal() *journal.Journal {
	dir, err := journal.Dir(a.env.Getenv)
	unwritten := func(err error) {
		a.say("what this run launches is not written down, so a crash would leave it running: %v", err)
	}
	if err != nil {
		dir = ""
		reason := err
		unwritten = func(error) {
			a.say("what this run launches is not written down, so a crash would leave it running: %v", reason)
		}
	}
	return journal.New(journal.Config{
		Dir: dir, Now: clock.System{}.Now, Failed: unwritten,
		Skip: isEmbedded,
	})
}

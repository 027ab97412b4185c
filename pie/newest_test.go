package pie_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
)

// Launches of a bare name share one look-up, and its answer for a moment: each of thousands asked for a list of the others.
func TestLaunchesShareTheNewestVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		answer := make(chan struct{})
		c := dial(t, serve(t, "process-0.4"), func(cfg *pie.Config) {
			cfg.Newest = func(_ context.Context, name string) (string, error) {
				if asked.Add(1); name != "noop" {
					return "", program.ErrNotFound
				}
				<-answer
				return "0.1.0", nil
			}
		})
		var all sync.WaitGroup
		launchAll := func() {
			for range 50 {
				all.Go(func() { collect(t, launch(t, c, pie.Launch{Program: "noop"})) })
			}
		}
		launchAll()
		synctest.Wait() // all of them ask
		close(answer)
		all.Wait()
		launchAll()
		all.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		if _, ok := c.Begin(&pie.Launch{Program: "noop"}, func(*pie.Instance, error) {}); !ok {
			t.Error("a name whose version is known was not begun at once")
		}
		time.Sleep(time.Minute) // virtual: what was found holds no longer
		launchAll()
		all.Wait()
		if n := asked.Load(); n != 2 {
			t.Errorf("asked %d times, a minute later", n)
		}
		for range 2 {
			if _, err := c.Launch(soon(t), pie.Launch{Program: "nonesuch"}); err == nil {
				t.Error("there is no such program")
			}
		}
		if n := asked.Load(); n != 4 {
			t.Errorf("a failed look-up was kept: asked %d times", n)
		}
	})
}

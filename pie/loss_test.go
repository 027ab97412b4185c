package pie_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
)

// TestWorkerThatBreaks: a released worker keeps for others what a client closed, and not what broke; our own engine does
// both, and says that it is ours. What the client says of an instance is what an attach comes to.
func TestWorkerThatBreaks(t *testing.T) {
	for name, keeps := range map[string]bool{"as released": false, "our own": true} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { breaks(t, keeps) }) })
	}
}

func breaks(t *testing.T, keeps bool) {
	e := serveAs(t, engine.Config{Dialect: known(t, "worker-0.5"), KeepResults: keeps})
	c, closed := dial(t, e, nil), dial(t, e, nil)
	if c.Info().Simulated != pie.True {
		t.Errorf("simulated: %s", c.Info().Simulated)
	}
	if result, _ := c.Supports("detached_result"); result != keeps {
		t.Errorf("results are kept: %v", result)
	}
	broken, left := launch(t, c, pie.Launch{Program: "echo"}), launch(t, closed, pie.Launch{Program: "echo"})
	closed.Close(context.Background())
	e.CutConnections()
	synctest.Wait() // the engine knows it, too
	if _, err := collect(t, broken); err == nil {
		t.Error("it has not broken")
	}
	tell := func(i *pie.Instance, want bool) {
		var lost *pie.Error
		if !errors.As(i.Failure(), &lost) || lost.Kind != pie.KindLost || lost.Attachable != want || lost.Hint == "" {
			t.Errorf("want attachable %v: %#v", want, i.Failure())
		}
		a, err := dial(t, e, nil).Attach(soon(t), i.ID())
		if (err == nil) != want {
			t.Errorf("attach: %v", err)
		}
		if err == nil {
			say(t, a, "bye")
		}
	}
	tell(left, true)
	tell(broken, keeps)
}

package pie_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// ending is how a fake server ends what it runs.
type ending struct {
	answer string        // to a terminate; "": yes
	event  time.Duration // after which the end is told; 0: never
	listed time.Duration // for which the list goes on to have it
	silent bool          // it gives no list
	finish bool          // what is listed has ended, and waits for somebody to take its end
}

// serve answers one connection.
func (e ending) serve(c *fakeConn) {
	var asked time.Time
	for cmd := range c.commands() {
		switch cmd.Kind {
		case wire.Launch, wire.LaunchRegistry:
			c.yes(cmd, idA)
		case wire.Terminate:
			asked = time.Now()
			e.terminate(c, cmd)
		case wire.List:
			e.list(c, cmd, time.Since(asked))
		default:
			c.yes(cmd, "Authenticated (Engine disabled authentication)")
		}
	}
}

func (e ending) terminate(c *fakeConn, cmd *wire.Command) {
	if e.answer != "" {
		c.no(cmd, e.answer)
	} else {
		c.yes(cmd, "")
	}
	if e.event > 0 {
		time.Sleep(e.event)
		c.tell(wire.Event{Kind: wire.Aborted, ID: []byte(idA)})
	}
}

func (e ending) list(c *fakeConn, cmd *wire.Command, since time.Duration) {
	rows := infos([]string{idA})
	switch {
	case e.silent:
		return
	case since >= e.listed:
		rows = nil
	case e.finish:
		rows[0].State = "finished"
	}
	c.tell(wire.Event{Kind: wire.Listing, For: wire.List, Corr: cmd.Corr, OK: true, Instances: rows})
}

const forEver = time.Hour

// TestTerminationIsConfirmed: by the end that is told, else by the list, else it stays open in the journal and is said to
// be unconfirmed. A server's answer alone is believed nowhere.
func TestTerminationIsConfirmed(t *testing.T) {
	const all = "instance-hash instance-0.2 process-0.3 process-0.4 worker-0.5"
	for name, test := range map[string]struct {
		ending
		generations string
		unconfirmed string        // a part of the error; "": there is none
		within      time.Duration // closing takes no longer
	}{
		"the end is told":        {ending{event: time.Millisecond, silent: true}, all, "", 100 * time.Millisecond},
		"told a little later":    {ending{event: 100 * time.Millisecond, listed: forEver}, all, "", 300 * time.Millisecond},
		"never told, not listed": {ending{}, all, "", 200 * time.Millisecond},
		"listed for a moment":    {ending{listed: 400 * time.Millisecond}, all, "", 800 * time.Millisecond},
		"listed as finished":     {ending{listed: forEver, finish: true}, "instance-0.2", "", 200 * time.Millisecond},
		"stuck":                  {ending{listed: forEver}, all, "the server said yes, and still lists it", 2 * time.Second},
		"not known, and listed":  {ending{listed: forEver, answer: "Process not found"}, all, "the server does not know the instance, and still lists it", 2 * time.Second},
		"no list":                {ending{silent: true}, all, "there is no list that would show whether it has", 2 * time.Second},
		"ends with the client":   {ending{listed: forEver}, "gateway-0.5", "", 100 * time.Millisecond},
	} {
		for _, generation := range strings.Fields(test.generations) {
			t.Run(generation+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f, g := newFake(t, generation, test.serve), &gate{}
					c := f.dial(func(cfg *pie.Config) { cfg.Journal = g })
					i := launch(t, c, pie.Launch{Program: "p@1.0.0", Hash: hashOf(generation)})
					if _, err := i.End(t.Context()); err != nil {
						t.Fatal(err)
					}
					began := time.Now()
					c.Close(context.Background())
					if took := time.Since(began); took > test.within {
						t.Errorf("closing took %v", took)
					}
					left := c.Unconfirmed()
					if ended := strings.Contains(g.all(), "ended aaaa"); ended != (test.unconfirmed == "") || ended != (len(left) == 0) {
						t.Errorf("unconfirmed %v; the journal: %s", left, g.all())
					}
					for _, u := range left {
						if u.InstanceID != idA || u.Program != i.Program() || !strings.Contains(u.Err.Error(), test.unconfirmed) {
							t.Errorf("%+v", u)
						}
					}
					f.stop()
				})
			})
		}
	}
}

// hashOf is a program's hash where there are no names.
func hashOf(generation string) string {
	if generation == "instance-hash" {
		return strings.Repeat("ab", 32)
	}
	return ""
}

// TestTerminationOfWhatNobodyReads: what a client has terminated by its id, or because it said too much, is looked for by
// itself, so that a journal does not keep it until the end.
func TestTerminationOfWhatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, g := newFake(t, "process-0.4", ending{listed: time.Second}.serve), &gate{}
		c := f.dial(func(cfg *pie.Config) { cfg.Journal = g })
		if there, err := c.Terminate(t.Context(), idA); !there || err != nil {
			t.Fatal(there, err)
		}
		if g.all() != "" {
			t.Errorf("at once: %s", g.all())
		}
		time.Sleep(3 * time.Second)
		if g.all() != "ended aaaa" {
			t.Errorf("later: %s", g.all())
		}
		c.Close(context.Background())
		f.stop()
	})
}

package conformance_test

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/pierun/pierun/pie"
)

// greetings are about finding, greeting and asking a server.
func greetings() []scenario {
	return []scenario{
		{name: "the generation is found out", play: foundOut},
		{name: "info tells who and where", play: info},
		{name: "ping", play: ping},
		{name: "a hundred pings at once", play: manyPings},
		{name: "login: the name owns what it launches", play: loginName, cannot: func(s *server) string {
			if !fates()[s.generation].list || strings.HasPrefix(s.generation, "gateway") || strings.HasPrefix(s.generation, "worker") {
				return "this generation does not tell who owns what"
			}
			return ""
		}},
		{name: "query: a known subject", play: queryKnown},
		{name: "query: an unknown subject", play: queryUnknown},
		{name: "an hour of silence breaks nothing", play: longIdle, cannot: virtualTimeOnly},
		{name: "a half-open connection is found", play: halfOpen},
	}
}

func foundOut(x *trial) {
	c := x.client(func(cfg *pie.Config) { cfg.Dialect = "auto" })
	want := x.generation
	if want == "gateway-0.6" {
		want = "gateway-0.5" // nothing tells them apart
	}
	x.equal("generation", c.Info().Dialect, want)
	if _, err := c.Ping(x.soon()); err != nil {
		x.Error(err)
	}
}

func info(x *trial) {
	c := x.client()
	in := c.Info()
	x.equal("user", in.User, "conformance")
	x.equal("generation", in.Dialect, x.generation)
	if !strings.HasPrefix(in.URI, x.uri) {
		x.Errorf("URI %s, want one at %s", in.URI, x.uri)
	}
	simulated, err := c.Simulated(x.soon())
	if err != nil || simulated != (x.engine != nil) {
		x.Errorf("simulated: %v, %v", simulated, err)
	}
}

func ping(x *trial) {
	c := x.client()
	for range 3 {
		if took, err := c.Ping(x.soon()); err != nil || took < 0 {
			x.Errorf("%v %v", took, err)
		}
	}
}

func manyPings(x *trial) {
	c := x.client()
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, err := c.Ping(x.soon()); err != nil {
				x.Error(err)
			}
		})
	}
	all.Wait()
}

func loginName(x *trial) {
	c := x.client(func(cfg *pie.Config) { cfg.User = "ada" })
	i := x.launch(c, "recv")
	list, err := c.List(x.soon())
	if err != nil || len(list) != 1 || list[0].User != "ada" || list[0].InstanceID != i.ID() {
		x.Errorf("%+v %v", list, err)
	}
}

func queryKnown(x *trial) {
	got, err := x.client().Query(x.soon(), "model_status", "")
	if err != nil || got == "" {
		x.Errorf("%q %v", got, err)
	}
}

// queryUnknown is never answered by old servers: the deadline answers it, and the connection goes on.
func queryUnknown(x *trial) {
	c := x.client(func(cfg *pie.Config) { cfg.RequestTimeout = time.Second })
	_, err := c.Query(x.soon(), "no such subject", "")
	x.refused("query", err, pie.ErrTimeout, pie.ErrRefused)
	if _, err := c.Ping(x.soon()); err != nil {
		x.Error(err)
	}
}

func longIdle(x *trial) {
	c := x.client(func(cfg *pie.Config) { cfg.Liveness = 0 })
	i := x.launch(c, "echo:1", "ret:done")
	time.Sleep(time.Hour) // virtual
	if i.Settled() {
		x.Fatal(i.Failure())
	}
	x.equal("answer", x.ask(i, "still there?"), "echo still there?")
	x.ends(i, pie.Completed)
}

func halfOpen(x *trial) {
	c, w := x.wired(func(cfg *pie.Config) { cfg.Liveness = time.Second })
	i := x.launch(c, "out:before", "recv")
	if c.Features().Stdout {
		x.next(i, pie.Stdout)
	}
	began := time.Now()
	w.stall()
	_, err := x.all(i)
	var e *pie.Error
	if !errors.As(err, &e) || e.Kind != pie.KindLost || e.Running != pie.Unknown {
		x.Errorf("after the stall: %#v", err) // the server may not have noticed
	}
	if took := time.Since(began); x.place == inMemory && took > time.Second {
		x.Errorf("found after %v", took)
	}
	_, err = c.Ping(x.soon())
	x.refused("ping", err, pie.ErrLost)
}

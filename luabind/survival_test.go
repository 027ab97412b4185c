package luabind_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/transcript"
	"github.com/pierun/pierun/pie/engine"
)

// work is a flow with a bit of everything: conversations, streams, files, nested scopes, waits.
const work = `
local jobs = {
  function()
    local inst = pie.launch("echo")
    for i = 1, 4 do
      inst:send("message " .. i)
      inst:recv_message()
      task.sleep(math.random())
    end
    inst:send_bytes(("x"):rep(1000))
    inst:recv()
    inst:send("bye")
    inst:wait()
  end,
  function()
    for line in pie.launch("source", { n = 30, rate = 10 }):stream({ by = "line" }) do print(line) end
  end,
  function() pie.run("sleep", { seconds = 4 * math.random() }, { timeout = "1m" }) end,
  function()
    task.scope(function(s)
      for _ = 1, 3 do s:spawn(function() pie.run("text-completion", { prompt = "why", max_tokens = 8 }) task.sleep(1) end) end
    end)
  end,
}
task.spawn(function() task.sleep(8 * math.random()) trouble() end)
flow.map(12, function(i) jobs[i % #jobs + 1]() end, { concurrency = 6 })
`

// talk launches first and talks then: what a launch whose answer is lost has started is known to nobody.
const talk = `
flow.map(10, function()
  local inst = pie.launch("echo")
  task.sleep(1)
  for i = 1, 20 do
    inst:send("message " .. i)
    inst:recv_message()
    task.sleep(math.random())
  end
end)
`

// trouble is one way to fail: Lua that does it from inside, Go that does it from outside at some moment, or a server
// that does it after some message.
type trouble struct {
	name    string
	work    string // what is going on; "": work
	inside  string
	outside func(h *host, cancel context.CancelCauseFunc)
	faults  func(r *rand.Rand) *engine.Faults
}

func troubles() []trouble {
	stop := func(words string) func(*host, context.CancelCauseFunc) {
		return func(_ *host, cancel context.CancelCauseFunc) { cancel(errors.New(words)) }
	}
	return []trouble{
		{name: "Lua error", inside: `error("boom")`},
		{name: "program exception", inside: `pie.run("fail", { message = "boom" })`},
		{name: "timeout", inside: `task.timeout(0.5, function() pie.run("echo") end)`},
		{name: "cancel", inside: `local t = task.spawn(function() pie.run("echo") end) task.sleep(0.3) t:cancel() t:join()`},
		{name: "server killed", outside: func(h *host, _ context.CancelCauseFunc) { h.engine.Crash() }},
		{name: "connection cut", outside: func(h *host, _ context.CancelCauseFunc) { h.engine.CutConnections() }},
		{name: "half-open connection", work: talk, faults: func(r *rand.Rand) *engine.Faults {
			return &engine.Faults{CutAfter: 20 + r.IntN(100), CutSilently: true, CutTimes: 1}
		}},
		{name: "Ctrl-C", outside: stop("interrupt")},
		{name: "SIGTERM", outside: stop("terminated")},
		{name: "closed standard output", outside: func(h *host, _ context.CancelCauseFunc) {
			h.config.Stdout.(*closable).close()
		}},
	}
}

// closable is a standard output whose reader goes away.
type closable struct {
	transcript.Transcript
	closed atomic.Bool
}

func (c *closable) close() { c.closed.Store(true) }

func (c *closable) Write(p []byte) (int, error) {
	if c.closed.Load() {
		return 0, syscall.EPIPE
	}
	return c.Transcript.Write(p)
}

// seeds is how often each trouble is tried, each time at other moments.
const seeds = 50

// After any trouble, at any moment, the run ends in bounded time, and neither a goroutine (the bubble would not end)
// nor an instance is left.
func TestNothingIsLeftAfterTrouble(t *testing.T) {
	for _, trouble := range troubles() {
		t.Run(trouble.name, func(t *testing.T) {
			for seed := range int64(seeds) {
				bubble(t, func(t *testing.T) { survive(t, trouble, seed) })
			}
		})
	}
}

func survive(t *testing.T, trouble trouble, seed int64) {
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	h := newHost(t, func(h *host, c *engine.Config) {
		h.config.Seed, h.config.Stdout, c.Seed = &seed, &closable{}, seed
		if trouble.faults != nil {
			c.Faults = trouble.faults(r)
		}
	})
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	if trouble.outside != nil {
		moment := time.Duration(r.Int64N(int64(8 * time.Second)))
		defer time.AfterFunc(moment, func() { trouble.outside(h, cancel) }).Stop()
	}
	h.start()
	began := time.Now()
	err := h.rt.RunString(ctx, "work.lua", fmt.Sprintf("function trouble() %s end%s", trouble.inside, cmp.Or(trouble.work, work)))
	if took := time.Since(began); took > 3*time.Minute {
		t.Errorf("seed %d: the run took %v: %v", seed, took, err)
	}
	if left := h.engine.Instances(); len(left) > 0 {
		t.Errorf("seed %d: %d instances are left, %v, %q", seed, len(left), err, h.rt.Report().Lines(false))
	}
	h.stop()
}

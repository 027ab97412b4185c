package luabind_test

import (
	"context"
	"errors"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// faultCase is a script that runs while something goes wrong at a known time. It checks itself.
type faultCase struct {
	name   string
	speaks string // the generation; "": the default
	faults engine.Faults
	after  time.Duration // when the connections are cut; 0: never
	code   string
}

func TestFaults(t *testing.T) {
	for _, c := range slices.Concat(cutConnections(), silentServers(), unansweredCalls(), refusals()) {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := newHost(t, speaking(c.speaks), func(_ *host, e *engine.Config) { e.Faults = &c.faults })
				if c.after > 0 {
					time.AfterFunc(c.after, func() { h.engine.CutConnections() })
				}
				if err := h.run(c.code + "\nprint('fine')"); err != nil || !strings.HasSuffix(h.stdout.String(), "fine\n") {
					t.Errorf("%s%s", h.stdout.String(), h.rt.Describe(err))
				}
			})
		})
	}
}

func cutConnections() []faultCase {
	return []faultCase{
		{name: "a lost instance goes on after attach", after: 2 * time.Second, code: `
			local inst = pie.launch("echo")
			local _, err = try(inst.recv, inst)
			assert(err.kind == "lost" and err.attachable == true and err.running ~= false, tostring(err))
			local again = inst.client:attach_instance(err.instance_id)
			again:send("still here")
			assert(again:recv_message("1s") == "still here")
			assert(inst.client:info().reconnects == 1)`},
		{name: "later commands connect again", after: 2 * time.Second, code: `
			assert(pie.run("noop").event == "Completed")
			task.sleep(3)
			assert(pie.run("noop").event == "Completed")`},
		{name: "without reconnect it stays lost", after: 2 * time.Second, code: `
			local c = pie.connect(nil, { reconnect = false })
			task.sleep(3)
			local _, err = try(c.run, c, "noop")
			assert(err.kind == "lost", tostring(err))`},
		{name: "a run that is lost raises", after: 2 * time.Second, code: `
			local t0 = task.now()
			local _, err = try(pie.run, "puppet", { steps = { { "print", "so far" }, { "sleep", 100 } } })
			assert(err.kind == "lost" and err.result.stdout == "so far" and task.now() - t0 == 2, tostring(err))`},
		{name: "events before the loss come first", after: 1900 * time.Millisecond, code: `
			local inst, seen = pie.launch("source", { n = 20, rate = 5 }), 0
			task.sleep(3)
			local _, err = try(function() for event in inst:events() do seen = seen + 1 end end)
			assert(err.kind == "lost" and seen == 10, seen .. tostring(err))`},
	}
}

func silentServers() []faultCase {
	return []faultCase{
		{name: "a connection that is half open is found", faults: engine.Faults{CutAfter: 3, CutSilently: true, CutTimes: 1}, code: `
			local c = pie.connect(nil, { liveness = "5s" })
			local t0 = task.now()
			local inst = c:launch("source", { n = 100 })
			local _, err = try(inst.wait, inst)
			assert(err.kind == "lost" and task.now() - t0 <= 6, tostring(err) .. task.now())`},
		{name: "an end that the server loses", faults: engine.Faults{LoseEndEvery: 1}, code: `
			local t0 = task.now()
			local _, err = try(pie.run, "puppet", { steps = { { "print", "so far" } } })
			assert(err.kind == "lost" and err.running == false and err.result.stdout == "so far", tostring(err))
			assert(err.hint and task.now() - t0 <= 80, task.now() - t0)`},
		{name: "a launch over a connection that is half open", faults: engine.Faults{CutAfter: 2, CutSilently: true, CutTimes: 1}, code: `
			local c = pie.connect()
			local inst = c:launch("echo")
			inst:send("a") inst:recv_message()
			local kinds = {}
			task.all { function() table.insert(kinds, select(2, try(c.run, c, "noop")).kind) end,
				function() table.insert(kinds, select(2, try(inst.recv, inst)).kind) end }
			assert(kinds[1] == "timeout" and kinds[2] == "lost" and task.now() < 620, table.concat(kinds, " ") .. task.now())
			assert(c:run("noop").event == "Completed")`},
	}
}

// unansweredCalls are calls that have to be ended by their deadlines.
func unansweredCalls() []faultCase {
	return []faultCase{
		{name: "a list that a launch needs first", speaks: "process-0.3", faults: engine.Faults{Mute: []wire.CommandKind{wire.List}}, code: `
			local c = pie.connect(nil, { request_timeout = "2s" })
			local _, err = try(c.launch, c, "noop@0.1.0", nil, { detached = true })
			local words = "nothing was launched, for want of an answer to list before it: no answer within 2s"
			assert(err.kind == "timeout" and err.message == words, tostring(err))`},
		{name: "a launch that is never answered", faults: engine.Faults{Mute: []wire.CommandKind{wire.Launch}}, code: `
			local _, err = try(pie.launch, "noop", nil, { launch_timeout = "3s" })
			assert(err.kind == "timeout" and task.now() == 3 and tostring(err):find("launch_timeout"), tostring(err))
			local _, err = try(pie.run, "noop", nil, { timeout = "2s" })
			assert(err.kind == "timeout" and task.now() == 5, tostring(err))`},
		{name: "a launch that waits for a place", code: `
			local c = pie.connect(nil, { max_instances = 2 })
			local first, second = c:launch("chat"), c:launch("chat")
			local _, err = try(c.launch, c, "noop", nil, { launch_timeout = "3s" })
			local words = "the launch waited for a place among max_instances (2), and got none within launch_timeout (3s)"
			assert(err.kind == "timeout" and err.message == words and err.hint:find("raise max_instances", 1, true), tostring(err))
			_, err = try(c.run, c, "noop", nil, { timeout = "2s" })
			assert(err.message:find("got none within timeout (2s)", 1, true) and task.now() == 5, tostring(err))
			second:terminate()
			assert(c:run("noop", nil, { launch_timeout = "3s" }).event == "Completed")`},
		{name: "one of the launches for the last place", faults: engine.Faults{Mute: []wire.CommandKind{wire.Launch}}, code: `
			local c = pie.connect(nil, { max_instances = 1 })
			local said = {}
			task.settle { function() said[1] = tostring(select(2, try(c.run, c, "noop", nil, { launch_timeout = "3s" }))) end,
				function() task.sleep(1) said[2] = tostring(select(2, try(c.run, c, "noop", nil, { launch_timeout = "1s" }))) end }
			assert(said[1]:find("the launch was not answered within", 1, true) and said[2]:find("got none within", 1, true), table.concat(said, "; "))`},
		{name: "a question that is never answered", faults: engine.Faults{Mute: []wire.CommandKind{wire.Query}}, code: `
			local c = pie.connect(nil, { request_timeout = "4s" })
			local t0 = task.now()
			local _, err = try(c.query, c, "model_status")
			assert(err.kind == "timeout" and task.now() - t0 == 4, tostring(err))`},
		{name: "a terminate that is never answered", faults: engine.Faults{Mute: []wire.CommandKind{wire.Terminate}}, code: `
			local inst = pie.launch("echo")
			local t0 = task.now()
			local _, err = try(inst.terminate, inst)
			assert(err.kind == "timeout" and task.now() - t0 == 10, tostring(err))`},
		{name: "close while the server is silent", faults: engine.Faults{Mute: []wire.CommandKind{wire.Terminate}}, code: `
			local c = pie.connect()
			c:launch("echo")
			c:close()
			assert(task.now() <= 13, task.now())`},
	}
}

func refusals() []faultCase {
	return []faultCase{
		{name: "no room", speaks: "instance-0.2", faults: engine.Faults{StarveEvery: 1}, code: `
			local _, err = try(pie.run, "noop")
			assert(err.kind == "out_of_resources" and err.server:find("OOM") and err.retryable and err.hint, tostring(err))
			assert(err.result.event == "OutOfResources")`},
		{name: "a refused launch", faults: engine.Faults{RefuseEvery: 2}, code: `
			pie.run("noop")
			local _, err = try(pie.run, "noop")
			assert(({ launch = true, refused = true, out_of_resources = true })[err.kind] and err.server, tostring(err))`},
	}
}

// What the server would not confirm is said at the end, and the end comes within the grace. What the embedded engine
// would not confirm ends with it.
func TestUnconfirmedEnds(t *testing.T) {
	const asked = "NOT confirmed: echo ("
	for _, c := range []struct {
		server, begins, why string
		faults              engine.Faults
	}{
		{"ws://served:8080", asked, "", engine.Faults{Mute: []wire.CommandKind{wire.Terminate}}},
		{"ws://served:8080", asked, "the server said yes, and still lists it", engine.Faults{Stuck: true}},
		{"", "", "", engine.Faults{Mute: []wire.CommandKind{wire.Terminate}}},
		{"", "", "", engine.Faults{Stuck: true}},
	} {
		bubble(t, func(t *testing.T) {
			h := newHost(t, func(h *host, e *engine.Config) {
				e.Faults = &c.faults
				h.config.Server, h.config.DialServer, h.config.Dialect = c.server, h.config.Dial, h.config.DialDialect
			})
			began := time.Now()
			if err := h.run("pie.launch('echo')"); err != nil {
				t.Fatal(h.rt.Describe(err))
			}
			if took := time.Since(began); took > 12*time.Second {
				t.Errorf("the end took %v", took)
			}
			lines := strings.Join(h.rt.Report().Lines(false), "\n")
			if c.server == "" {
				lines = strings.Join(h.rt.Report().Lines(true), "\n")
			}
			if !strings.HasPrefix(lines, c.begins) || !strings.Contains(lines, c.why) || strings.Contains(lines, "the end of the script") ||
				c.server != "" && !strings.Contains(lines, "test.lua:1") || c.server == "" && lines != "" {
				t.Errorf("report: %q", lines)
			}
		})
	}
}

// Deferred functions that use up the grace leave none of the releases unanswered.
func TestReleasesHaveTimeOfTheirOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t, func(h *host, _ *engine.Config) {
			h.config.Server, h.config.DialServer, h.config.Dialect = "ws://served:8080", h.config.Dial, h.config.DialDialect
		})
		err := h.run("for _ = 1, 100 do pie.launch('echo') end task.defer(function() task.sleep(60) end)")
		if e := asError(t, err); e.Kind != "timeout" || len(h.rt.Report().Unconfirmed) > 0 {
			t.Errorf("%v, %q", err, h.rt.Report().Lines(true))
		}
	})
}

// Only what the server had still is said to be terminated: not what a server that died has taken with it.
func TestTerminatedIsWhatWasThere(t *testing.T) {
	for name, c := range map[string]struct {
		strike func(*engine.Engine)
		want   string
	}{
		"restarted": {(*engine.Engine).Crash, ""},
		"cut":       {(*engine.Engine).CutConnections, "the end of the script terminated 3 × echo, launched at test.lua:1"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := newHost(t, func(h *host, _ *engine.Config) {
					h.config.Server, h.config.DialServer, h.config.Dialect = "ws://served:8080", h.config.Dial, h.config.DialDialect
				})
				time.AfterFunc(2*time.Second, func() { c.strike(h.engine) })
				err := h.run("for _ = 1, 3 do pie.launch('echo') end task.sleep(4)")
				lines := strings.Join(h.rt.Report().Lines(false), "\n")
				if err != nil || lines != c.want || len(h.engine.Instances()) > 0 {
					t.Errorf("%v, %q", err, lines)
				}
			})
		})
	}
}

// What a client finds out by itself, and no call fails with, is a line on standard error.
func TestWarningsOfTheClient(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t, speaking("process-0.3"))
		err := h.run(`local c = pie.connect()
			local manifest = '[package]\nname = "mine"\nversion = "1.0.0"\n'
			c:upload_program("one", manifest)
			c:upload_program("two", manifest)`)
		want := "pierun: mine@1.0.0: the server had a program of this name and version."
		if err != nil || strings.Count(h.stderr.String(), want) != 1 {
			t.Errorf("%v, on standard error: %q", err, h.stderr.String())
		}
	})
}

// A connection that stays away is told of while a command waits for it, and so is its coming back.
func TestAnOutageIsTold(t *testing.T) {
	bubble(t, func(t *testing.T) {
		began := time.Now()
		h := newHost(t, func(h *host, _ *engine.Config) {
			dial := h.config.Dial
			h.config.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if away := time.Since(began); away >= time.Second && away < 6*time.Second {
					return nil, errors.New("connection refused")
				}
				return dial(ctx, network, addr)
			}
		})
		time.AfterFunc(time.Second, func() { h.engine.CutConnections() })
		if err := h.run(`pie.run("noop") task.sleep(2) pie.run("noop")`); err != nil {
			t.Error(err)
		}
		told := regexp.MustCompile(`^pierun: the connection to embedded is lost; trying again until \d\d:\d\d:\d\d\npierun: connected to embedded again, after \d`)
		if got := h.stderr.String(); !told.MatchString(got) {
			t.Errorf("%q", got)
		}
	})
}

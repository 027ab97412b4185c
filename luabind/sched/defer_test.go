package sched

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
)

func TestDefer(t *testing.T) {
	for name, c := range map[string]struct {
		code string
		log  string
	}{
		"last first": {`scope(function() defer(function() log("a") end) defer(function() log("b") end) log("body") end) log("after")`, "body|b|a|after"},
		"on error":   {`pcall(scope, function() defer(function() wait() log("a") end) error("x") end) log("after")`, "a|after"},
		"on cancel, through pcall": {`
			local k = spawn(function() defer(function() wait() pcall(error) wait() log("clean") end) while true do pcall(forever) end end)
			wait() cancel(k) pcall(join, k) log("after")`, "clean|after"},
		"shielded from an outer cancel": {`
			local k = spawn(function() scope(function() defer(function() log("one") sleep(0.01) log("two") end) end) end)
			wait() sleep(0.001) cancel(k) pcall(join, k) log("after")`, "one|two|after"},
		"children first, then defers, then resources": {`
			scope(function()
				own("thing")
				defer(function() log("defer") end)
				spawn(function() wait() log("child") end)
			end)`, "child|defer|release thing"},
		"an error of a deferred function": {`
			local ok, e = pcall(scope, function() defer(function() log("a") end) defer(function() error("late", 0) end) end)
			log(e)`, "a|late"},
		"the first error wins": {`
			local ok, e = pcall(scope, function() defer(function() error("late", 0) end) error("early", 0) end)
			log(e)`, "early"},
		"hidden by an error before it": {`
			pcall(scope, function() defer(function() log("a") end) defer(function() defer(function() log("inner") end) error("x") end) end)`, "a|inner"},
		"a defer in a defer":   {`scope(function() defer(function() defer(function() log("inner") end) log("outer") end) end)`, "outer|inner"},
		"of the script itself": {`defer(function() wait() log("end") end) own("x") log("main")`, "main|end|release x"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.ok(c.code)
			h.logged(strings.Split(c.log, "|")...)
		})
	}
}

// TestDeferredErrorsAreTold: what another error hides reaches the host.
func TestDeferredErrorsAreTold(t *testing.T) {
	for code, want := range map[string]string{
		`pcall(scope, function() defer(function() error("late", 0) end) error("early", 0) end)`:                                "late",
		`pcall(scope, function() defer(function() error("second", 0) end) defer(function() error("first", 0) end) end)`:        "second",
		`scope(function() local k = spawn(function() defer(function() error("x", 0) end) forever() end) wait() cancel(k) end)`: "x",
		`pcall(scope, function() defer(function() defer(function() error("inner", 0) end) error("outer", 0) end) end)`:         "inner",
		`pcall(scope, function() local e = {} defer(function() error(e) end) error(e) end)`:                                    "",
		`pcall(scope, function() defer(function() error("alone", 0) end) end)`:                                                 "",
		`pcall(scope, function() defer(function() pcall(error, "caught") end) error("early", 0) end)`:                          "",
		`pcall(scope, function() defer(function() os.exit(0) end) error("early", 0) end)`:                                      "",
	} {
		var told []string
		h := newHostWith(t, Config{Unraised: func(e *luavalue.Error) { told = append(told, e.Message) }})
		h.ok(code)
		if got := strings.Join(told, "|"); got != want {
			t.Errorf("%s: told of %q, want %q", code, got, want)
		}
	}
}

// Deferred functions share one grace, and what they leave of it is not all that the releases get.
func TestGrace(t *testing.T) {
	for confirmed, least := range map[string]string{`own("slow", 1)`: "3", `own("never", -1)`: "4"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHostWith(t, Config{Grace: 2 * time.Second})
			h.ok(`
				local began = now()
				local ok, e = pcall(scope, function()
					` + confirmed + `
					defer(function() log("first") end)
					defer(function() while true do pcall(forever) end end)
				end)
				assert(not ok and e.kind == "timeout", tostring(e))
				local took, least = now() - began, ` + least + `
				assert(took >= least and took < least + 0.1, took)`)
			h.logged("first", "release "+h.things[0].name)
		})
	}
}

// A deferred function that defers itself again ends with the grace, on a stack that does not grow.
func TestDeferringWithoutEnd(t *testing.T) {
	h := newHostWith(t, Config{Grace: 20 * time.Millisecond})
	h.ok(`
		local function again() defer(again) end
		local ok, e = pcall(scope, again)
		assert(not ok and e.kind == "timeout" and e.hint:find("--grace", 1, true), tostring(e))
		assert(tostring(e):find("t.lua:2: ", 1, true), tostring(e))`)
}

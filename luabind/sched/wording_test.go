package sched

import "testing"

// A raised value that never finds its words does not keep the run from its end, and tasks that others wait for from
// theirs; one that finds them has them.
func TestErrorsThatNeverFindTheirWords(t *testing.T) {
	const late = " (its __tostring took too long)"
	for code, want := range map[string]string{
		"error(setmetatable({}, {__tostring = function() while true do end end}))":                       "an error value of type table" + late,
		"error(setmetatable({n = 1}, {__tostring = function() repeat pcall(error) until false end}))":    `an error value: {"n":1}`,
		"error(setmetatable({}, {__tostring = function() local function f() f() end f() end}))":          "an error value of type table",
		"error(setmetatable({}, {__tostring = function() for i = 1, 1e5 do end return 'at last' end}))":  "at last",
		"defer(function() error(setmetatable({}, {__tostring = function() while true do end end})) end)": "an error value of type table" + late,
	} {
		if e := newHost(t).fails("script", "", code); e.Message != want {
			t.Errorf("%s: %q", code, e.Message)
		}
	}
}

// Inside of a task the words are as any code: they may wait, and a cancel ends them.
func TestErrorsFindTheirWordsInTheTask(t *testing.T) {
	h := newHost(t)
	h.ok(`local e = setmetatable({}, {__tostring = function() wait() return "waited" end})
		local t = spawn(function() assert(tostring(e) == "waited") end)
		join(t)`)
	h.fails("cancelled", "", `
		local t = spawn(function() tostring(setmetatable({}, {__tostring = function() while true do end end})) end)
		wait() cancel(t) join(t)`)
}

package luabind_test

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/luabind"
)

func TestReportGroupsWhatIsAlike(t *testing.T) {
	at := func(id, where, why string) luabind.LeftInstance {
		return luabind.LeftInstance{ID: id, Program: "echo", Where: where, Why: why}
	}
	r := luabind.Report{
		Ended:       []luabind.LeftInstance{at("a", "f.lua:3", ""), at("b", "f.lua:4", ""), at("c", "f.lua:3", ""), at("d", "f.lua:9", "")},
		Unconfirmed: []luabind.LeftInstance{at("d", "", "lost"), at("e", "", "lost"), at("f", "", "lost"), at("g", "", "lost")},
		Detached:    1,
		Kept:        []luabind.LeftInstance{at("h", "f.lua:9", "goes on")},
	}
	want := []string{
		"NOT confirmed: 4 × echo (d, e, f, …) may still be running: lost",
		"the end of the script terminated 2 × echo, launched at f.lua:3",
		"the end of the script terminated echo (b), launched at f.lua:4",
		"detached: echo (h), launched at f.lua:9: goes on",
	}
	if got := r.Lines(false); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Whatever a script raises, the person is shown where.
func TestWhatIsRaisedHasAPlace(t *testing.T) {
	for code, want := range map[string]string{
		"local function f()\n  error({ code = 7 })\nend\nf()": "test.lua:2: ",
		"\nerror()": "test.lua:2: ",
		"local t = task.spawn(function()\n  error(setmetatable({}, { __tostring = function() return 'words' end }))\nend)\nt:join()": "test.lua:2: words",
		"task.deadline(task.now() + 0.0999996, function() task.sleep(10) end)":                                                       "test.lua:1: timeout: task.deadline: 100ms passed",
		"task.defer(function() task.sleep(10) end)":                                                                                  "test.lua:1: timeout: task.defer: 5s passed",
		"\ntask.defer(function()\ntask.sleep(10) end)\ntask.defer(function() end)":                                                   "test.lua:2: timeout: task.defer: 5s passed",
		"task.timeout('50ms', function() task.sleep(10) end)":                                                                        "test.lua:1: task.timeout: 50ms passed",
		"flow.retry(function() task.sleep(10) end, { timeout = '1s', times = 1 })":                                                   "test.lua:1: timeout: flow.retry: 1s passed",
	} {
		var described string
		bubble(t, func(t *testing.T) {
			h := newHost(t)
			described = h.rt.Describe(h.run(code))
		})
		if !strings.HasPrefix(described, want) || strings.Contains(described, "main chunk") {
			t.Errorf("%s\ngives %s", code, described)
		}
	}
}

// The summary of a map names its first failed row, whichever failed first.
func TestMapNamesItsFirstFailedRow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		err := h.run("flow.map({ 3, 2, 1 }, function(n) task.sleep(n) error('slept ' .. n) end, { ordered = false })")
		if err != nil {
			t.Fatal(h.rt.Describe(err))
		}
		lines := h.rt.Report().Lines(false)
		if len(lines) != 1 || !strings.Contains(lines[0], "3 of 3 rows failed") || !strings.HasSuffix(lines[0], "the first: row 1: test.lua:1: slept 3") {
			t.Errorf("%q", lines)
		}
	})
}

// An error of a deferred function is told even when the scope failed before it.
func TestDeferredErrorIsToldBesideAnother(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		err := h.run("task.scope(function()\n  task.defer(function() error('late') end)\n  error('early')\nend)")
		if err == nil || !strings.Contains(err.Error(), "test.lua:3: early") {
			t.Error(err)
		}
		if want := "pierun: in a deferred function, beside another error: test.lua:2: late\n"; h.stderr.String() != want {
			t.Errorf("%q", h.stderr.String())
		}
	})
}

// What is shown of a file that is no script cannot take command of the terminal, or fill it.
func TestExcerptIsPrintable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHost(t)
		err := h.run("x = \x1b[2J\xff ?" + strings.Repeat("y", 500))
		described := h.rt.Describe(err)
		if strings.ContainsRune(described, 0x1b) || !strings.Contains(described, "x = ·[2J") || len(described) > 400 {
			t.Errorf("%q", described)
		}
	})
}

// A mark of byte order is no part of a script.
func TestScriptWithAByteOrderMark(t *testing.T) {
	if out, err := play(t, "\ufeffprint('read')"); err != nil || out != "read\n" {
		t.Errorf("%q %v", out, err)
	}
	if out, err := play(t, "\ufeff#!/usr/bin/env pierun\nprint('read')"); err != nil || out != "read\n" {
		t.Errorf("%q %v", out, err)
	}
}

func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		name, code string
		want       []string
	}{
		{"syntax", "print('a')\nlocal x = = 2", []string{"test.lua:2", "> ", "local x = = 2", "syntax error"}},
		{"mistake", "local t\nprint(t.x)", []string{"test.lua:2: ", ">    2 | print(t.x)", "   1 | local t"}},
		{"raised", "error('plain words')", []string{"test.lua:1: plain words"}},
		{"kind", "pie.run('fail', {message = 'out of ideas'})", []string{"test.lua:1: exception: ", "the server said: ", "out of ideas", "instance: "}},
		{"hint", "pie.run('noop', {}, {timout = 1})", []string{"usage", "hint: did you mean \"timeout\"?"}},
		{"deep", "local function f() error('x') end\nlocal function g() f() end\ng()", []string{"called from:", "test.lua:2", "test.lua:3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := newHost(t)
				text := h.describe(c.code)
				for _, want := range c.want {
					if !strings.Contains(text, want) {
						t.Errorf("%q is not in:\n%s", want, text)
					}
				}
			})
		})
	}
}

// describe runs code and describes its error.
func (h *host) describe(code string) string {
	err := h.run(code)
	return h.rt.Describe(err)
}

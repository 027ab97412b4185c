package sched

import "testing"

func TestReads(t *testing.T) {
	type reads struct{ global, arguments bool }
	for code, want := range map[string]reads{
		"print(arg[1])": {global: true},
		"return function() return function() return arg end end": {global: true},
		"print(...)": {arguments: true},
		"return ...": {arguments: true},
		"local t = { arg = 'arg' } print(t.arg) arg = 1":                                 {},
		"local arg = 1 print(arg)":                                                       {},
		"function f(...) print(select('#', ...), arg) end":                               {}, // a local of old
		"function f(...) print(...) end":                                                 {},
		"local function f(...) local function g() print('args') end g(...) end print(f)": {},
	} {
		fn := newHost(t).compile(code)
		if got := (reads{Reads(fn, "other", "arg"), ReadsArguments(fn)}); got != want {
			t.Errorf("%s: %+v, want %+v", code, got, want)
		}
	}
}

package sched

import "testing"

// TestCulprits has mistakes and what is said of them; each is the second line of its script.
func TestCulprits(t *testing.T) {
	for code, want := range map[string]string{
		`string.fromat("x")`:                                     "attempt to call string.fromat, which is nil; did you mean string.format?",
		`return string.fromat("x")`:                              "attempt to call string.fromat, which is nil; did you mean",
		`pritn("x")`:                                             "attempt to call pritn, which is nil; did you mean print?",
		`local f f()`:                                            "attempt to call f, which is nil",
		`local t = { a = {} } t.a.b()`:                           "attempt to call t.a.b, which is nil",
		`local t = { send = print } t:sedn()`:                    "attempt to call t:sedn, which is nil; did you mean t:send?",
		`local f = type f({})()`:                                 "attempt to call f(…), which is a string",
		`(nil or nothing)()`:                                     "attempt to call nothing, which is nil",
		`(print and nil)()`:                                      "attempt to call a nil value",
		`for s in string.gmtch("x") do print(s) end`:             "attempt to call string.gmtch, which is nil; did you mean string.gmatch?",
		`local t = {} local k = "x" t[k]()`:                      "attempt to call a nil value",
		`for k in { 1 } do end`:                                  "write pairs(t) or ipairs(t)",
		`for k in nil do end`:                                    "the iterator of this loop, which is nil",
		`local t t.x = 1`:                                        "attempt to index t, which is nil, with key 'x'",
		`local t = {} local x = t.rows[1]`:                       "attempt to index t.rows, which is nil, with key '1'",
		`local t = 5 local function f() return t.x.y end f()`:    "attempt to index t, which is a number",
		`local function f(a, b) local c = 1 return b.x end f(1)`: "attempt to index b, which is nil",
		`for _, row in ipairs{{}} do local x = row.a.b end`:      "attempt to index row.a, which is nil",
		`do local a do local b end end local z, y do local k = 1 end local w w.x = 1`:                               "attempt to index w, which is nil",
		`local c = 1 local function g() end local d, e = g() for i = 1, 2 do if c then c = 5 end local x = d.x end`: "attempt to index d, which is nil",
		`local c = 1 local function g() end local d, e = g() for i = 1, 2 do local h, q = 1 e.x = 1 end`:            "attempt to index e, which is nil",
		`local n print(n + 1)`:                                    "between nil and number: n is nil",
		`local o = { limit = 1 } print(1 + o.limt)`:               "between number and nil: o.limt is nil; did you mean o.limit?",
		`local o = {} print("a" .. "b" .. o.x .. "c")`:            "cannot perform concat operation between nil and string: o.x is nil",
		`local o = {} if o.size < 3 then end`:                     "attempt to compare nil with number: o.size is nil",
		`local o = {} print(#o.list)`:                             "attempt to get the length of o.list, which is nil",
		`local o = {} print(-o.x)`:                                "attempt to negate o.x, which is nil",
		`table.sort({ 2, 1 }, function(a, b) return a < b.x end)`: "attempt to index b, which is a number",
	} {
		t.Run(code, func(t *testing.T) {
			newHost(t).fails("script", want, "\n"+code)
		})
	}
}

// TestConcatenationIsBounded doubles a string: without a bound it takes all memory before anybody can stop it.
func TestConcatenationIsBounded(t *testing.T) {
	e := newHost(t).fails("usage", "limit of 512 MiB", `
		local s = ("x"):rep(2^28)
		s = s .. s .. s`)
	if e.Where != "t.lua:3" {
		t.Error(e.Where)
	}
}

// TestErrorLevels: level 2 is the line of the call.
func TestErrorLevels(t *testing.T) {
	newHost(t).ok(`
		local function check() error("no", 2) end
		local function user()
			check()
		end
		local _, e = pcall(user)
		assert(e:find("^t%.lua:4: no"), e)
		local _, e = pcall(function() error("no") end)
		assert(e:find("^t%.lua:8: no"), e)
		local _, e = pcall(function() error("no", 0) end)
		assert(e == "no", e)`)
}

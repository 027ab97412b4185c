package sched

import (
	"strings"
	"testing"
)

// TestMendedPrograms has correct programs that gopher-lua compiles into wrong ones; each gives true.
func TestMendedPrograms(t *testing.T) {
	for name, code := range map[string]string{
		"swap":                     `local a, b = 1, 2 a, b = b, a return a == 2 and b == 1`,
		"rotation":                 `local a, b, c = 1, 2, 3 a, b, c = c, a, b return a == 3 and b == 1 and c == 2`,
		"fibonacci":                `local a, b = 0, 1 for i = 1, 10 do a, b = b, a + b end return a == 55`,
		"local and field":          `local y, t, x = 5, {} x, t.k = (function() return 1 end)(), y return x == 1 and t.k == 5`,
		"global and field":         `local y, t = 5, {} g, t.k = y + 1, y return g == 6 and t.k == 5`,
		"upvalues":                 `local a, b = 1, 2 local function swap() a, b = b, a end swap() return a == 2 and b == 1`,
		"index before assignment":  `local i, t = 1, {1, 2} i, t[i] = i + 1, 20 return i == 2 and t[1] == 20 and t[2] == 2`,
		"object before assignment": `local a = {x = 0} local b = a a.x, a = 5, nil return b.x == 5 and a == nil`,
		"elements":                 `local t, i, j = {1, 2, 3}, 1, 3 t[i], t[j] = t[j], t[i] return t[1] == 3 and t[3] == 1`,
		"more values than targets": `local a, b = 1 a, b = (function() return 7, 8, 9 end)() return a == 7 and b == 8`,
		"fewer values":             `local a, b = 1, 2 a, b = 3 return a == 3 and b == nil`,
		"a call in the middle":     `local function f() return 1, 2 end local a, b, c a, b, c = f(), f() return a == 1 and b == 1 and c == 2`,
		"varargs into a local":     `return (function(...) local a, b = 1, "kept" a = (...) return a == 7 and b == "kept" end)(7, 8)`,
		"no varargs into a local":  `return (function(...) local a, b = 1, "kept" a = (...) return a == nil and b == "kept" end)()`,
		"break out of a block":     `local keep while true do if true then local y = 1 keep = function() return y end break end end local a, b, c = 7, 8, 9 return keep() == 1`,
		"break out of for":         `local keep for i = 1, 3 do do local y = i keep = function() return y end break end end local a, b, c, d, e, f = 7, 8, 9, 7, 8, 9 return keep() == 1`,
		"break out of pairs":       `local keep for i in pairs{1} do if i then local y = i keep = function() return y end break end end local a, b, c, d, e, f = 7, 8, 9, 7, 8, 9 return keep() == 1`,
		"break out of repeat":      `local keep repeat if true then local y = 4 keep = function() return y end break end until false local a, b, c = 7, 8, 9 return keep() == 4`,
		"break goes on sharing":    `local n = 0 local function add() n = n + 1 end for i = 1, 3 do while true do add() if n then break end end end n = n + 10 add() return n == 14`,
		"break in nested loops":    `local n = 0 for i = 1, 3 do for j = 1, 3 do local f = function() return j end if f() == 2 then break end n = n + 1 end n = n + 10 end return n == 33`,
		"goto continue":            `local n = 0 local function get() return n end for i = 1, 4 do if i == 2 then goto continue end n = n + 1 ::continue:: end n = n + 1 return n == 4 and get() == 4`,
		"goto in a while":          `local n, i = 0, 0 local function get() return n end while i < 4 do i = i + 1 if i % 2 == 0 then goto continue end n = n + i ::continue:: end return get() == 4`,
		"goto backwards":           `local n = 0 local function get() return n end ::top:: n = n + 1 if n < 3 then goto top end return n == 3 and get() == 3`,
		"goto backwards, captured": `local fs, i = {}, 1 ::top:: local y = i fs[i] = function() return y end i = i + 1 if i < 4 then goto top end return fs[1]() == 1 and fs[2]() == 2 and fs[3]() == 3`,
		"goto out of loops":        `local n = 0 local function get() return n end for i = 1, 3 do for j = 1, 3 do n = n + 1 if j == 2 then goto out end end end ::out:: n = n + 1 return get() == 3 and n == 3`,
		"goto out, captured":       `local keep for i = 1, 3 do local y = i keep = function() return y end if i == 2 then goto out end end ::out:: local a, b, c, d, e, f = 7, 8, 9, 7, 8, 9 return keep() == 2`,
		"goto without locals":      `return (function() for i = 1, 2 do local y = i f = function() return y end if y == 1 then goto out end end ::out:: do local a, b, c, d, e, g = 9, 9, 9, 9, 9, 9 end return f() == 1 end)()`,
		"goto in a method":         `local t = {n = 0} function t:run() local function get() return self.n end for i = 1, 3 do if i == 2 then goto next end self.n = self.n + 1 ::next:: end self = {n = 9} return get() == 9 end return t:run()`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.ok("assert((function() " + code + " end)())")
			h.ok("assert((function(p, ...) local before = 1 " + code + " end)(0, 1, 2))")
		})
	}
}

func TestMarksDoNotShow(t *testing.T) {
	h := newHost(t)
	e := h.fails("script", "boom", "local n = 1\nwhile true do\n\tlocal f = function() return n end\n\tif f() then goto out end\nend\n::out::\nerror('boom')")
	if e.Where != "t.lua:7" {
		t.Errorf("where is %q", e.Where)
	}
	_, err := h.Compile(strings.NewReader("local a\nfor i = 1, 2 do\n goto next\n local b\n ::next::\n b = 1\nend"), "t.lua")
	if err == nil || strings.Contains(err.Error(), "26843") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("got %v", err)
	}
}

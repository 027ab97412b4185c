package sched

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestExpressions holds results against those of Lua 5.1.
func TestExpressions(t *testing.T) {
	h := newHost(t)
	for expr, want := range map[string]string{
		`tonumber("1e2")`: "100", `tonumber("1.5e3")`: "1500", `tonumber(" 10 ")`: "10", `tonumber("0x1F")`: "31",
		`tonumber("-0x10")`: "-16", `tonumber("010")`: "10", `tonumber("1_000")`: "nil", `tonumber("inf")`: "nil",
		`tonumber("nan")`: "nil", `tonumber("")`: "nil", `tonumber("-")`: "nil", `tonumber("1e")`: "nil", `tonumber("--1")`: "nil",
		`tonumber("ff", 16)`: "255", `tonumber("zz", 36)`: "1295", `tonumber("8", 8)`: "nil", `tonumber({})`: "nil",
		`tonumber("1e400")`: "inf", `tonumber("0x")`: "nil", `tonumber("5.")`: "5", `tonumber(".5")`: "0.5", `tonumber("1 2")`: "nil",
		`tostring(1e15)`: "1e+15", `tostring(1e14)`: "100000000000000", `tostring(-123456789012345)`: "-123456789012345", `tostring(1234567890123456)`: "1.2345678901235e+15",
		`tostring(2^53)`: "9.007199254741e+15", `tostring(0.1)`: "0.1", `tostring(0.1 + 0.2)`: "0.3", `tostring(-0.0 * 1)`: "-0",
		`tostring(1/0)`: "inf", `tostring(-1/0)`: "-inf", `tostring(0/0)`: "nan", `tostring(math.huge)`: "inf",
		`math.huge > 1e308`: "true", `5 % math.huge`: "5", `tostring(3)`: "3", `1e-5 .. ""`: "1e-05", `(0.1 + 0.2) .. ""`: "0.3",
		`select("#", pcall(setmetatable, 5, {}))`: "2", `(pcall(setmetatable, "s", {}))`: "false", `getmetatable(setmetatable({}, {__metatable = 7}))`: "7",
		`1e15 .. "|" .. 1/0`: "1e+15|inf", `1 .. 2`: "12",
		`string.format("%5d|%-5d|%05d", 42, 42, 42)`: "   42|42   |00042", `string.format("%+d % d", 5, 5)`: "+5  5",
		`string.format("%d", 3.99)`: "3", `string.format("%d", -3.99)`: "-3", `string.format("%d", "10")`: "10",
		`string.format("%x %X %#x %o", 255, 255, 255, 8)`: "ff FF 0xff 10", `string.format("%u", 7)`: "7",
		`string.format("%5.2f|%e|%g|%g", 3.14159, 12345.678, 1e20, 0.1)`: " 3.14|1.234568e+04|1e+20|0.1",
		`string.format("%g %g %G", 100000, 1000000, 1e-10)`:              "100000 1e+06 1E-10", `string.format("%.3g", 0.00012345)`: "0.000123",
		`string.format("%.14g", 2^53)`: "9.007199254741e+15", `string.format("%f", 1/0)`: "inf", `string.format("%5s|%-5s|%.2s", "ab", "ab", "abc")`: "   ab|ab   |ab",
		`string.format("%s %s %s", nil, true, 1.5)`: "nil true 1.5", `string.format("%c%c", 72, 105)`: "Hi", `string.format("100%%")`: "100%",
		`string.format("%5.3d", 7)`: "  007", `string.format("%s", setmetatable({}, {__tostring = function() return "me" end}))`: "me",
		`string.format("%q", 'a "b" \\ \n \0 \r')`:                                                 `"a \"b\" \\ ` + "\\\n" + ` \000 \r"`,
		`loadstring("return " .. string.format("%q", "a\0b\r\n\"\\\200"))() == "a\0b\r\n\"\\\200"`: "true",
		`("äÖ"):upper() .. ("ÄB"):lower()`:                                                         "äÖÄb", `("abc"):rep(3)`: "abcabcabc", `("x"):rep(0)`: "", `("x"):rep(-1)`: "", `("ab"):upper()`: "AB",
		`("hello world"):find("o w")`: "5,7", `("hello"):find("l+")`: "3,4", `("hello"):find("xyz")`: "nil", `("a.b"):find(".", 1, true)`: "2,2",
		`("hello"):find("")`: "1,0", `("hello"):find("", 10)`: "nil", `("hello"):find("h", -10)`: "1,1", `("hello"):find("(l)(l)")`: "3,4,l,l",
		`("key = value"):match("^(%w+)%s*=%s*(%w+)$")`: "key,value", `("2024-01-02"):match("(%d+)-(%d+)-(%d+)")`: "2024,01,02",
		`("abc"):match("()b()")`: "2,3", `("  trim  "):match("^%s*(.-)%s*$") .. "|"`: "trim|", `("THE (quick) fox"):find("%((%a+)%)")`: "5,11,quick",
		`("f(a(b)c)d"):match("%b()")`: "(a(b)c)", `("THE (quick) fox"):gsub("%f[%a]%a+", "X")`: "X (X) X,3", `("aa bb"):match("(%a)%1")`: "a",
		`("abc"):gsub("", "-")`: "-a-b-c-,4", `("hello"):gsub("l", {l = "L"})`: "heLLo,2", `("hello"):gsub("l", "%0%0", 1)`: "helllo,1",
		`("abc"):gsub("%w", "%%%0")`: "%a%b%c,3", `("abc"):gsub("^a", "x")`: "xbc,1", `("$name"):gsub("%$(%w+)", {name = "Lua"})`: "Lua,1",
		`("abc"):gsub("b", function() return nil end)`: "abc,1", `("a,b,,c"):gsub(",", ";")`: "a;b;;c,3", `("x"):gsub("x", "%1")`: "x,1",
		`("[x]"):match("[%]]")`: "]", `("a-z"):match("[a%-z]+")`: "a-z", `("]"):match("[]]")`: "]", `("^"):match("[%^]")`: "^", `("b"):match("[^a]")`: "b",
		`("a\0b"):match("%z")`: "\x00", `#("a\0b"):match(".+")`: "3",
		`table.concat({1, 2.5, "x"}, ", ")`: "1, 2.5, x", `table.concat({}, "x")`: "", `table.concat({1, 2, 3}, "-", 2, 3)`: "2-3",
		`unpack({1, 2, 3})`: "1,2,3", `unpack({1, 2, 3}, 2)`: "2,3", `select("#", unpack({}, 1, 3))`: "3", `select("#", table.unpack({n = 1}))`: "0",
		`os.date("!%Y-%m-%d %H:%M:%S %j %p %%", 0)`: "1970-01-01 00:00:00 001 AM %", `os.date("!%c", 0)`: "Thu Jan  1 00:00:00 1970",
		`os.date("!%x %X %y %a %A %b %B", 0)`: "01/01/70 00:00:00 70 Thu Thursday Jan January", `os.date("!*t", 86400).yday`: "2",
		`type(os.date(nil))`: "string", `os.difftime(5, 2.5)`: "2.5", `type(collectgarbage("count"))`: "number", `collectgarbage()`: "0",
		`pcall(error)`: "false,nil", `select(2, pcall(error, nil))`: "nil", `xpcall(function(...) return ... end, print, 1, 2)`: "true,1,2",
		`pcall(pcall)`: "false,t.lua:1: bad argument #1 to (anonymous) (value expected)", `select("#", try(function() end))`: "0", `try(function() return 1, nil, 3 end)`: "1,nil,3",
	} {
		h.log = nil
		if err := h.run(`local function show(...) local t = {} for i = 1, select("#", ...) do t[i] = tostring((select(i, ...))) end return table.concat(t, ",") end log(show(` + expr + `))`); err != nil {
			t.Errorf("%s: %v", expr, err)
		} else if h.log[0] != want {
			t.Errorf("%s = %s, want %s", expr, h.log[0], want)
		}
	}
}

func TestRefusals(t *testing.T) {
	h := newHost(t)
	for code, words := range map[string]string{
		`("x"):rep(40e9)`: "limit of 512 MiB", `("x"):rep(1e300)`: "limit", `string.format("%d")`: "no value", `string.format("%d", "x")`: "number expected",
		`string.format("%y", 1)`: "invalid option", `string.format("%123d", 1)`: "too long", `("a"):find("[a")`: "missing ']'", `("a"):find("%")`: "ends with '%'",
		`("a"):find("(a")`: "unfinished capture", `("a"):match("a)")`: "invalid pattern capture", `("a"):gsub("a", "%2")`: "invalid capture index",
		`("a"):gsub("a", function() return {} end)`: "invalid replacement value (a table)", `("a"):gsub("a", true)`: "string/function/table expected",
		`("a"):find("%f")`: "missing '['", `("a"):find(("("):rep(40))`: "too many captures", `string.find(("a"):rep(300000), (".-"):rep(250) .. "b")`: "too complex",
		`table.insert({}, 5e7, 1)`: "outside", `table.concat({1, {}, 3})`: "invalid value (table) at index 2", `unpack({}, 1, 1e7)`: "too many results",
		`tonumber("1", 99)`: "base out of range", `local function f() return 1 + f() end f()`: "t.lua:1: stack overflow",
		`local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end local _ = t.x`:       "overflow",
		`string.gsub("x", "x", (function() local function f() return (string.gsub("x", "x", f)) end return f end)())`: "overflow",
		`local function f() local ok, e = pcall(f) if not ok then error(e, 0) end end f()`:                            "overflow",
		`error("x", 2)`: "x", `assert(false, {message = "own"})`: "own", `assert(nil, 5)`: "5", `assert(false)`: "assertion failed!", `assert(try(error, "inner"))`: "inner", `error({message = "mine"})`: "mine",
	} {
		err := h.run(code)
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: got %v, want %q", code, err, words)
		}
	}
	h.ok(`wait()`)
}

func TestDeepRecursionInTheMainTask(t *testing.T) {
	newHost(t).ok(`local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end assert(depth(3500) == 3500)`)
}

// TestGenericForMended has the loops that gopher-lua miscompiles.
func TestGenericForMended(t *testing.T) {
	for _, loop := range []string{
		`for i = 1, 3 do for v in it do break end n = n + 1 end`,
		`for i = 1, 3 do for v in it do do break end end n = n + 1 end`,
		`for i = 1, 3 do for v in it do goto out end ::out:: n = n + 1 end`,
		`while n < 3 do for v in it do break end n = n + 1 end`,
		`repeat for v in it do break end n = n + 1 until n >= 3`,
		`for v in it do break end n = 3`,
		`if true then for v in it do break end n = 3 else end`,
		`local t = {f = function() for v in it do break end n = 3 end} t.f()`,
		`(function() for v in it do break end n = 3 end)()`,
		`local a = n + (function() for v in it do break end return 3 end)() n = a`,
		`n = -(function() for v in it do break end return -3 end)()`,
		`local x = setmetatable({}, {__call = function(_, f) f() end}) x(function() for v in it do break end n = 3 end)`,
		`n = ({(function() for v in it do break end return 3 end)()})[1]`,
		`n = false or (function() for v in it do break end return 3 end)()`,
		`return (function() for v in it do break end n = 3 check() end)()`,
	} {
		h := newHost(t)
		t.Log(loop)
		code := `local n = 0 local function it() return 1 end local function check() assert(n == 3, n) end do ` + loop + ` end check()`
		if strings.HasPrefix(loop, "return") {
			code = strings.TrimSuffix(code, " check()")
		}
		h.ok(code)
		h.ok(fmt.Sprintf("assert(loadstring(%q))()", code))
		h.ok(fmt.Sprintf("local s = %q assert(load(function() local r = s s = nil return r end))()", code))
	}
}

func TestSyntaxErrorsSayWhere(t *testing.T) {
	h := newHost(t)
	for code, want := range map[string]string{
		"x = = 1":       "t.lua:1: syntax error near '='",
		"\n\nif x then": "t.lua:3: syntax error at the end of the file: this if is not closed, 'end' is missing",
		"x = {" + strings.Repeat("1,", 25551) + "}": "t.lua:1: a table literal may have at most 25550 items",
		"goto nowhere":                     "t.lua:1: no visible label 'nowhere' for this goto",
		"x = [[ a":                         "t.lua:1: unterminated multiline string at the end of the file: this [[ is not closed",
		"x = 1\nf('a":                      "t.lua:2: unterminated string: its closing quote is missing",
		"f('a\nx = 1":                      "t.lua:1: unterminated string near 'a'",
		"x =":                              "t.lua:1: syntax error at the end of the file: something is missing",
		"f(\n-- ) [[\n[==[ ) ]==], ')', 1": "t.lua:1: syntax error at the end of the file: this ( is not",
		"function f()\n  for i = 1, 2 do\n    x()\nend\n\ng()\n": "t.lua:2: syntax error at the end of the file: this for is not",
		"if x then\n  y()\nelse if z then\n  y()\nend":           "(write elseif, one word; else if needs one more end)",
		"local größe = 1":         "t.lua:1: invalid character 'ö' (names are made of",
		"if a != b then end":      "t.lua:1: invalid token near '!' (not equal is ~=)",
		"x += 1":                  "(write x = x + 1)",
		"while x do continue end": "(this Lua has no continue",
	} {
		_, err := h.Compile(strings.NewReader(code), "t.lua")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestChunkNames: = and @ mark a name and are no part of it.
func TestChunkNames(t *testing.T) {
	newHost(t).ok(`
		for given, shown in pairs { ["=name"] = "name", ["@a.lua"] = "a.lua", plain = "plain", ["a=b"] = "a=b" } do
			local _, e = pcall(load("error('x')", given))
			assert(e == shown .. ":1: x", e)
			local _, e = load("x = = 1", given)
			assert(e:find(shown .. ":1: syntax", 1, true) == 1, e)
		end
		local _, e = pcall(load(coroutine.wrap(function() coroutine.yield("error('x')") end)))
		assert(e == "(load):1: x", e)
		assert(pcall(load("return 1", "")))`)
}

func TestDebugTraceback(t *testing.T) {
	newHost(t).ok(`
		local function f() return debug.traceback("here") end
		local s = f() .. ""
		assert(s:find("^here\nstack traceback:\n\tt.lua:%d"), s)
		local co = coroutine.create(function() coroutine.yield() end)
		coroutine.resume(co)
		assert(debug.traceback(co):find("t.lua:5"), debug.traceback(co))
		assert(debug.traceback({}) ~= nil)`)
}

func TestDates(t *testing.T) {
	at := time.Date(2026, time.March, 1, 13, 5, 9, 0, time.UTC)
	if got := strftime("%F %T %I %e %j %U %W %V %u %w %D %R %r %n%t%q", at); got != "2026-03-01 13:05:09 01  1 060 09 08 09 7 0 03/01/26 13:05 01:05:09 PM \n\t%q" {
		t.Errorf("got %q", got)
	}
}

package sched

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// TestTableLiterals has literals of every length around the machine's blocks of fifty, with every kind of end.
func TestTableLiterals(t *testing.T) {
	ends := map[string]string{
		"f()":                                "1 = c, 2 = d",
		"...":                                "1 = e, 2 = f",
		"x = f()":                            "x = c",
		"x = ...":                            "x = e",
		"x = f(), y = 2":                     "x = c, y = 2",
		"x = 1, f()":                         "1 = c, 2 = d, x = 1",
		"{ f() }, x = { 1, f() }":            "1 = 2, x = 3",
		"function() return f end and 7, f()": "1 = 7, 2 = c, 3 = d",
	}
	for _, n := range []int{0, 1, 2, 48, 49, 50, 51, 99, 100, 101, 150} {
		for end, want := range ends {
			if got := literal(t, n, end); got != want {
				t.Errorf("%d items and %q: %s, want %s", n, end, got, want)
			}
		}
	}
}

// literal evaluates a literal of n items and an end, checks the items and gives the rest of it in words.
func literal(t *testing.T, n int, end string) string {
	t.Helper()
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf("g(%d)", i+1)
	}
	code := fmt.Sprintf(`
local function f() return "c", "d" end
local function g(i) return i, "too much" end
local function make(...) return { %s } end
local t, n, rest = make("e", "f"), %d, {}
for i = 1, n do if t[i] ~= i then error("item " .. i .. " is " .. tostring(t[i])) end end
for k, v in pairs(t) do
  if type(k) ~= "number" or k > n then
    rest[#rest + 1] = (type(k) == "number" and k - n or k) .. " = " .. (type(v) == "table" and #v or v)
  end
end
table.sort(rest)
result = table.concat(rest, ", ")`, strings.Join(append(items, end), ", "), n)
	h := newHost(t)
	fn, err := h.Compile(strings.NewReader(code), "flow.lua")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Run(context.Background(), fn); err != nil {
		t.Fatal(n, end, err)
	}
	return h.L().GetGlobal("result").String()
}

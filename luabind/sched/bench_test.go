package sched

import (
	"fmt"
	"runtime"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// loads are what the benchmarks run; ops is how many of the thing that is measured one run has.
var loads = map[string]struct {
	ops  int
	code string
}{
	"switch":    {20000, `for i = 1, 20000 do switch() end`},
	"spawn":     {1000, `for i = 1, 1000 do spawn(nop) end switch()`},
	"pcall":     {50000, `for i = 1, 50000 do pcall(nop) end`},
	"failure":   {20000, `for i = 1, 20000 do pcall(error, "x") end`},
	"scope":     {20000, `for i = 1, 20000 do scope(nop) end`},
	"coroutine": {20000, `local f = coroutine.wrap(function() while true do coroutine.yield() end end) for i = 1, 20000 do f() end`},
	"create":    {2000, `for i = 1, 2000 do coroutine.wrap(nop)() end`},
	"channel":   {20000, `local c = channel() spawn(function() for i = 1, 20000 do send(c, i) end close(c) end) while recv(c) do end`},
	"fib":       {1, `local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end fib(22)`},
	"while":     {300000, `local i = 0 while i < 300000 do i = i + 1 end`},
	"for":       {300000, `local x = 0 for i = 1, 300000 do x = x + i end`},
	"calls":     {100000, `for i = 1, 100000 do nop() end`},
	"concat":    {50000, `local s for i = 1, 50000 do s = "a" .. i .. "b" end`},
	"strings":   {5000, `local t = {} for i = 1, 5000 do t[#t + 1] = string.format("%d:%s", i, "x") end local s = table.concat(t, ",") for w in s:gmatch("%d+") do end`},
	"sort":      {20000, `local t = {} for i = 1, 20000 do t[i] = (i * 7919) % 20011 end table.sort(t)`},
}

func BenchmarkTasks(b *testing.B) {
	for _, name := range []string{"switch", "spawn", "pcall", "failure", "scope", "coroutine", "create", "channel", "concat", "strings", "sort"} {
		b.Run(name, func(b *testing.B) { bench(b, newHost(b), name) })
	}
}

// BenchmarkHook compares the hook with the fallback, and with neither.
func BenchmarkHook(b *testing.B) {
	for _, name := range []string{"fib", "while", "for", "calls"} {
		b.Run(name+"/hook", func(b *testing.B) { bench(b, newHost(b), name) })
		b.Run(name+"/poll", func(b *testing.B) {
			h := newHost(b)
			h.hooked = false
			bench(b, h, name)
		})
		b.Run(name+"/none", func(b *testing.B) {
			withoutHook(func() { bench(b, newHost(b), name) })
		})
	}
}

// withoutHook runs f with the machine's own instruction table.
func withoutHook(f func()) {
	hooked := jumpTable
	jumpTable = plainTable
	defer func() { jumpTable = hooked }()
	f()
}

// plainTable is the instruction table before anything was wrapped.
var plainTable = jumpTable

func bench(b *testing.B, h *host, name string) {
	load := loads[name]
	fn := h.compile(load.code)
	main := h.l.NewFunction(func(L *lua.LState) int {
		for b.Loop() {
			L.Push(fn)
			L.Call(0, 0)
		}
		return 0
	})
	if err := h.Run(b.Context(), main); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(load.ops), "ns/one")
}

// BenchmarkWaitingTask reports what a task costs that waits three calls deep.
func BenchmarkWaitingTask(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(waitingTask(b, n), "B/task")
			}
		})
	}
}

func waitingTask(b *testing.B, n int) (bytes float64) {
	h := newHost(b)
	var before, after runtime.MemStats
	measure := func(m *runtime.MemStats) lua.LGFunction {
		return func(*lua.LState) int { runtime.GC(); runtime.GC(); runtime.ReadMemStats(m); return 0 }
	}
	h.l.SetGlobal("before", h.l.NewFunction(measure(&before)))
	h.l.SetGlobal("after", h.l.NewFunction(measure(&after)))
	h.ok(fmt.Sprintf(`
		local function three(x) local ok = pcall(forever) return x, ok end
		local function two(x) local y = three(x) return y end
		local function one(x) local z = two(x) return z end
		before()
		local all = {}
		for i = 1, %d do all[i] = spawn(one, nil) end
		switch() switch()
		after()
		for i = 1, #all do cancel(all[i]) end`, n))
	return (float64(after.HeapAlloc) + float64(after.StackInuse) - float64(before.HeapAlloc) - float64(before.StackInuse)) / float64(n)
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(Config{})
	}
}

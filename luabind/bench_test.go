package luabind_test

import (
	"fmt"
	"testing"
)

// BenchmarkEvents is a Lua loop over the events of instances on an engine in memory, one operation an event.
func BenchmarkEvents(b *testing.B) {
	for _, n := range []int{1, 100} {
		for _, loop := range []struct{ name, code string }{
			{"events", "for event, msg in inst:events() do bytes = bytes + #msg end"},
			{"recv", "repeat local event, msg = inst:recv() bytes = bytes + #msg until event == 'Completed'"},
		} {
			b.Run(fmt.Sprintf("%s/%d", loop.name, n), func(b *testing.B) { benchEvents(b, n, loop.code) })
		}
	}
}

func benchEvents(b *testing.B, instances int, loop string) {
	h := newBenchHost(b)
	b.ReportAllocs()
	b.ResetTimer()
	err := h.rt.RunString(b.Context(), "bench.lua", fmt.Sprintf(`
local list, bytes = {}, 0
for i = 1, %d do
  list[i] = function()
    local inst = pie.launch("source", { n = %d, size = 16 })
    %s
  end
end
task.all(list)`, instances, max(1, b.N/instances), loop))
	b.StopTimer()
	if err != nil {
		b.Fatal(h.rt.Describe(err))
	}
}

// BenchmarkRun is a no-op launched and finished, a hundred at a time.
func BenchmarkRun(b *testing.B) {
	h := newBenchHost(b)
	b.ReportAllocs()
	b.ResetTimer()
	err := h.rt.RunString(b.Context(), "bench.lua", fmt.Sprintf(`
local left, list = %d, {}
for i = 1, 100 do list[i] = function() while left > 0 do left = left - 1 pie.run("noop") end end end
task.all(list)`, b.N))
	b.StopTimer()
	if err != nil {
		b.Fatal(h.rt.Describe(err))
	}
}

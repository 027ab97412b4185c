package luabind_test

import (
	"fmt"
	"runtime"
	"testing"
)

// TestFootprints holds what a script does all the time to its garbage, that of the engine in the same process included:
// an event that is read in a loop, and a launch with its end.
func TestFootprints(t *testing.T) {
	for name, c := range map[string]struct {
		code          string // %d: how often
		ops           int
		bytes, allocs float64 // for each
	}{
		"event":  {`local inst, n = pie.launch("source", { n = %d, size = 16 }), 0 for event, msg in inst:events() do n = n + #msg end`, 50_000, 600, 5},
		"launch": {`local left, list = %d, {} for i = 1, 100 do list[i] = function() while left > 0 do left = left - 1 pie.run("noop") end end end task.all(list)`, 3000, 6700, 63},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := h.run(fmt.Sprintf(c.code, c.ops)); err != nil {
				t.Fatal(h.rt.Describe(err))
			}
			runtime.ReadMemStats(&after)
			bytes, allocs := float64(after.TotalAlloc-before.TotalAlloc)/float64(c.ops), float64(after.Mallocs-before.Mallocs)/float64(c.ops)
			if bytes > c.bytes || allocs > c.allocs {
				t.Errorf("%.0f bytes in %.2f allocations, more than %v in %v", bytes, allocs, c.bytes, c.allocs)
			}
		})
	}
}

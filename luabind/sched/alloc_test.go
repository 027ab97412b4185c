package sched

import (
	"runtime"
	"testing"
)

// mallocs is how many allocations a script makes for each of ops operations.
func (h *host) mallocs(ops float64, code string) float64 {
	var before, after runtime.MemStats
	fn := h.compile(code)
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := h.Run(h.t.Context(), fn); err != nil {
		h.fatal(err)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / ops
}

// TestHotPathsAllocateLittle holds what scripts do all the time to its allocations. A run itself has some hundreds.
func TestHotPathsAllocateLittle(t *testing.T) {
	for name, most := range map[string]float64{"switch": 0.1, "pcall": 0.1, "calls": 0.1, "channel": 2.1} {
		load := loads[name]
		if n := newHost(t).mallocs(float64(load.ops), load.code); n > most {
			t.Errorf("%s: %.2f allocations", name, n)
		}
	}
}

// TestThreadAllocations: a thread is its state, a stack of frames with its first segment, and a registry.
func TestThreadAllocations(t *testing.T) {
	h := newHost(t)
	if n := testing.AllocsPerRun(100, func() { h.threads.make(callDepth) }); n > 6 {
		t.Errorf("%v allocations for a thread", n)
	}
}

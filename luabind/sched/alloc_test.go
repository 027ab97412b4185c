package sched

import (
	"runtime"
	"testing"
)

// footprint is how many bytes and allocations a script makes for each of ops operations.
func (h *host) footprint(ops float64, code string) (bytes, allocs float64) {
	var before, after runtime.MemStats
	fn := h.compile(code)
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := h.Run(h.t.Context(), fn); err != nil {
		h.fatal(err)
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / ops, float64(after.Mallocs-before.Mallocs) / ops
}

// TestHotPathsAllocateLittle holds what scripts do all the time to its garbage. A run itself makes some tens of KB in
// some hundreds of pieces.
func TestHotPathsAllocateLittle(t *testing.T) {
	for name, most := range map[string]struct{ bytes, allocs float64 }{
		"switch": {20, 0.1}, "pcall": {20, 0.1}, "calls": {20, 0.1}, "channel": {110, 1.2}, "spawn": {4500, 20},
	} {
		load, ok := loads[name]
		if !ok {
			t.Fatalf("there is no load %s", name)
		}
		bytes, allocs := newHost(t).footprint(float64(load.ops), load.code)
		if bytes > most.bytes || allocs > most.allocs {
			t.Errorf("%s: %.1f bytes in %.2f allocations, more than %v", name, bytes, allocs, most)
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

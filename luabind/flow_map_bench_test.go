package luabind

import (
	"context"
	"strconv"
	"testing"
)

// BenchmarkFlowMap is the host's part of one row, nothing in it.
func BenchmarkFlowMap(b *testing.B) {
	for name, code := range map[string]string{
		"number":    `flow.map(tonumber(...), function(i) return i end)`,
		"on_result": `flow.map(tonumber(...), function(i) return i end, { on_result = function() end })`,
		"timeout":   `flow.map(tonumber(...), function(i) return i end, { timeout = 60, retry = 3 })`,
		"waits":     `flow.map(tonumber(...), function(i) task.sleep(0) return i end, { concurrency = 1000 })`,
	} {
		b.Run(name, func(b *testing.B) {
			rt, err := New(Config{Args: []string{strconv.Itoa(b.N)}})
			if err != nil {
				b.Fatal(err)
			}
			defer rt.Close()
			b.ReportAllocs()
			b.ResetTimer()
			if err := rt.RunString(context.Background(), "bench", code); err != nil {
				b.Fatal(err)
			}
		})
	}
}

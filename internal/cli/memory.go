package cli

import (
	"runtime/debug"
)

const (
	gcPercent     = 400     // scripts make many short-lived strings; a fifth of the collections costs little memory
	unknownMemory = 4 << 30 // bytes, where the machine does not tell what it has
)

// tuneMemory lets the collector run less often than Go does by default, and more often again when half of the
// machine's memory is used. What the user has set with GOGC and GOMEMLIMIT stays.
func tuneMemory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(machineMemory() / 2)
	}
}

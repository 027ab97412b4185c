package cli

import (
	"os"
	"strconv"
	"strings"
)

// machineMemory is what this process may use in bytes: the limit of its container, or what the machine has.
func machineMemory() int64 {
	memory := int64(unknownMemory)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 && fields[0] == "MemTotal:" {
			memory = number(fields[1], memory>>10) << 10
		}
	}
	for _, limit := range [...]string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(limit); err == nil {
			memory = min(memory, number(strings.TrimSpace(string(text)), memory))
		}
	}
	return memory
}

// defaultMemoryLimit leaves others a quarter.
func defaultMemoryLimit() int64 { return machineMemory() / 4 * 3 }

// number reads a count; "max" and the like mean none.
func number(text string, none int64) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return n
	}
	return none
}

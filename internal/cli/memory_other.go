//go:build !linux

package cli

// machineMemory is a guess where finding out would take a library.
func machineMemory() int64 { return unknownMemory }

// defaultMemoryLimit is none: a guess should not end a run.
func defaultMemoryLimit() int64 { return 0 }

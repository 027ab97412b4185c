//go:build !linux

package cli

// machineMemory is a guess where finding out would take a library.
func machineMemory() int64 { return unknownMemory }

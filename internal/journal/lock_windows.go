package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes f's lock without waiting. It goes with the process, however that ends. Locked bytes cannot be read by
// others, so the one that is locked lies far behind the end of the file.
func lock(f *os.File) error {
	beyond := windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &beyond)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// KeepPipes makes a write to a closed standard output an error that ends the script with its cleanup. Otherwise the
// process would die at that write and leave on the server what it runs. The signal is caught and not ignored, because
// programs that the script starts would inherit an ignored one.
func KeepPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

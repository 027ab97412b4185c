// Pierun runs Lua scripts that launch, steer and talk to many programs at once on a Pie LLM-serving system.
//
// See the README, or pierun --help.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/pierun/pierun/internal/cli"
)

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, cli.Signals()...)
	cli.KeepPipes()
	go watch(signals, cancel)
	os.Exit(cli.Run(ctx, cli.System()))
}

// watch asks the run to end at the first signal and leaves at once at the second, with the second's code. It runs for
// as long as the process.
func watch(signals <-chan os.Signal, cancel context.CancelCauseFunc) {
	cancel(cli.Signalled(<-signals))
	os.Exit(cli.Signalled(<-signals).Code)
}

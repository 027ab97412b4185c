// Pierun runs Lua scripts that launch, steer and talk to many programs at once on a Pie LLM-serving system.
//
// See the README, or pierun --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"time"

	"github.com/pierun/pierun/internal/cli"
)

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, cli.Signals()...)
	cli.KeepPipes()
	env := cli.System()
	go watch(signals, cancel, env.LastWords)
	os.Exit(cli.Run(ctx, env))
}

// watch asks the run to end at the first signal. At the second it says what may be left and leaves at once, with that
// signal's code. It runs for as long as the process.
func watch(signals <-chan os.Signal, cancel context.CancelCauseFunc, last *cli.LastWords) {
	cancel(cli.Signalled(<-signals))
	code := cli.Again(signals, time.After(cli.OnePress)).Code
	last.Print()
	os.Exit(code)
}

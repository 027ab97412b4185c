package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/pie"
)

// terminalApp is a command whose standard error stands for a terminal.
func terminalApp() (*app, *strings.Builder) {
	var got strings.Builder
	a := &app{env: Env{Stderr: &got}.withDefaults(), line: screen.NewLine(&got)}
	return a, &got
}

// A file that an attached instance sends has a line, once it lasts; it goes with the file.
func TestArrivalsAreShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, got := terminalApp()
		var tell func(pie.Arrival)
		attach := a.attachCommand()
		attach.Action = func(ctx *cli.Context) error {
			server, _, err := a.visit(ctx)
			tell = server.cfg.Arriving
			return err
		}
		a.commands = []*cli.Command{attach}
		if err := a.root().Run([]string{name, "attach", "--server", "ws://there", "3f2a"}); err != nil || tell == nil {
			t.Fatal("nothing is told: ", err)
		}
		tell(pie.Arrival{InstanceID: "i", Hash: "short", Done: 1, Total: 1, Ended: true})
		for n := range int64(4) {
			tell(pie.Arrival{InstanceID: "i", Hash: "h", Name: "a.png", Done: (n + 1) << 20, Total: 4 << 20})
			<-time.After(time.Second)
		}
		a.say("hello")
		tell(pie.Arrival{InstanceID: "i", Hash: "h", Name: "a.png", Done: 4 << 20, Total: 4 << 20, Ended: true})
		const last = "a.png 100% (4.0 MiB/4.0 MiB), 1.3 MiB/s"
		want := "a.png 50% (2.0 MiB/4.0 MiB), 2.0 MiB/s, 1s left\r\x1b[Ka.png 75% (3.0 MiB/4.0 MiB), 1.5 MiB/s, 700ms left\r\x1b[K" +
			last + "\r\x1b[Kpierun: hello\n" + last + "\r\x1b[K"
		if got.String() != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

func TestNoTransfersWithoutATerminal(t *testing.T) {
	a := &app{env: Env{}.withDefaults()}
	if tell := a.transfers().arriving(); tell != nil {
		t.Error("arrivals are told")
	}
	if tell, arrived := a.transfers().sending("x"); tell != nil {
		t.Error("a transfer is told")
	} else {
		arrived()
	}
}

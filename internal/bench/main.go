// Bench measures pierun against the other clients of Pie, each in a process of its own, over loopback.
//
//	go run ./internal/bench            all cases and clients, with the table and the plot
//	go run ./internal/bench -quick     the same in a few minutes
//	go run ./internal/bench -case events-1 -clients lua,rust
//
// See README.md here for what each case does and how to read the table.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is the measurement, or one of its parts: the server and our own clients run as processes of this program.
func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "serve":
			return serve(ctx)
		case "client":
			return ownClient(ctx, args[1:])
		}
	}
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	return measure(ctx, o)
}

// options are what the flags say.
type options struct {
	quick   bool
	rounds  int
	cases   []string // beginnings of names; none: all
	clients []string // names; none: all
	growth  bool
	cache   string // where the other clients are installed
	out     string // folder of the table and the plot; "": standard output alone
	pierun  string // a binary to measure; "": built here
	profile string // folder for CPU profiles of our Go client
}

func parseOptions(args []string) (*options, error) {
	var o options
	var cases, clients string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&o.quick, "quick", false, "a tenth of the work, one round")
	f.IntVar(&o.rounds, "rounds", 0, "rounds of every case (default 5, or 1 with -quick)")
	f.StringVar(&cases, "case", "", "only cases whose name begins with one of these, separated by commas; with = behind it, the whole name")
	f.StringVar(&clients, "clients", "", "only these clients, separated by commas: "+strings.Join(clientNames(), ","))
	f.BoolVar(&o.growth, "growth", true, "measure how cost grows, from 1 to 50,000")
	f.StringVar(&o.cache, "cache", "", "where the other clients are installed (default: the user's cache folder)")
	f.StringVar(&o.out, "out", "", "write table.md and growth.svg into this folder too")
	f.StringVar(&o.pierun, "pierun", "", "measure this binary (default: build one)")
	f.StringVar(&o.profile, "profile", "", "write CPU profiles of the Go client into this folder")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, errors.New("there are flags only: " + f.Arg(0))
	}
	o.cases, o.clients = words(cases), words(clients)
	if o.rounds == 0 {
		o.rounds = 5
		if o.quick {
			o.rounds = 1
		}
	}
	return &o, nil
}

func words(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

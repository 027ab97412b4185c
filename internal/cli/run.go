package cli

import (
	"context"
	"errors"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/luabind/luavalue"
)

const defaultGrace = 5 * time.Second

func (a *app) runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "run a Lua script; the word run may be left out",
		ArgsUsage: "FILE [ARGS…]",
		UsageText: "pierun [flags] FILE [ARGS…]\npierun [flags] -e CODE [ARGS…]\npierun [flags] - [ARGS…] < FILE",
		Description: `pierun flow.lua                              # on the embedded engine, which is simulated
pierun --server ws://gpu:8080 flow.lua       # on a real Pie server
pierun flow.lua --topic tea questions.jsonl  # what follows FILE is the script's
pierun -e 'print(pie.run("text-completion", {prompt = "Once"}).text)'
pierun --timeout 10m --seed 7 flow.lua       # at most ten minutes, the same random numbers each time`,
		Flags: append(serverFlags(),
			&cli.StringFlag{Name: "execute", Aliases: []string{"e"}, Usage: "run `CODE` instead of a file"},
			&cli.StringFlag{Name: "on", Usage: "bring up a Pie server for the script and give it back behind it, `WHERE`: backendai, as pierun.toml describes it"},
			&cli.StringFlag{Name: "image", Usage: "with --on, and nothing without it: what its session is made from, `IMAGE`"},
			&cli.StringFlag{Name: "timeout", Usage: "end everything after `TIME` (90, 1m30s): exit code 124"},
			&cli.StringFlag{Name: "grace", Usage: "how long the deferred functions of a scope may take, and then the end of what it launched, `TIME` each: 5s if not given"},
			&cli.StringFlag{Name: memoryFlag, Usage: "end everything when it holds more memory than `SIZE` (4GiB, or off): three quarters of the machine's or container's if not given"},
			&cli.StringFlag{Name: "stdout-buffer", Usage: "how much may wait for the reader of standard output before a print waits for it, `SIZE`: 1MiB if not given"},
			seedFlag("math.random, and the words of the embedded engine,"),
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no progress and no closing remarks: errors, and that the embedded engine answers, which is a simulation"},
			&cli.StringFlag{Name: "progress", Usage: "how progress is shown, `HOW`: auto, plain or none"},
			&cli.StringFlag{Name: "log-level", Usage: "what log.* prints, `LEVEL`: debug, info, warn or error"},
			&cli.BoolFlag{Name: "debug", Usage: "log-level debug, and every error with its causes"},
		),
		Action: a.run,
	}
}

// script is what is to be run, and where.
type script struct {
	path, code, name string // path, or code with its name
	words            []string
	cfg              luabind.Config
	timeout          time.Duration
	memory           int64 // bytes, zero for any amount
	quiet, debug     bool
	engine           *embedded
	again            func() *connection // to the server of the command line, once more
}

func (a *app) run(ctx *cli.Context) error {
	s, err := a.script(ctx)
	if err != nil {
		return err
	}
	defer s.engine.close()
	run := ctx.Context
	if s.timeout > 0 {
		over := &Stop{Code: exitTimeout, What: "--timeout " + ctx.String("timeout")}
		limited, cancel := context.WithTimeoutCause(run, s.timeout, over)
		defer cancel()
		run = limited
	}
	run, unwatch := withinMemory(run, s.memory, a.env.Getenv)
	defer unwatch()
	if ctx.IsSet("on") {
		return a.runOn(ctx, run, s)
	}
	return a.carryOut(run, s)
}

// script reads the command line of run. Nothing is dialled and nothing started.
func (a *app) script(ctx *cli.Context) (*script, error) {
	o := &options{ctx: ctx}
	s := &script{quiet: ctx.Bool("quiet"), debug: ctx.Bool("debug"), timeout: o.duration("timeout"), memory: o.memoryLimit()}
	dialect, seed, server := o.dialect(), o.integer("seed"), a.server(o)
	s.cfg = luabind.Config{
		Server: server, User: a.user(o), Login: a.login(o, server), Dialect: o.text("dialect"),
		Clock: clock.System{}, Stdin: a.env.Stdin, Stdout: a.env.Stdout, Stderr: a.env.Stderr,
		StdoutBuffer: o.size("stdout-buffer"),
		HostFlags:    a.ownFlags(ctx.Command),
		Grace:        orDefault(o.duration("grace"), defaultGrace),
		Seed:         seed, Quiet: s.quiet,
		Progress: a.progress(o, s.quiet),
		LogLevel: o.choice("log-level", "debug", "info", "warn", "error"),
	}
	if s.debug && s.cfg.LogLevel == "" {
		s.cfg.LogLevel = "debug"
	}
	if o.err != nil {
		return nil, o.err
	}
	if err := checkOn(ctx); err != nil {
		return nil, err
	}
	s.again = func() *connection { return a.connection(o) }
	s.engine = a.newEmbedded(dialect, seed)
	s.cfg.Dial, s.cfg.DialDialect, s.cfg.DialPrograms = s.engine.DialContext, s.engine.generation(), embeddedPrograms()
	return s, a.source(ctx, s)
}

// progress draws on a person's terminal that can, writes lines elsewhere, and is silent when asked to be.
func (a *app) progress(o *options, quiet bool) string {
	how := o.choice("progress", "auto", "plain", "none")
	switch {
	case how == "" && quiet:
		return "none"
	case (how == "" || how == "auto") && (!screen.IsTerminal(a.env.Stderr) || a.env.Getenv("TERM") == "dumb"):
		return "plain"
	case how == "":
		return "auto"
	}
	return how
}

func orDefault(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return d
}

// carryOut runs the script and reports how it went.
func (a *app) carryOut(ctx context.Context, s *script) error {
	journal := a.journal()
	defer func() { _ = journal.Close() }()
	s.cfg.Journal, s.cfg.Args, s.cfg.BackendAI = journal, s.words, a.backendaiSources(journal)
	s.cfg.Connected = a.endOrphans
	rt, err := luabind.New(s.cfg)
	if err != nil {
		return err
	}
	a.env.Stderr = rt.Stderr()
	a.lastWords(journal)
	announced := a.announce(ctx)
	err = a.bounded(ctx, s.cfg.Grace, func() error { return start(ctx, rt, s) })
	announced()
	if errors.Is(err, errOverdue) {
		return a.overdue(ctx, journal.Open())
	}
	rt.Close()
	last := a.lastTry(s.again, withoutSessions(journal.Open()), journal, s.cfg.Grace)
	return a.report(rt, s, err, last)
}

// check reports what is wrong with a script before anything of it runs.
func (a *app) check(ctx context.Context, s *script) error {
	s.cfg.Args = s.words
	rt, err := luabind.New(s.cfg)
	if err != nil {
		return err
	}
	defer rt.Close()
	if s.path != "" {
		err = rt.CheckFile(ctx, s.path)
	} else {
		err = rt.CheckString(ctx, s.name, s.code)
	}
	if err != nil {
		return a.report(rt, s, err, nil)
	}
	return nil
}

func start(ctx context.Context, rt *luabind.Runtime, s *script) error {
	if s.path != "" {
		return rt.RunFile(ctx, s.path)
	}
	return rt.RunString(ctx, s.name, s.code)
}

// causes lists what lies below an error of the script, the nearest first.
func causes(err error) []string {
	var script *luavalue.Error
	if errors.As(err, &script) {
		err = script.Cause
	}
	var list []string
	for ; err != nil; err = errors.Unwrap(err) {
		if text := err.Error(); len(list) == 0 || list[len(list)-1] != text {
			list = append(list, text)
		}
	}
	return list
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
)

// projectFile has settings of the folder that the command runs in.
const projectFile = "pierun.toml"

func (a *app) backendaiCommand() *cli.Command {
	return &cli.Command{Name: "backendai", Usage: "compute sessions of a Backend.AI manager: ps, info, logs, rm, run",
		ArgsUsage: "ps|info|logs|rm|run", Action: a.backendaiAlone,
		Description: "pierun backendai ps       # BACKEND_ENDPOINT, BACKEND_ACCESS_KEY and BACKEND_SECRET_KEY name the manager\npierun backendai rm --help"}
}

// backendaiCommands are the commands of two words.
func (a *app) backendaiCommands() []*cli.Command {
	example := func(words string) string { return "pierun backendai " + words }
	return []*cli.Command{
		{Name: "backendai ps", Usage: "list compute sessions", Description: example("ps --all"), Action: a.backendaiPs,
			Flags: []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "those that have ended, too"}}},
		{Name: "backendai info", Usage: "show what the manager knows of a session", ArgsUsage: "NAME", Description: example("info my-session"), Action: a.backendaiInfo},
		{Name: "backendai logs", Usage: "print what a session has written", ArgsUsage: "NAME", Description: example("logs my-session"), Action: a.backendaiLogs},
		{Name: "backendai rm", Usage: "destroy sessions, and wait until they are gone", ArgsUsage: "NAME…", Description: example("rm my-session"), Action: a.backendaiRm},
		{Name: "backendai run", Usage: "run code in a session of its own", ArgsUsage: "CODE", Action: a.backendaiRun,
			Description: example(`run --image python:3.11 --resource cpu=2 --resource mem=4g 'print(6*7)'`) + "\n" + example(`run --image python:3.11 --shell 'ls -l'`),
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "image", Usage: "what the session is made from, `IMAGE`: a reference or an alias"},
				&cli.StringFlag{Name: "name", Usage: "the session's `NAME`; a live one of that name and image is taken, and left alone"},
				&cli.StringSliceFlag{Name: "resource", Usage: "an amount of a resource, `SLOT=AMOUNT` (cpu=2, mem=4g, cuda.device=1); may be repeated"},
				&cli.BoolFlag{Name: "shell", Usage: "CODE is a shell command, not code for the image's interpreter"},
				&cli.BoolFlag{Name: "keep", Usage: "leave the session running"},
			}},
	}
}

// backendaiWords makes one word of the two.
func backendaiWords(words []string) []string {
	if len(words) > 1 && words[0] == "backendai" && slices.Contains([]string{"ps", "info", "logs", "rm", "run"}, words[1]) {
		return append([]string{words[0] + " " + words[1]}, words[2:]...)
	}
	return words
}

func (a *app) backendaiAlone(ctx *cli.Context) error {
	if word := ctx.Args().First(); word != "" {
		return usagef(a.seeHelp(ctx.Command), "backendai has no %q: it has ps, info, logs, rm and run", word)
	}
	return usagef(a.seeHelp(ctx.Command), "say what to do: backendai ps, info, logs, rm or run")
}

// manager makes a client from the environment and the project's file.
func (a *app) manager() (*backendai.Client, error) {
	cfg, err := backendai.Load(a.backendaiSources())
	if err != nil {
		return nil, backendaiProblem(err)
	}
	c, err := backendai.New(cfg)
	return c, backendaiProblem(err)
}

func (a *app) backendaiSources() backendai.Sources {
	return backendai.Sources{File: projectFile, LookupEnv: func(name string) (string, bool) {
		value := a.env.Getenv(name)
		return value, value != ""
	}}
}

// backendaiProblem gives an error the kind that its exit code follows from.
func backendaiProblem(err error) error {
	e := (*backendai.Error)(nil)
	switch {
	case err == nil:
		return nil
	case errors.As(err, new(*backendai.ConfigError)), errors.As(err, new(*backendai.UsageError)):
		return usagef("", "%v", err)
	case errors.As(err, new(*backendai.DiedError)):
		return &kindedError{luavalue.KindConnect, err}
	case !errors.As(err, &e):
		return err
	case e.Type == backendai.ErrRequest:
		return &kindedError{luavalue.KindConnect, err}
	case e.Problem == "auth-failed" || e.Problem == "invalid-auth-params":
		return &kindedError{luavalue.KindAuth, err}
	}
	return err
}

// kindedError is said as it is, and ends the command with its kind's code.
type kindedError struct {
	kind string
	err  error
}

func (e *kindedError) Error() string { return e.err.Error() }
func (e *kindedError) Unwrap() []error {
	return []error{e.err, &luavalue.Error{Kind: e.kind, Message: e.err.Error()}}
}

// withManager runs what a command does with a manager.
func (a *app) withManager(ctx *cli.Context, do func(context.Context, *backendai.Client) error) error {
	c, err := a.manager()
	if err != nil {
		return err
	}
	defer c.Close()
	if err := do(ctx.Context, c); err != nil {
		return backendaiProblem(stopped(ctx.Context, err))
	}
	return nil
}

func (a *app) backendaiPs(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	return a.withManager(ctx, func(do context.Context, c *backendai.Client) error {
		w := tabwriter.NewWriter(a.env.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tSTATUS\tIMAGE\tCREATED\tID")
		for s, err := range c.Sessions(do, backendai.ListOptions{}) {
			if err != nil {
				return err
			}
			if s.Status.Ended() && !ctx.Bool("all") {
				continue
			}
			created, _, _ := strings.Cut(s.Created, ".")
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Name, s.Status, s.Image, created, s.ID)
		}
		return w.Flush()
	})
}

// sessionName is the one word of a command.
func (a *app) sessionName(ctx *cli.Context) (string, error) {
	if ctx.NArg() != 1 {
		return "", usagef(a.seeHelp(ctx.Command), "%s wants the name or the id of one session", ctx.Command.Name)
	}
	return ctx.Args().First(), nil
}

func (a *app) backendaiInfo(ctx *cli.Context) error {
	id, err := a.sessionName(ctx)
	if err != nil {
		return err
	}
	return a.withManager(ctx, func(do context.Context, c *backendai.Client) error {
		i, err := c.SessionInfo(do, id, "")
		if err != nil {
			return err
		}
		ports, err := c.Apps(do, id)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(a.env.Stdout, 0, 8, 2, ' ', 0)
		line := func(name string, value any) { fmt.Fprintf(w, "%s\t%v\n", name, value) }
		line("status", strings.TrimSpace(string(i.Status)+" "+i.StatusInfo))
		line("image", i.Image)
		for _, slots := range []map[string]string{backendai.Slots(i.Occupied)} {
			line("resources", wordsOf(slots))
		}
		line("age", time.Duration(i.Age*float64(time.Millisecond)).Round(time.Second))
		for _, p := range ports {
			line("app "+p.Name, fmt.Sprint(p.Protocol, " ", p.Ports))
		}
		return w.Flush()
	})
}

func wordsOf(slots map[string]string) string {
	var words []string
	for name, amount := range slots {
		words = append(words, name+"="+amount)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func (a *app) backendaiLogs(ctx *cli.Context) error {
	id, err := a.sessionName(ctx)
	if err != nil {
		return err
	}
	return a.withManager(ctx, func(do context.Context, c *backendai.Client) error {
		text, err := c.Logs(do, id, "")
		if err != nil {
			return err
		}
		_, err = io.WriteString(a.env.Stdout, strings.ReplaceAll(text, "\r\n", "\n"))
		return err
	})
}

func (a *app) backendaiRm(ctx *cli.Context) error {
	if ctx.NArg() == 0 {
		return usagef(a.seeHelp(ctx.Command), "rm wants the names of sessions")
	}
	return a.withManager(ctx, func(do context.Context, c *backendai.Client) error {
		for _, id := range ctx.Args().Slice() {
			if _, err := c.SessionInfo(do, id, ""); err != nil {
				return err
			}
			if err := c.EndSession(do, id); err != nil {
				return err
			}
			fmt.Fprintln(a.env.Stdout, id)
		}
		return nil
	})
}

func (a *app) backendaiRun(ctx *cli.Context) error {
	spec, err := a.runSpec(ctx)
	if err != nil {
		return err
	}
	code := backendai.Code{Text: ctx.Args().First()}
	if ctx.Bool("shell") {
		code = backendai.Code{Batch: &backendai.BatchOptions{Exec: ctx.Args().First()}}
	}
	return a.withManager(ctx, func(do context.Context, c *backendai.Client) (err error) {
		made, err := c.CreateSession(context.WithoutCancel(do), spec)
		if err != nil {
			return err
		}
		if made.Created && !ctx.Bool("keep") {
			defer func() {
				end, cancel := context.WithTimeout(context.WithoutCancel(do), 3*time.Minute)
				defer cancel()
				err = errors.Join(err, c.EndSession(end, made.ID))
			}()
		}
		return a.runIn(do, c, made.ID, code)
	})
}

func (a *app) runSpec(ctx *cli.Context) (backendai.SessionSpec, error) {
	s := backendai.SessionSpec{Image: ctx.String("image"), Name: ctx.String("name"), Resources: map[string]string{}}
	if ctx.NArg() != 1 {
		return s, usagef(a.seeHelp(ctx.Command), "backendai run wants the code, as one word")
	}
	if s.Image == "" {
		return s, usagef(a.seeHelp(ctx.Command), "--image is missing: name what the session is made from")
	}
	if s.Name == "" {
		s.Name = "pierun-" + backendai.NewRunID()[:12]
	}
	for _, word := range ctx.StringSlice("resource") {
		slot, amount, found := strings.Cut(word, "=")
		if !found || slot == "" || amount == "" {
			return s, usagef("write --resource cpu=2", "--resource must be SLOT=AMOUNT, not %q", word)
		}
		s.Resources[slot] = amount
	}
	return s, nil
}

// runIn waits for the session and passes on what the code writes; its exit code is the command's.
func (a *app) runIn(ctx context.Context, c *backendai.Client, id string, code backendai.Code) error {
	wait := backendai.WaitOptions{Progress: func(i *backendai.Info) {
		if i.Status != backendai.Running {
			a.say("the session is %s", strings.TrimSpace(string(i.Status)+" "+i.StatusInfo))
		}
	}}
	if _, err := c.WaitSession(ctx, id, wait); err != nil {
		return err
	}
	out, err := c.Exec(ctx, id, code, backendai.Watch{Console: func(o backendai.Output) {
		to := a.env.Stdout
		if o.Kind == "stderr" || o.Kind == "log" {
			to = a.env.Stderr
		}
		_, _ = io.WriteString(to, o.Text)
	}})
	if err != nil {
		return err
	}
	if out.ExitCode != 0 {
		return status(min(max(out.ExitCode, 1), 125))
	}
	return nil
}

// onBackendAI brings up the session of --on backendai, runs what needs it, and gives the session back.
func (a *app) onBackendAI(ctx context.Context, image string, use func(*backendai.Server) error) error {
	spec, err := backendai.LoadServer(projectFile)
	if err != nil {
		return usagef("", "%v", err)
	}
	if image != "" {
		spec.Session.Image = image
	}
	if spec.Session.Image == "" {
		return usagef(`write [backendai.pie] image = "…" into `+projectFile, "--on backendai needs an image with a Pie server")
	}
	c, err := a.manager()
	if err != nil {
		return err
	}
	defer c.Close()
	spec.Stage = func(stage string) { a.say("backendai: %s", stage) }
	server, err := c.Serve(ctx, spec)
	if err != nil {
		return backendaiProblem(stopped(ctx, err))
	}
	err = use(server)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Minute)
	defer cancel()
	if closed := server.Close(end); closed != nil {
		a.say("NOT confirmed: session %s may still be running: %v", server.Name, closed)
	} else if server.Created {
		a.say("backendai: session %s is gone", server.Name)
	}
	return err
}

// runOn runs a script, unchanged, on a server that is brought up for it.
func (a *app) runOn(ctx *cli.Context, run context.Context, s *script) error {
	if on := ctx.String("on"); on != "backendai" {
		return usagef("", "--on must be backendai, not %q", on)
	}
	if s.cfg.Server != "" && ctx.IsSet("server") {
		return usagef("leave one of them out", "--on brings its own server, and --server names another")
	}
	return a.onBackendAI(run, ctx.String("image"), func(server *backendai.Server) error {
		s.cfg.Server, s.cfg.DialServer = "ws://"+server.Name+".session:8080", server.DialContext
		return a.carryOut(run, s)
	})
}

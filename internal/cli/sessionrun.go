package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/backendai"
)

func (a *app) backendaiRun(ctx *cli.Context) error {
	spec, err := a.runSpec(ctx)
	if err != nil {
		return err
	}
	code := backendai.Code{Text: ctx.Args().First()}
	if ctx.Bool("shell") {
		code = backendai.Code{Batch: &backendai.BatchOptions{Exec: ctx.Args().First()}}
	}
	j := a.noting()
	defer func() { _ = j.Close() }()
	return a.withNotes(ctx, j, func(do context.Context, c *backendai.Client) error {
		made, err := c.CreateSession(context.WithoutCancel(do), spec)
		if err != nil {
			return err
		}
		if ctx.Bool("keep") {
			c.Keep(made.ID)
		} else if made.Created {
			defer a.giveBack(do, made.ID, made.Name, func(ctx context.Context) error { return c.EndSession(ctx, made.ID) })
		}
		return a.runIn(do, c, made.ID, code)
	})
}

func (a *app) runSpec(ctx *cli.Context) (backendai.SessionSpec, error) {
	s := backendai.SessionSpec{Image: ctx.String("image"), Name: ctx.String("name"), Resources: map[string]string{}}
	if ctx.NArg() != 1 || strings.TrimSpace(ctx.Args().First()) == "" {
		return s, usagef(a.seeHelp(ctx.Command), "backendai run wants the code, as one word")
	}
	if s.Image == "" {
		return s, usagef(a.seeHelp(ctx.Command), "--image is missing: name what the session is made from")
	}
	if s.Name == "" {
		s.Name = ownName + backendai.NewRunID()[:12]
	}
	for _, word := range ctx.StringSlice("resource") {
		slot, amount, found := strings.Cut(word, "=")
		if !found || slot == "" || amount == "" {
			return s, usagef("write --resource cpu=2", "--resource must be SLOT=AMOUNT, not %q", word)
		}
		s.Resources[slot] = amount
	}
	return s, backendaiProblem(cmp.Or(backendai.CheckName(s.Name), s.CheckAmounts()))
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
	return a.codeEnded(out, code)
}

// codeEnded is the command's end after the code's. Codes that a shell would take for something else are brought below 126,
// and told.
func (a *app) codeEnded(out *backendai.Outcome, code backendai.Code) error {
	switch {
	case out.ExitCode == 0:
		return nil
	case out.ExitCode == 127 && code.Batch == nil && len(out.Console) == 0:
		a.fail("the session has run nothing: its image's interpreter for code did not start (the manager says 127)")
		a.hint("run a shell command with --shell, or take an image with an interpreter (for Python one with ipykernel); on a machine that was very busy, try again")
	case out.ExitCode < 0:
		a.fail(fmt.Sprintf("the session could not run the code (the manager says %d); pierun backendai logs shows more while a session lives (--keep)", out.ExitCode))
	case out.ExitCode > 125:
		a.fail(fmt.Sprintf("the code ended with %d", out.ExitCode))
	}
	return status(min(max(out.ExitCode, 1), 125))
}

// endSessionTimeout is how long a manager may take to end a session that was brought up here.
const endSessionTimeout = 3 * time.Minute

// giveBack ends a session, in its own time, and says what is not confirmed.
func (a *app) giveBack(ctx context.Context, id, name string, end func(context.Context) error) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endSessionTimeout)
	defer cancel()
	err := end(ctx)
	if err != nil {
		a.say("NOT confirmed: session %s may still be running: %v; to end it: pierun backendai rm %s", name, err, id)
	}
	return err == nil
}

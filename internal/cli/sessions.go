package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/backendai"
)

func (a *app) backendaiPs(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	return a.withManager(ctx, func(do context.Context, c *backendai.Client) error {
		list, mine, err := a.sessions(do, c)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(a.env.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tSTATUS\tIMAGE\tCREATED\tMINE\tID")
		for _, s := range list {
			m, known := mine[s.ID]
			if s.Status.Ended() && !ctx.Bool("all") || !known && ctx.Bool("mine") {
				continue
			}
			created, _, _ := strings.Cut(s.Created, ".")
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Status, s.Image, created, mineWord(m, known), s.ID)
		}
		return w.Flush()
	})
}

// sessions are all that the manager lists, and those of them that this host has made.
func (a *app) sessions(ctx context.Context, c *backendai.Client) (list []backendai.Listed, mine map[string]owned, err error) {
	live := map[string]string{}
	for s, err := range c.Sessions(ctx, backendai.ListOptions{}) {
		if err != nil {
			return nil, nil, err
		}
		if list = append(list, s); !s.Status.Ended() {
			live[s.ID], live[s.Name] = s.ID, s.ID
		}
	}
	mine, err = a.mySessions(c, live)
	return list, mine, err
}

// sessionName is the one word of a command.
func (a *app) sessionName(ctx *cli.Context) (string, error) {
	if ctx.NArg() != 1 || ctx.Args().First() == "" {
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
		line("resources", wordsOf(backendai.Slots(i.Occupied)))
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
	if (ctx.NArg() == 0) != ctx.Bool("mine") || slices.Contains(ctx.Args().Slice(), "") {
		return usagef(a.seeHelp(ctx.Command), "backendai rm wants the names or ids of sessions, or --mine alone")
	}
	return a.withManager(ctx, func(do context.Context, c *backendai.Client) error {
		ids := ctx.Args().Slice()
		if ctx.Bool("mine") {
			_, mine, err := a.sessions(do, c)
			if err != nil {
				return err
			}
			ids = slices.Sorted(maps.Keys(mine))
		}
		return a.removeSessions(do, c, ids)
	})
}

// removeSessions goes on after one that is not there, or that the manager will not end, and says so in the end.
func (a *app) removeSessions(ctx context.Context, c *backendai.Client, ids []string) error {
	var refused error
	for _, id := range ids {
		_, err := c.SessionInfo(ctx, id, "")
		if err == nil {
			err = c.EndSession(ctx, id)
		}
		switch {
		case errors.Is(err, backendai.NotFound()), errors.Is(err, &backendai.Error{Type: backendai.ErrServer, Problem: "generic-forbidden"}):
			refused = errors.Join(refused, err)
		case err != nil:
			return errors.Join(refused, err)
		default:
			fmt.Fprintln(a.env.Stdout, id)
		}
	}
	return refused
}

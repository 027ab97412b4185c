package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

func (a *app) helpCommand() *cli.Command {
	return &cli.Command{
		Name:        "help",
		Usage:       "say what a command does and how",
		ArgsUsage:   "[COMMAND]",
		Description: "pierun help engine",
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "short", Hidden: true}},
		Action:      a.helpAction,
	}
}

func (a *app) helpAction(ctx *cli.Context) error {
	word := ctx.Args().First()
	switch {
	case ctx.Bool("short"): // pierun alone: that is no command line
		a.overview(a.env.Stderr)
		return status(exitUsage)
	case word == "":
		var b strings.Builder
		a.overview(&b)
		return a.show(&b)
	}
	c := a.command(word)
	if c == nil {
		return usagef(strings.TrimPrefix(meant(word, a.commandNames()), "; "), "there is no command %s", word)
	}
	return a.help(c)
}

// overview is the help of the command as a whole, with the flags of run, which is what people come for.
func (a *app) overview(w io.Writer) {
	run := a.command("run")
	_, _ = fmt.Fprintf(w, "pierun runs Lua scripts that launch, steer and talk to many programs at once on a Pie server.\n\n")
	a.section(w, "Usage", run.UsageText+"\npierun COMMAND [flags]")
	a.section(w, "Examples", run.Description)
	a.section(w, "Commands", a.commandTable())
	a.section(w, "Flags of run", flagTable(run))
	_, _ = fmt.Fprintf(w, "What follows FILE or CODE on the command line is the script's. pierun COMMAND --help has more.\n")
}

// help is the help of one command.
func (a *app) help(c *cli.Command) error {
	usage := c.UsageText
	if usage == "" {
		usage = strings.TrimSpace(name + " " + c.Name + " [flags] " + c.ArgsUsage)
	}
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "pierun %s: %s\n\n", c.Name, c.Usage)
	a.section(&b, "Usage", usage)
	a.section(&b, "Examples", c.Description)
	a.section(&b, "Flags", flagTable(c))
	return a.show(&b)
}

// show prints a text in one piece.
func (a *app) show(text *strings.Builder) error {
	_, err := io.WriteString(a.env.Stdout, text.String())
	return err
}

func (a *app) section(w io.Writer, title, text string) {
	_, _ = fmt.Fprintf(w, "%s:\n", title)
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		_, _ = fmt.Fprintf(w, "  %s\n", line)
	}
	_, _ = fmt.Fprintln(w)
}

func (a *app) commandTable() string {
	var b strings.Builder
	for _, c := range a.commands {
		fmt.Fprintf(&b, "%-11s %s\n", c.Name, c.Usage)
	}
	return b.String()
}

// flagTable is a line for each flag and, under it, what it does.
func flagTable(c *cli.Command) string {
	var b strings.Builder
	for _, f := range c.Flags {
		documented, ok := f.(cli.DocGenerationFlag)
		if hidden, can := f.(cli.VisibleFlag); !ok || can && !hidden.IsVisible() {
			continue
		}
		what, placeholder := usageOf(documented.GetUsage())
		names := dashed(f.Names()[0])
		if len(f.Names()) > 1 {
			names = dashed(f.Names()[1]) + ", " + names
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(names+" "+placeholder, " "))
		if value := documented.GetValue(); value != "" && documented.TakesValue() {
			what += " (default " + value + ")"
		}
		wrapped(&b, what)
	}
	b.WriteString("-h, --help\n")
	wrapped(&b, "say what the command does and how")
	return b.String()
}

// usageOf takes the word in backquotes out as the placeholder of the value.
func usageOf(text string) (what, placeholder string) {
	before, rest, found := strings.Cut(text, "`")
	if !found {
		return text, ""
	}
	placeholder, after, _ := strings.Cut(rest, "`")
	return before + placeholder + after, placeholder
}

const lineWidth = 96

// wrapped writes text in indented lines.
func wrapped(b *strings.Builder, text string) {
	const indent = "      "
	column := lineWidth
	for i, word := range strings.Fields(text) {
		if column+1+len(word) > lineWidth {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(indent + word)
			column = len(indent) + len(word)
			continue
		}
		b.WriteString(" " + word)
		column += 1 + len(word)
	}
	b.WriteByte('\n')
}

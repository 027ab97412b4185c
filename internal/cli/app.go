package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/internal/screen"
)

// app is one run of the command.
type app struct {
	env      Env
	style    style        // of standard error
	out      style        // of standard output
	line     *screen.Line // standard error, where a line can be drawn on it; nil elsewhere
	commands []*cli.Command
	pairs    []*cli.Command // those of two words
	apart    bool           // the words of -e CODE stand behind a "--": none of them can be meant for us
}

// Run carries out the command line in env.Args and returns the exit code. When ctx ends, its cause is why: a [*Stop]
// has the code that follows from it. Run returns after the cleanup, which is bounded by the grace; everything it
// started has ended then, but for a cleanup that did not keep to that bound.
func Run(ctx context.Context, env Env) int {
	a := &app{env: env.withDefaults()}
	a.style, a.out = styleOf(a.env, a.env.Stderr), styleOf(a.env, a.env.Stdout)
	if screen.IsTerminal(a.env.Stderr) && a.env.Getenv("TERM") != "dumb" {
		a.line = screen.NewLine(a.env.Stderr)
	}
	a.commands = []*cli.Command{
		a.runCommand(), a.psCommand(), a.attachCommand(), a.logsCommand(), a.killCommand(),
		a.installCommand(), a.programsCommand(), a.pingCommand(), a.doctorCommand(), a.engineCommand(),
		a.typesCommand(), a.versionCommand(), a.completionCommand(), a.helpCommand(),
	}
	a.commands, a.pairs = append(a.commands, a.backendaiCommand()), a.backendaiCommands()
	tuneMemory(a.env.Getenv)
	return a.finish(a.root().RunContext(ctx, append([]string{name}, a.words()...)))
}

// name is what the command is called in its own messages.
const name = "pierun"

// root is the library's application. Help, errors and exits are ours: its own print to the wrong stream and take
// words that belong to the script.
func (a *app) root() *cli.App {
	all := slices.Concat(a.commands, a.pairs)
	for _, c := range all {
		c.HideHelp, c.OnUsageError = true, a.usageProblem
	}
	return &cli.App{
		Name:           name,
		HideHelp:       true,
		HideVersion:    true,
		Commands:       all,
		Writer:         a.env.Stderr,
		ErrWriter:      a.env.Stderr,
		ExitErrHandler: func(*cli.Context, error) {},
	}
}

// words is the command line with the name of its command in front: a first word that names none of them is the
// script, or an option of run.
func (a *app) words() []string {
	if len(a.env.Args) == 0 {
		return []string{"help", "--short"}
	}
	switch first := a.env.Args[0]; {
	case first == "--help" || first == "-h":
		return append([]string{"help"}, a.env.Args[1:]...)
	case first == "--version":
		return append([]string{"version"}, a.env.Args[1:]...)
	case first == "run":
		return a.behindCode(a.env.Args)
	case a.command(first) != nil:
		return a.inOrder(backendaiWords(a.env.Args))
	}
	return a.behindCode(append([]string{"run"}, a.env.Args...))
}

func (a *app) command(name string) *cli.Command {
	all := slices.Concat(a.commands, a.pairs)
	if i := slices.IndexFunc(all, func(c *cli.Command) bool { return c.Name == name }); i >= 0 {
		return all[i]
	}
	return nil
}

func (a *app) commandNames() []string {
	names := make([]string, len(a.commands))
	for i, c := range a.commands {
		names[i] = c.Name
	}
	return names
}

// flagWords spells the flags of a command with their dashes, --help among them, which the parser knows by itself.
func flagWords(c *cli.Command) []string {
	words := []string{"--help", "-h"}
	for _, f := range c.Flags {
		for _, n := range f.Names() {
			words = append(words, dashed(n))
		}
	}
	return words
}

// dashed spells a flag as people do: one dash before a letter, two before a word.
func dashed(flag string) string {
	flag = strings.TrimLeft(flag, "-")
	return strings.Repeat("-", min(len(flag), 2)) + flag
}

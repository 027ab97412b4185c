package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

func (a *app) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the script that makes a shell complete pierun's words",
		ArgsUsage: "bash|zsh|fish",
		Description: `source <(pierun completion bash)                    # in ~/.bashrc
source <(pierun completion zsh)                     # in ~/.zshrc, after compinit
pierun completion fish > ~/.config/fish/completions/pierun.fish`,
		Action: a.completion,
	}
}

func (a *app) completion(ctx *cli.Context) error {
	shells := map[string]func() string{"bash": a.bash, "zsh": a.zsh, "fish": a.fish}
	word := ctx.Args().First()
	script, known := shells[word]
	if !known || ctx.NArg() > 1 {
		return usagef(a.seeHelp(ctx.Command), "completion wants one of bash, zsh and fish%s", meant(word, []string{"bash", "zsh", "fish"}))
	}
	_, err := fmt.Fprint(a.env.Stdout, script())
	return err
}

// choices are the fixed values of flags that have such.
func choices() map[string][]string {
	return map[string][]string{
		"dialect":   dialectNames(),
		"progress":  {"auto", "plain", "none"},
		"log-level": {"debug", "info", "warn", "error"},
		"on":        {"backendai"},
	}
}

func sortedChoices() []string { return slices.Sorted(maps.Keys(choices())) }

// longFlags spells the visible flags of c.
func longFlags(c *cli.Command) []string {
	words := []string{"--help"}
	for _, f := range c.Flags {
		if visible, ok := f.(cli.VisibleFlag); ok && visible.IsVisible() {
			words = append(words, "--"+f.Names()[0])
		}
	}
	return words
}

func takesValue(f cli.Flag) bool {
	documented, ok := f.(cli.DocGenerationFlag)
	return ok && documented.TakesValue()
}

// plainWords are all that may stand behind a command beside its flags; nil where that is files, ids or a script.
func (a *app) plainWords(c *cli.Command) []string {
	switch c.Name {
	case "completion":
		return []string{"bash", "zsh", "fish"}
	case "help":
		return a.commandNames()
	case "backendai":
		var words []string
		for _, pair := range a.pairs {
			words = append(words, secondWord(pair))
		}
		return words
	}
	return nil
}

// secondWord is "ps" of "backendai ps".
func secondWord(pair *cli.Command) string {
	_, second, _ := strings.Cut(pair.Name, " ")
	return second
}

func singleQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

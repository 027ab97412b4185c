package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// fish completes the same as bash, with what each word does.
func (a *app) fish() string {
	var b strings.Builder
	b.WriteString("# fish completion of pierun\n")
	for _, c := range a.commands {
		fmt.Fprintf(&b, "complete -c pierun -n __fish_use_subcommand -a %s -d %s\n", c.Name, singleQuoted(c.Usage))
	}
	seconds := a.plainWords(a.command("backendai"))
	for _, c := range a.commands {
		when := seen(c.Name)
		if slices.Contains(seconds, c.Name) { // so is the second word of a pair called
			when += "; and not " + seen("backendai")
		}
		if c.Name == "run" {
			when = "__fish_use_subcommand; or begin; " + when + "; end"
		}
		fishFlags(&b, c, when)
		if words := a.plainWords(c); words != nil {
			when += "; and not " + seen(words...)
			if c.Name == "help" {
				when = "__fish_prev_arg_in help"
			}
			fmt.Fprintf(&b, "complete -c pierun -n %s -f -a '%s'\n", singleQuoted(when), strings.Join(words, " "))
		}
	}
	for _, c := range a.pairs {
		when := seen("backendai") + "; and " + seen(secondWord(c))
		fishFlags(&b, c, when)
		fmt.Fprintf(&b, "complete -c pierun -n %s -f\n", singleQuoted(when))
	}
	return b.String()
}

func seen(words ...string) string { return "__fish_seen_subcommand_from " + strings.Join(words, " ") }

func fishFlags(b *strings.Builder, c *cli.Command, when string) {
	for _, f := range c.Flags {
		b.WriteString(fishFlag(f, singleQuoted(when)))
	}
}

func fishFlag(f cli.Flag, when string) string {
	documented, ok := f.(cli.DocGenerationFlag)
	if visible, can := f.(cli.VisibleFlag); !ok || can && !visible.IsVisible() {
		return ""
	}
	what, _ := usageOf(documented.GetUsage())
	line := fmt.Sprintf("complete -c pierun -n %s -l %s -d %s", when, f.Names()[0], singleQuoted(what))
	if values := choices()[f.Names()[0]]; values != nil {
		line += " -x -a '" + strings.Join(values, " ") + "'"
	} else if takesValue(f) {
		line += " -r"
	}
	return line + "\n"
}

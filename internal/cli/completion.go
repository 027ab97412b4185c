package cli

import (
	"fmt"
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
	}
}

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

// bash completes the command, its flags and their fixed values; everything else is a file, and what follows a script is
// the script's.
func (a *app) bash() string {
	var b strings.Builder
	b.WriteString("# bash completion of pierun\n_pierun() {\n  local IFS=$' \\t\\n' flags= plain=\n")
	b.WriteString("  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n  case $before in\n")
	for _, flag := range sortedChoices() {
		fmt.Fprintf(&b, "    --%s) COMPREPLY=($(compgen -W %q -- \"$word\")); return ;;\n", flag, strings.Join(choices()[flag], " "))
	}
	b.WriteString("  esac\n  case ${COMP_WORDS[1]} in\n")
	for _, c := range a.commands {
		fmt.Fprintf(&b, "    %s) flags=%q plain=%q ;;\n", c.Name, strings.Join(longFlags(c), " "), strings.Join(a.plainWords(c), " "))
	}
	fmt.Fprintf(&b, "    -*) flags=%q ;;\n  esac\n", strings.Join(longFlags(a.command("run")), " "))
	fmt.Fprintf(&b, "  [ \"$COMP_CWORD\" -gt 1 ] || plain=%q\n", strings.Join(a.commandNames(), " "))
	b.WriteString("  case $word in\n    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$word\")) ;;\n")
	b.WriteString("    *) COMPREPLY=($(compgen -W \"$plain\" -- \"$word\")); IFS=$'\\n'; COMPREPLY+=($(compgen -f -- \"$word\")) ;;\n")
	b.WriteString("  esac\n}\ncomplete -o filenames -F _pierun pierun\n")
	return b.String()
}

// plainWords are what may stand behind a command beside flags and files.
func (a *app) plainWords(c *cli.Command) []string {
	switch c.Name {
	case "completion":
		return []string{"bash", "zsh", "fish"}
	case "help":
		return a.commandNames()
	}
	return nil
}

// zsh completes the same as bash, and says beside each command what it does.
func (a *app) zsh() string {
	var b strings.Builder
	b.WriteString("#compdef pierun\n# zsh completion of pierun\n_pierun() {\n")
	b.WriteString("  local -a commands flags plain\n  commands=(\n")
	for _, c := range a.commands {
		fmt.Fprintf(&b, "    %s\n", singleQuoted(c.Name+":"+c.Usage))
	}
	b.WriteString("  )\n  case $words[CURRENT-1] in\n")
	for _, flag := range sortedChoices() {
		fmt.Fprintf(&b, "    --%s) compadd -- %s; return ;;\n", flag, strings.Join(choices()[flag], " "))
	}
	b.WriteString("  esac\n  case $words[2] in\n")
	for _, c := range a.commands {
		fmt.Fprintf(&b, "    %s) flags=(%s) plain=(%s) ;;\n", c.Name, strings.Join(longFlags(c), " "), strings.Join(a.plainWords(c), " "))
	}
	fmt.Fprintf(&b, "    -*) flags=(%s) ;;\n  esac\n", strings.Join(longFlags(a.command("run")), " "))
	b.WriteString("  if [[ $PREFIX == -* ]]; then compadd -- $flags; return; fi\n")
	b.WriteString("  (( CURRENT > 2 )) || _describe command commands\n  compadd -- $plain\n  _files\n}\ncompdef _pierun pierun\n")
	return b.String()
}

// fish completes the same, with what each word does.
func (a *app) fish() string {
	var b strings.Builder
	b.WriteString("# fish completion of pierun\n")
	for _, c := range a.commands {
		fmt.Fprintf(&b, "complete -c pierun -n __fish_use_subcommand -a %s -d %s\n", c.Name, singleQuoted(c.Usage))
	}
	for _, c := range a.commands {
		when := "'__fish_seen_subcommand_from " + c.Name + "'"
		if c.Name == "run" {
			when = "'__fish_use_subcommand; or __fish_seen_subcommand_from run'"
		}
		for _, f := range c.Flags {
			b.WriteString(fishFlag(f, when))
		}
		if words := a.plainWords(c); words != nil {
			fmt.Fprintf(&b, "complete -c pierun -n %s -f -a '%s'\n", when, strings.Join(words, " "))
		}
	}
	return b.String()
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

func singleQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func sortedChoices() []string { return []string{"dialect", "log-level", "progress"} }

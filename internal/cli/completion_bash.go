package cli

import (
	"fmt"
	"strings"
)

// bash completes the command, its flags and their fixed values; everything else is a file, unless a command takes none,
// and what follows a script is the script's.
func (a *app) bash() string {
	var b strings.Builder
	b.WriteString("# bash completion of pierun\n_pierun() {\n  local IFS=$' \\t\\n' flags= plain= files=yes\n")
	b.WriteString("  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n  case $before in\n")
	for _, flag := range sortedChoices() {
		fmt.Fprintf(&b, "    --%s) COMPREPLY=($(compgen -W %q -- \"$word\")); return ;;\n", flag, strings.Join(choices()[flag], " "))
	}
	b.WriteString("  esac\n  case ${COMP_WORDS[1]} in\n")
	for _, c := range a.commands {
		words := a.plainWords(c)
		fmt.Fprintf(&b, "    %s) flags=%q plain=%q%s ;;\n", c.Name, strings.Join(longFlags(c), " "), strings.Join(words, " "), onlyThese(words))
	}
	fmt.Fprintf(&b, "    -*) flags=%q ;;\n  esac\n", strings.Join(longFlags(a.command("run")), " "))
	b.WriteString("  [ \"$COMP_CWORD\" -le 2 ] || case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n")
	for _, c := range a.pairs {
		fmt.Fprintf(&b, "    %q) flags=%q plain= ;;\n", c.Name, strings.Join(longFlags(c), " "))
	}
	fmt.Fprintf(&b, "  esac\n  [ \"$COMP_CWORD\" -gt 1 ] || plain=%q files=yes\n", strings.Join(a.commandNames(), " "))
	b.WriteString("  case $before in -*) files=yes ;; esac\n")
	b.WriteString("  case $word in\n    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$word\")) ;;\n")
	b.WriteString("    *) COMPREPLY=($(compgen -W \"$plain\" -- \"$word\"))\n")
	b.WriteString("      [ -z \"$files\" ] || { IFS=$'\\n'; COMPREPLY+=($(compgen -f -- \"$word\")); } ;;\n")
	b.WriteString("  esac\n}\ncomplete -o filenames -F _pierun pierun\n")
	return b.String()
}

// onlyThese is the assignment for a command behind which no files stand.
func onlyThese(words []string) string {
	if words == nil {
		return ""
	}
	return " files="
}

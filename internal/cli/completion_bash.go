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
	a.cases(&b, shellCases{
		choice: "    --%s) COMPREPLY=($(compgen -W %q -- \"$word\")); return ;;\n",
		first:  "  esac\n  case ${COMP_WORDS[1]} in\n", command: "    %s) flags=%q plain=%q%s ;;\n",
		script: "    -*) flags=%q ;;\n  esac\n",
		second: "  [ \"$COMP_CWORD\" -le 2 ] || case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n", pair: "    %q) flags=%q plain= ;;\n",
	})
	fmt.Fprintf(&b, "  esac\n  [ \"$COMP_CWORD\" -gt 1 ] || plain=%q files=yes\n", strings.Join(a.commandNames(), " "))
	b.WriteString("  case $before in -*) files=yes ;; esac\n")
	b.WriteString("  case $word in\n    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$word\")) ;;\n")
	b.WriteString("    *) COMPREPLY=($(compgen -W \"$plain\" -- \"$word\"))\n")
	b.WriteString("      [ -z \"$files\" ] || { IFS=$'\\n'; COMPREPLY+=($(compgen -f -- \"$word\")); } ;;\n")
	b.WriteString("  esac\n}\ncomplete -o filenames -F _pierun pierun\n")
	return b.String()
}

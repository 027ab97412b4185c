package cli

import (
	"fmt"
	"strings"
)

// zsh completes the same as bash, and says beside each command what it does.
func (a *app) zsh() string {
	var b strings.Builder
	b.WriteString("#compdef pierun\n# zsh completion of pierun\n_pierun() {\n")
	b.WriteString("  local -a commands flags plain\n  local files=yes\n  commands=(\n")
	for _, c := range a.commands {
		fmt.Fprintf(&b, "    %s\n", singleQuoted(c.Name+":"+c.Usage))
	}
	b.WriteString("  )\n  case $words[CURRENT-1] in\n")
	a.cases(&b, shellCases{
		choice: "    --%s) compadd -- %s; return ;;\n",
		first:  "  esac\n  case $words[2] in\n", command: "    %s) flags=(%s) plain=(%s)%s ;;\n",
		script: "    -*) flags=(%s) ;;\n  esac\n",
		second: "  (( CURRENT <= 3 )) || case \"$words[2] $words[3]\" in\n", pair: "    %q) flags=(%s) plain=() ;;\n",
	})
	b.WriteString("  esac\n  if [[ $PREFIX == -* ]]; then compadd -- $flags; return; fi\n")
	b.WriteString("  (( CURRENT > 2 )) || { _describe command commands; plain=() files=yes; }\n")
	b.WriteString("  [[ $words[CURRENT-1] != -* ]] || files=yes\n")
	b.WriteString("  compadd -- $plain\n  [[ -z $files ]] || _files\n}\ncompdef _pierun pierun\n")
	return b.String()
}

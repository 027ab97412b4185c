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
	for _, flag := range sortedChoices() {
		fmt.Fprintf(&b, "    --%s) compadd -- %s; return ;;\n", flag, strings.Join(choices()[flag], " "))
	}
	b.WriteString("  esac\n  case $words[2] in\n")
	for _, c := range a.commands {
		words := a.plainWords(c)
		fmt.Fprintf(&b, "    %s) flags=(%s) plain=(%s)%s ;;\n", c.Name, strings.Join(longFlags(c), " "), strings.Join(words, " "), onlyThese(words))
	}
	fmt.Fprintf(&b, "    -*) flags=(%s) ;;\n  esac\n", strings.Join(longFlags(a.command("run")), " "))
	b.WriteString("  (( CURRENT <= 3 )) || case \"$words[2] $words[3]\" in\n")
	for _, c := range a.pairs {
		fmt.Fprintf(&b, "    %q) flags=(%s) plain=() ;;\n", c.Name, strings.Join(longFlags(c), " "))
	}
	b.WriteString("  esac\n  if [[ $PREFIX == -* ]]; then compadd -- $flags; return; fi\n")
	b.WriteString("  (( CURRENT > 2 )) || { _describe command commands; plain=() files=yes; }\n")
	b.WriteString("  [[ $words[CURRENT-1] != -* ]] || files=yes\n")
	b.WriteString("  compadd -- $plain\n  [[ -z $files ]] || _files\n}\ncompdef _pierun pierun\n")
	return b.String()
}

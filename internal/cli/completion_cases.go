package cli

import (
	"fmt"
	"strings"
)

// shellCases are the lines of a shell that choose what is completed, as formats: first and second are written as they are.
type shellCases struct {
	choice  string // a flag, and its values
	first   string // in front of the cases of the first word
	command string // a command, its flags, its words, and what onlyThese says
	script  string // the flags in front of a script; it ends those cases
	second  string // in front of the cases of the first two words
	pair    string // two words, and their flags
}

// cases writes them for all flags, commands and pairs.
func (a *app) cases(b *strings.Builder, f shellCases) {
	joined := func(words []string) string { return strings.Join(words, " ") }
	for _, flag := range sortedChoices() {
		fmt.Fprintf(b, f.choice, flag, joined(choices()[flag]))
	}
	b.WriteString(f.first)
	for _, c := range a.commands {
		words := a.plainWords(c)
		fmt.Fprintf(b, f.command, c.Name, joined(longFlags(c)), joined(words), onlyThese(words))
	}
	fmt.Fprintf(b, f.script, joined(longFlags(a.command("run"))))
	b.WriteString(f.second)
	for _, c := range a.pairs {
		fmt.Fprintf(b, f.pair, c.Name, joined(longFlags(c)))
	}
}

// onlyThese is the assignment for a command behind which no files stand.
func onlyThese(words []string) string {
	if words == nil {
		return ""
	}
	return " files="
}

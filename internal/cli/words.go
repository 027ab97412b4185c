package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// inOrder moves the flags of a command in front of its other words, which is the only place where the parser knows
// them: "install DIR --force" is how people write it. What stands behind "--" is no flag. The words of run are left
// alone, since behind FILE they are the script's.
func (a *app) inOrder(words []string) []string {
	c := a.command(words[0])
	if c == nil || c.Name == "run" {
		return words
	}
	var flags, rest []string
	for i := 1; i < len(words); i++ {
		word := words[i]
		if word == "--" {
			rest = append(rest, words[i+1:]...)
			break
		}
		if !strings.HasPrefix(word, "-") || word == "-" {
			rest = append(rest, word)
			continue
		}
		flags = append(flags, word)
		if i+1 < len(words) && wantsValue(c, word) {
			i++
			flags = append(flags, words[i])
		}
	}
	if slices.ContainsFunc(rest, func(word string) bool { return strings.HasPrefix(word, "-") }) {
		flags = append(flags, "--")
	}
	return slices.Concat(words[:1], flags, rest)
}

// wantsValue says whether the word behind this one belongs to it.
func wantsValue(c *cli.Command, word string) bool {
	if strings.Contains(word, "=") {
		return false
	}
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), strings.TrimLeft(word, "-")) {
			return takesValue(f)
		}
	}
	return false
}

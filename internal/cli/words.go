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

// behindCode puts a "--" behind the CODE of run -e: what follows it is the script's, as behind FILE, flags and all.
func (a *app) behindCode(words []string) []string {
	c := a.command("run")
	for i := 1; i < len(words); i++ {
		word, inline := words[i], strings.Contains(words[i], "=")
		name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if word == "--" || word == "-" || !strings.HasPrefix(word, "-") {
			break
		}
		if !inline && wantsValue(c, word) {
			i++
		}
		if (name == "e" || name == "execute") && i < len(words)-1 {
			if a.apart = words[i+1] == "--"; a.apart {
				break
			}
			return slices.Concat(words[:i+1], []string{"--"}, words[i+1:])
		}
	}
	return words
}

// ownFlags are the flags that somebody may have put behind the script by mistake.
func (a *app) ownFlags(c *cli.Command) []string {
	if a.apart {
		return nil
	}
	return flagWords(c)
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

package cli

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/luabind/luavalue"
)

// usageError is a command line that cannot be carried out: exit code 2.
type usageError struct{ message, hint string }

func (e *usageError) Error() string { return e.message }

// usagef makes a usageError with a hint behind it.
func usagef(hint, format string, a ...any) error {
	return &usageError{message: fmt.Sprintf(format, a...), hint: hint}
}

// usageProblem rewords what the flag parser says, which speaks of flags with one dash and of parse errors. A plea for
// help comes this way too.
func (a *app) usageProblem(ctx *cli.Context, err error, _ bool) error {
	c := ctx.Command
	if errors.Is(err, flag.ErrHelp) {
		return a.help(c)
	}
	text := err.Error()
	if word, found := strings.CutPrefix(text, "flag provided but not defined: "); found {
		return a.unknownFlag(c, a.typed(word))
	}
	if word, found := strings.CutPrefix(text, "flag needs an argument: "); found {
		return usagef(a.seeHelp(c), "%s wants a value", dashed(word))
	}
	if rest, found := strings.CutPrefix(text, "invalid boolean value "); found {
		value, word, _ := strings.Cut(rest, " for ")
		word, _, _ = strings.Cut(word, ":")
		return usagef("write it alone", "%s takes no value, and was given %s", dashed(word), value)
	}
	return usagef(a.seeHelp(c), "%s", text)
}

func (a *app) unknownFlag(c *cli.Command, flag string) error {
	hint := a.seeHelp(c)
	closest := luavalue.Closest(dashed(flag), flagWords(c))
	if together := apart(c, flag); together != "" && len(closest) <= len("-x") {
		hint = "letters stand alone: write " + together
	} else if closest != "" {
		hint = "did you mean " + closest + "? " + hint
	}
	return usagef(hint, "there is no flag %s", flag)
}

// typed gives a flag, which the parser names with one dash, as it was written.
func (a *app) typed(flag string) string {
	for _, word := range a.env.Args {
		if word, _, _ = strings.Cut(word, "="); dashed(word) == dashed(flag) && word[0] == '-' {
			return word
		}
	}
	return dashed(flag)
}

// apart writes -qe as -q -e, and -eCODE as -e 'CODE'; "" for what does not begin with a letter of the command's.
func apart(c *cli.Command, flag string) string {
	if len(flag) < 3 || flag[1] == '-' || !slices.Contains(flagWords(c), flag[:2]) {
		return ""
	}
	if wantsValue(c, flag[:2]) {
		return flag[:2] + " '" + flag[2:] + "'"
	}
	return flag[:2] + " -" + flag[2:]
}

func (a *app) seeHelp(c *cli.Command) string {
	if c.Name == "run" {
		return "see " + name + " --help"
	}
	return "see " + name + " " + c.Name + " --help"
}

// noWords refuses words behind a command that takes none.
func (a *app) noWords(ctx *cli.Context) error {
	if word := ctx.Args().First(); word != "" {
		return usagef(a.seeHelp(ctx.Command), "%s takes no %q", ctx.Command.Name, word)
	}
	return nil
}

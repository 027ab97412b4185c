package luabind

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// argWords holds the words of the command line against a spec. Its errors are about the words.
type argWords struct {
	spec  *argSpec
	host  []string // flags of the command itself, for a better answer
	place string   // what these stand before
	given map[*argument][]string
	help  bool
}

// read sorts the words out. It stops at --help: what follows does not matter then.
func (w *argWords) read(words []string) error {
	for i := 0; i < len(words) && !w.help; i++ {
		var err error
		switch word := words[i]; {
		case word == "--":
			return w.positionals(words[i+1:])
		case word == "--help" || word == "-h":
			w.help = true
		case w.isFlag(word):
			i, err = w.flag(words, i)
		default:
			err = w.positional(word)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isFlag tells a flag from a word that only begins with a dash: "-" alone, and a number that no short form is.
func (w *argWords) isFlag(word string) bool {
	if len(word) < 2 || word[0] != '-' {
		return false
	}
	_, err := strconv.ParseFloat(word, 64)
	return err != nil || w.find(word[:2]) != nil
}

func (w *argWords) find(name string) *argument {
	for _, a := range w.spec.arguments {
		if a.flag() && (name == a.long || name == a.short) {
			return a
		}
	}
	return nil
}

// flag takes the flag at words[i] with its value and gives the index of the last word taken.
func (w *argWords) flag(words []string, i int) (int, error) {
	name, value, inline := strings.Cut(words[i], "=")
	a := w.find(name)
	if a == nil && strings.HasPrefix(name, "--no-") {
		if a = w.find("--" + strings.TrimPrefix(name, "--no-")); a != nil && a.kind.name == "boolean" && !inline {
			return i, w.take(a, "false")
		}
	}
	switch {
	case a == nil || strings.HasPrefix(name, "--no-") && name != a.long:
		return i, w.unknown(name)
	case inline:
		return i, w.take(a, value)
	case a.kind.name == "boolean":
		return i, w.take(a, "true")
	case i+1 == len(words):
		return i, fmt.Errorf("%s needs a value", name)
	}
	if next := words[i+1]; next == "--" || w.isFlag(next) && w.find(strings.SplitN(next, "=", 2)[0]) != nil {
		return i, fmt.Errorf("%s needs a value, and %s follows it", name, next)
	}
	return i + 1, w.take(a, words[i+1])
}

func (w *argWords) unknown(name string) error {
	if slices.Contains(w.host, name) {
		return fmt.Errorf("%s is not an option of this script; to mean pierun's own, put %s before %s", name, name, w.place)
	}
	if near := luavalue.Closest(name, w.spec.flagNames()); near != "" {
		return fmt.Errorf("unknown option %s; did you mean %s?", name, near)
	}
	return fmt.Errorf("unknown option %s", name)
}

// take notes a value; a second one takes the place of the first unless there may be many.
func (w *argWords) take(a *argument, value string) error {
	if !a.many {
		w.given[a] = nil
	}
	w.given[a] = append(w.given[a], value)
	return nil
}

func (w *argWords) positionals(words []string) error {
	for _, word := range words {
		if err := w.positional(word); err != nil {
			return err
		}
	}
	return nil
}

// positional gives a word to the first positional that can take one.
func (w *argWords) positional(word string) error {
	for _, a := range w.spec.arguments {
		if !a.flag() && (a.many || len(w.given[a]) == 0) {
			return w.take(a, word)
		}
	}
	return fmt.Errorf("unexpected word %q", word)
}

// value gives what stands in the table of parse for a.
func (w *argWords) value(L *lua.LState, a *argument) (lua.LValue, error) {
	words := w.given[a]
	switch {
	case len(words) == 0 && a.needed():
		return lua.LNil, fmt.Errorf("%s is missing", a.long)
	case len(words) == 0:
		return a.fromDefault(L)
	case a.many:
		return a.list(L, texts(words))
	}
	v, err := a.one(lua.LString(words[0]))
	return v, a.named(err)
}

func texts(words []string) []lua.LValue {
	values := make([]lua.LValue, len(words))
	for i, word := range words {
		values[i] = lua.LString(word)
	}
	return values
}

func (a *argument) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %w", a.long, err)
}

// fromDefault gives the value where no word was given: false for a boolean, an empty list for many, else nil.
func (a *argument) fromDefault(L *lua.LState) (lua.LValue, error) {
	list, _ := a.def.(*lua.LTable)
	switch {
	case a.many && list == nil:
		return a.list(L, nil)
	case a.many:
		var values []lua.LValue
		for i := 1; i <= list.MaxN(); i++ {
			values = append(values, list.RawGetInt(i))
		}
		return a.list(L, values)
	case a.def != lua.LNil:
		v, err := a.one(a.def)
		return v, a.named(err)
	case a.kind.name == "boolean":
		return lua.LFalse, nil
	}
	return lua.LNil, nil
}

func (a *argument) list(L *lua.LState, values []lua.LValue) (lua.LValue, error) {
	list := L.CreateTable(len(values), 0)
	for _, v := range values {
		converted, err := a.one(v)
		if err != nil {
			return lua.LNil, a.named(err)
		}
		list.Append(converted)
	}
	return luavalue.Array(L, list), nil
}

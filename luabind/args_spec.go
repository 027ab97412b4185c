package luabind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// argSpec is what a script says of its words.
type argSpec struct {
	script    string // how the script is called, for the usage
	text      string // of --help, before the lists
	arguments []*argument
}

// argument is one item of a spec.
type argument struct {
	long     string // "--name", or "name" of a positional
	short    string // "-n", "" for none
	key      string // in the table that parse gives
	kind     argType
	def      lua.LValue
	help     string
	choices  []lua.LValue
	offered  []string // the choices as the script wrote them
	min, max argBound
	many     bool
	required bool
}

// argBound is a bound as the script wrote it, and the number that it means; nil and nil for none.
type argBound struct{ said, value lua.LValue }

func (a *argument) flag() bool { return strings.HasPrefix(a.long, "--") }

// needed tells whether there must be a word for it.
func (a *argument) needed() bool { return a.required || !a.flag() && a.def == lua.LNil }

// readSpec reads the table of args.parse. Its errors are about the script.
func readSpec(t *lua.LTable) (*argSpec, error) {
	spec, first := &argSpec{}, 1
	if text, ok := t.RawGetInt(1).(lua.LString); ok {
		spec.text, first = strings.TrimSpace(string(text)), 2
	}
	for i := first; i <= t.MaxN(); i++ {
		item, ok := t.RawGetInt(i).(*lua.LTable)
		if !ok {
			return nil, fmt.Errorf(`item %d must be a table like { "--name", default = 1 }`, i)
		}
		a, err := readArgument(item)
		if err == nil {
			err = spec.add(a)
		}
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i, err)
		}
	}
	return spec, nil
}

// add takes an argument in, unless it cannot stand beside the others.
func (s *argSpec) add(a *argument) error {
	for _, b := range s.arguments {
		switch {
		case a.key == b.key || a.short != "" && a.short == b.short:
			return fmt.Errorf("%s is there twice", a.long)
		case !a.flag() && !b.flag() && b.many:
			return fmt.Errorf("no positional can follow %s, which takes all that is left", b.long)
		case !a.flag() && !b.flag() && a.needed() && !b.needed():
			return fmt.Errorf("the positional %s must have a default, because %s before it has one", a.long, b.long)
		}
	}
	if a.long == "--help" || a.short == "-h" {
		return fmt.Errorf("--help and -h are there already")
	}
	s.arguments = append(s.arguments, a)
	return nil
}

// argFields are the fields of an item.
var argFields = [...]string{"type", "default", "help", "choices", "min", "max", "many", "required"}

func readArgument(t *lua.LTable) (*argument, error) {
	a := &argument{def: t.RawGetString("default")}
	if err := a.readNames(t); err != nil {
		return nil, err
	}
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		name, ok := k.(lua.LString)
		if ok && !slices.Contains(argFields[:], string(name)) {
			return nil, unknownField(string(name))
		}
	}
	help, isText := t.RawGetString("help").(lua.LString)
	if !isText && t.RawGetString("help") != lua.LNil {
		return nil, fmt.Errorf("help must be a string")
	}
	a.help, a.many, a.required = string(help), lua.LVAsBool(t.RawGetString("many")), lua.LVAsBool(t.RawGetString("required"))
	return a, a.readType(t)
}

func unknownField(name string) error {
	if near := luavalue.Closest(name, argFields[:]); near != "" {
		return fmt.Errorf("unknown field %q; did you mean %q?", name, near)
	}
	return fmt.Errorf("unknown field %q; there are %s", name, strings.Join(argFields[:], ", "))
}

// readNames reads { "name" } or { "--name", "-n" }.
func (a *argument) readNames(t *lua.LTable) error {
	long, _ := t.RawGetInt(1).(lua.LString)
	short, _ := t.RawGetInt(2).(lua.LString)
	a.long, a.short = string(long), string(short)
	name := strings.TrimPrefix(a.long, "--")
	switch {
	case name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, " =\t"):
		return fmt.Errorf(`the first entry must be "name" or "--name", not %q`, a.long)
	case t.MaxN() > 2 || t.RawGetInt(2) != lua.LNil && (len(a.short) != 2 || a.short[0] != '-' || a.short[1] == '-' || !a.flag()):
		return fmt.Errorf(`the second entry of a flag may be its short form like "-n", and there is no third`)
	}
	a.key = strings.ReplaceAll(name, "-", "_")
	return nil
}

// readType finds the type and holds default, choices, min and max to it.
func (a *argument) readType(t *lua.LTable) error {
	name, _ := t.RawGetString("type").(lua.LString)
	if t.RawGetString("type") == lua.LNil {
		name = typeOfDefault(a.def)
	}
	kind, ok := argTypes()[string(name)]
	if !ok {
		return fmt.Errorf("unknown type %q; there are %s", name, strings.Join(argTypeNames(), ", "))
	}
	a.kind = kind
	if kind.name == "boolean" && !a.flag() {
		return fmt.Errorf("a positional cannot be a boolean")
	}
	if err := a.readBounds(t); err != nil {
		return err
	}
	return a.checkDefault()
}

// typeOfDefault is the type of the default, or of its first item; string without one.
func typeOfDefault(def lua.LValue) lua.LString {
	if list, ok := def.(*lua.LTable); ok {
		def = list.RawGetInt(1)
	}
	switch def.(type) {
	case lua.LNumber:
		return "number"
	case lua.LBool:
		return "boolean"
	}
	return "string"
}

func (a *argument) readBounds(t *lua.LTable) (err error) {
	a.min.said, a.max.said = t.RawGetString("min"), t.RawGetString("max")
	for _, bound := range []*argBound{&a.min, &a.max} {
		if bound.value = lua.LNil; bound.said == lua.LNil {
			continue
		}
		if bound.value, err = a.kind.convert(bound.said); err != nil || bound.value.Type() != lua.LTNumber {
			return fmt.Errorf("min and max must be of type %s, which must have an order", a.kind.name)
		}
	}
	choices := t.RawGetString("choices")
	list, ok := choices.(*lua.LTable)
	if !ok && choices != lua.LNil {
		return fmt.Errorf("choices must be a list")
	}
	for i := 1; ok && i <= list.MaxN(); i++ {
		v, err := a.kind.convert(list.RawGetInt(i))
		if err != nil {
			return fmt.Errorf("choice %d %w", i, err)
		}
		a.choices, a.offered = append(a.choices, v), append(a.offered, list.RawGetInt(i).String())
	}
	return nil
}

// checkDefault holds the default to type, choices and bounds. Whether a file is there is seen when it is needed.
func (a *argument) checkDefault() (err error) {
	list, isList := a.def.(*lua.LTable)
	switch {
	case a.def == lua.LNil:
	case a.many && !isList:
		return fmt.Errorf("the default must be a list, because many is set")
	case a.many:
		for i := 1; i <= list.MaxN() && err == nil; i++ {
			_, err = a.fitting(list.RawGetInt(i))
		}
	default:
		_, err = a.fitting(a.def)
	}
	if err != nil {
		return fmt.Errorf("the default %w", err)
	}
	return nil
}

// flagNames are the flags that the script declares, --no- forms and --help among them.
func (s *argSpec) flagNames() []string {
	names := []string{"--help", "-h"}
	for _, a := range s.arguments {
		if !a.flag() {
			continue
		}
		names = append(names, a.long)
		if a.short != "" {
			names = append(names, a.short)
		}
		if a.kind.name == "boolean" {
			names = append(names, "--no-"+strings.TrimPrefix(a.long, "--"))
		}
	}
	return names
}

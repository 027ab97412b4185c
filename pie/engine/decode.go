package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// inputForm says how a program reads its input where it is command-line words, and what it cannot do without.
type inputForm struct {
	required []string          // names of fields
	texts    []string          // fields that are text whatever they look like
	short    map[string]string // one-letter options
}

// decode reads the input into a struct. Faults are worded as the guests' own library words them.
func (g *Guest) decode(form inputForm, into any) error {
	if g.p.e.features.Arguments {
		return g.decodeOptions(form, into)
	}
	return decodeJSON(g.Input(), form.required, into)
}

func decodeJSON(text string, required []string, into any) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return fmt.Errorf("Failed to parse JSON input: %s", jsonFault(text, err))
	}
	for _, name := range required {
		if _, ok := fields[name]; !ok {
			return fmt.Errorf("Failed to parse JSON input: missing field `%s` at %s", name, position(text, len(text)))
		}
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("Failed to parse JSON input: %s", jsonFault(text, err))
	}
	return nil
}

// jsonFault words a fault of JSON text with its position.
func jsonFault(text string, err error) string {
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	kind, isKind := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case strings.TrimSpace(text) == "":
		return "EOF while parsing a value at " + position(text, len(text))
	case isSyntax && int(syntax.Offset) >= len(text) && !json.Valid([]byte(text)):
		return "EOF while parsing an object at " + position(text, len(text))
	case isSyntax:
		return "expected value at " + position(text, int(syntax.Offset))
	case isKind:
		return fmt.Sprintf("invalid type: %s, expected %s at %s", kind.Value, kind.Type, position(text, int(kind.Offset)))
	}
	return err.Error()
}

// position is a byte's place as line and column.
func position(text string, offset int) string {
	before := text[:min(offset, len(text))]
	line := strings.Count(before, "\n") + 1
	column := len(before) - (strings.LastIndexByte(before, '\n') + 1)
	return fmt.Sprintf("line %d column %d", line, column)
}

// decodeOptions reads command-line words, which the launch has turned into JSON already.
func (g *Guest) decodeOptions(form inputForm, into any) error {
	var fields map[string]any
	decoder := json.NewDecoder(strings.NewReader(g.Input()))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return fmt.Errorf("the arguments could not be read: %w", err)
	}
	if err := form.arrange(fields); err != nil {
		return err
	}
	text, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("an argument has the wrong form: %w", err)
	}
	return nil
}

// arrange puts options under their long names and makes texts of those that are; one that must be there may be missing.
func (form inputForm) arrange(fields map[string]any) error {
	for short, name := range form.short {
		if value, ok := fields[short]; ok {
			fields[name] = value
		}
	}
	for _, name := range form.texts {
		if value, ok := fields[name]; ok {
			fields[name] = fmt.Sprint(value)
		}
	}
	for _, name := range form.required {
		if _, ok := fields[name]; !ok {
			return fmt.Errorf("the '--%s' option must be set", strings.ReplaceAll(name, "_", "-"))
		}
	}
	return nil
}

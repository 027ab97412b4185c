package backendai

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// misfit finds the first key of a pierun.toml that is unknown, or whose value is of another kind than is wanted. What
// it says is for people, whom the decoder would tell of Go's types.
func misfit(path string, meta toml.MetaData) error {
	for _, key := range meta.Keys() {
		at := reflect.TypeFor[projectFile]()
		for i, word := range key {
			below, known := child(at, word)
			if below == nil && known != nil {
				return unknownKey(path, key[:i+1], known)
			}
			at = below
			if at == nil {
				break
			}
		}
		if want, kinds := wanted(at); kinds != nil && !slices.Contains(kinds, meta.Type(key...)) {
			return &ConfigError{Message: fmt.Sprintf("%s: %s must be %s", path, key, want)}
		}
	}
	return nil
}

// child is the type that a key leads to: nil and the names that there are if it is none of them, nil and nil if
// anything may stand there.
func child(at reflect.Type, word string) (below reflect.Type, known []string) {
	switch at.Kind() {
	case reflect.Map:
		return at.Elem(), nil
	case reflect.Struct:
		for i := range at.NumField() {
			name := at.Field(i).Tag.Get("toml")
			if strings.EqualFold(name, word) {
				return at.Field(i).Type, nil
			}
			known = append(known, name)
		}
	}
	return nil, known
}

// wanted is what may stand for a value of a type: in words, and in those of the decoder.
func wanted(at reflect.Type) (words string, kinds []string) {
	if at == nil {
		return "", nil
	}
	if at == reflect.TypeFor[amount]() {
		return "a text or a number", []string{"String", "Integer", "Float"}
	}
	switch at.Kind() {
	case reflect.String:
		return "a text", []string{"String"}
	case reflect.Int:
		return "a whole number", []string{"Integer"}
	case reflect.Float64:
		return "a number", []string{"Integer", "Float"}
	case reflect.Bool:
		return "true or false", []string{"Bool"}
	case reflect.Slice:
		return "a list of texts", []string{"Array"}
	}
	return "a table", []string{"Hash"}
}

func unknownKey(path string, key toml.Key, known []string) error {
	word := key[len(key)-1]
	e := &ConfigError{Word: word, Among: known, Message: fmt.Sprintf("%s: %s is unknown; its sections are [backendai] and [backendai.pie]", path, quote(word))}
	if len(key) > 1 {
		e.Message = fmt.Sprintf("%s: [%s] has no key %s", path, key[:len(key)-1], quote(word))
	}
	return e
}

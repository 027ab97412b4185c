package program

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ErrInput is wrapped by Arguments and Input for what cannot be said in the other form.
var ErrInput = errors.New("bad input")

// Positional is the input whose list stands for the plain words of a command line, in both directions.
const Positional = "_positional"

// positionalKeys are the inputs that a program of the instance generations takes as a plain word although newer
// releases name them. It is the only place where a program is treated apart.
var positionalKeys = map[string][]string{
	"agent-swarm": {"role"},
}

// Arguments turns an input into the command-line words that the instance generations launch with: keys in sorted
// order, "_" as "-", `--key value`; true is a bare flag; false and nil are left out; a list of scalars is joined by
// commas; the list under [Positional] comes last, and list behind it. A nested table is an error that wraps ErrInput.
//
// Scalars are string, bool, any Go integer or float, and json.Number; a list is []any or []string. name is the program's,
// without namespace and version: some take a named input as a plain word.
func Arguments(name string, input map[string]any, list []string) ([]string, error) {
	words := []string{}
	var plain []string
	for _, key := range sortedKeys(input) {
		value := input[key]
		switch {
		case key == Positional:
			continue
		case slices.Contains(positionalKeys[name], key):
			text, err := scalar(key, value)
			if err != nil {
				return nil, err
			}
			plain = append(plain, text)
		default:
			option, err := option(key, value)
			if err != nil {
				return nil, err
			}
			words = append(words, option...)
		}
	}
	last, err := scalars(Positional, input[Positional])
	if err != nil {
		return nil, err
	}
	return slices.Concat(words, plain, last, list), nil
}

// option is the words of one key.
func option(key string, value any) ([]string, error) {
	flag := "--" + strings.ReplaceAll(key, "_", "-")
	switch value := value.(type) {
	case nil:
		return nil, nil
	case bool:
		if !value {
			return nil, nil
		}
		return []string{flag}, nil
	case []any, []string:
		texts, err := scalars(key, value)
		if err != nil {
			return nil, err
		}
		return []string{flag, strings.Join(texts, ",")}, nil
	}
	text, err := scalar(key, value)
	return []string{flag, text}, err
}

// scalars is a list's items as words; nil is no words, a lone scalar is one.
func scalars(key string, value any) ([]string, error) {
	switch value := value.(type) {
	case nil:
		return nil, nil
	case []string:
		return value, nil
	case []any:
		texts := make([]string, len(value))
		for i, item := range value {
			text, err := scalar(fmt.Sprintf("%s[%d]", key, i+1), item)
			if err != nil {
				return nil, err
			}
			texts[i] = text
		}
		return texts, nil
	}
	text, err := scalar(key, value)
	return []string{text}, err
}

func scalar(key string, value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case bool:
		return strconv.FormatBool(value), nil
	case json.Number:
		return value.String(), nil
	case float64:
		return number(key, value)
	case float32:
		return number(key, float64(value))
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return fmt.Sprint(value), nil
	}
	return "", fmt.Errorf("%w: %q is a table, and this server takes command-line words: only text, numbers, booleans and lists of them can be said that way", ErrInput, key)
}

// number writes whole numbers without a fraction or exponent, as programs that read integers need them.
func number(key string, f float64) (string, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "", fmt.Errorf("%w: %q is not a finite number", ErrInput, key)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10), nil
	}
	return strconv.FormatFloat(f, 'g', -1, 64), nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Input turns command-line words into the JSON object text that generations from 0.3 on launch with, by the rule of
// Pie's own command line: `--key value` and `-k value`, with "-" as "_"; a value is tried as an integer, a number,
// true or false, and is text otherwise; an option without a value is true; all other words are the list
// [Positional]. Here also `--key=value` is understood, negative numbers are values, and all words after a lone "--"
// are plain. The keys of the result are sorted. No words give "{}".
func Input(args []string) (string, error) {
	object := map[string]any{}
	var plain []any
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "--" {
			plain = append(plain, texts(args[i+1:])...)
			break
		}
		key, value, inline, isOption := splitOption(word)
		switch {
		case !isOption:
			plain = append(plain, word)
		case key == "" || key == Positional:
			return "", fmt.Errorf("%w: %q is no option", ErrInput, word)
		case inline:
			object[key] = typed(value)
		case i+1 < len(args) && isValue(args[i+1]):
			i++
			object[key] = typed(args[i])
		default:
			object[key] = true
		}
	}
	if plain != nil {
		object[Positional] = plain
	}
	return encode(object)
}

// splitOption takes "--max-tokens=8" apart. A number is never an option, however it begins.
func splitOption(word string) (key, value string, inline, ok bool) {
	if len(word) < 2 || word[0] != '-' || isNumber(word) {
		return "", "", false, false
	}
	name := strings.TrimPrefix(word[1:], "-")
	name, value, inline = strings.Cut(name, "=")
	return strings.ReplaceAll(name, "-", "_"), value, inline, true
}

func isValue(word string) bool {
	return !strings.HasPrefix(word, "-") || word == "-" || isNumber(word)
}

func isNumber(word string) bool {
	_, text := typed(word).(string)
	return !text && word != "true" && word != "false"
}

// typed is the value that a word stands for. Words that JSON has no number for (nan, inf) stay text.
func typed(word string) any {
	if whole, ok := new(big.Int).SetString(word, 10); ok && len(word) <= maxName {
		return json.Number(whole.String())
	}
	if f, err := strconv.ParseFloat(word, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) && isDecimal(word) {
		return f
	}
	switch word {
	case "true":
		return true
	case "false":
		return false
	}
	return word
}

// isDecimal leaves out the hexadecimal and underscored forms that only Go reads as numbers.
func isDecimal(word string) bool { return !strings.ContainsAny(word, "xXpP_") }

func texts(words []string) []any {
	list := make([]any, len(words))
	for i, word := range words {
		list[i] = word
	}
	return list
}

func encode(object map[string]any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(object); err != nil {
		return "", fmt.Errorf("%w: %w", ErrInput, err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

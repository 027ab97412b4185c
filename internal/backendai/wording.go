package backendai

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// inWords is a cause in words for people, where the standard library has none.
func inWords(err error) string {
	wrong, broken := (*json.UnmarshalTypeError)(nil), (*json.SyntaxError)(nil)
	switch text := err.Error(); {
	case errors.As(err, &wrong):
		return "the answer is another than this call gets: " + kindWord(wrong.Value) + " stands where something else belongs" + fieldWord(wrong.Field)
	case errors.As(err, &broken) && broken.Error() == "unexpected end of JSON input", errors.Is(err, errCutJSON):
		return "the answer ends in the middle of its JSON"
	case errors.As(err, &broken):
		return "the answer is no JSON: " + broken.Error()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return strings.TrimSuffix(text, io.ErrUnexpectedEOF.Error()) + "it was cut in the middle"
	case errors.Is(err, io.EOF):
		return strings.TrimSuffix(text, io.EOF.Error()) + "the other side has closed the connection without an answer"
	default:
		return text
	}
}

var (
	errCutJSON   = errors.New("the JSON is cut")
	errNoAnswer  = errors.New("the answer is empty")
	errCutStream = errors.New("the stream has ended without a word that nothing more comes")
)

// kindWord is what JSON calls a value, as people do.
func kindWord(value string) string {
	word, _, _ := strings.Cut(value, " ")
	words := map[string]string{"array": "a list", "object": "an object", "string": "a text", "number": "a number", "bool": "a truth value"}
	return orElse(words[word], value)
}

func fieldWord(field string) string {
	if field == "" {
		return ""
	}
	return " (" + field + ")"
}

package luabind

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// inputSchema says what arguments a tool takes. Any goroutine.
type inputSchema struct {
	text     json.RawMessage
	resolved *jsonschema.Resolved
}

// readSchema compiles the schema of a script; nil takes any arguments. Arguments are an object: the type may be left
// out.
func readSchema(t *lua.LTable) (*inputSchema, error) {
	text := []byte("{}")
	if t != nil {
		var err error
		if text, err = luavalue.Encode(t, luavalue.EncodeOptions{}); err != nil {
			return nil, err
		}
	}
	s := new(jsonschema.Schema)
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("%w (an empty list is json.array{})", err)
	}
	if s.Type == "" && s.Types == nil {
		s.Type, text = "object", withType(text)
	}
	if s.Type != "object" {
		return nil, errors.New(`its type must be "object": arguments have names`)
	}
	resolved, err := s.Resolve(nil)
	return &inputSchema{text, resolved}, err
}

// withType adds the type to an object of JSON text that has none.
func withType(text []byte) []byte {
	rest := bytes.TrimPrefix(text, []byte("{"))
	if string(rest) == "}" {
		return []byte(`{"type":"object"}`)
	}
	return append([]byte(`{"type":"object",`), rest...)
}

// check tells what is wrong with arguments, in words for the program and its model.
func (s *inputSchema) check(arguments json.RawMessage) error {
	var v any
	if err := json.Unmarshal(arguments, &v); err != nil {
		return fmt.Errorf("the arguments are no JSON: %w", err)
	}
	if err := s.resolved.Validate(v); err != nil {
		return errors.New("the arguments do not fit: " + strings.TrimPrefix(err.Error(), "validating root: "))
	}
	return nil
}

package pie

import (
	"encoding/json"
	"errors"

	"github.com/pierun/pierun/pie/program"
)

// errNoWords is told of a text where the generation has no place for one.
var errNoWords = errors.New("its programs get command-line words, which only a JSON object can be turned into")

// arguments are the command-line words for generations that launch with those. An input text is one only if it is
// a JSON object.
func arguments(name string, p *Launch) ([]string, error) {
	values := p.Values
	if p.Input != nil && *p.Input != "" {
		if json.Unmarshal([]byte(*p.Input), &values) != nil {
			return nil, errNoWords
		}
	}
	ref, _ := program.ParseRef(name)
	args, err := program.Arguments(ref.Name, values, p.Args)
	if args == nil {
		args = []string{}
	}
	return args, err
}

// input is the JSON text for all other generations.
func input(p *Launch) (string, error) {
	switch {
	case p.Input != nil:
		return *p.Input, nil
	case p.Values != nil:
		if len(p.Args) > 0 {
			values := make(map[string]any, len(p.Values)+1)
			for k, v := range p.Values {
				values[k] = v
			}
			values[program.Positional] = p.Args
			return marshal(values)
		}
		return marshal(p.Values)
	case len(p.Args) > 0:
		return program.Input(p.Args)
	}
	return "{}", nil
}

func marshal(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

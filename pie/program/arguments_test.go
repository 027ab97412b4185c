package program

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestArguments(t *testing.T) {
	tests := []struct {
		name  string
		input map[string]any
		list  []string
		want  string
	}{
		{"nothing", nil, nil, ""},
		{"sorted, dashes", map[string]any{"top_p": 0.95, "max_tokens": 8.0, "prompt": "hi you"}, nil, "--max-tokens|8|--prompt|hi you|--top-p|0.95"},
		{"booleans and nil", map[string]any{"a": true, "b": false, "c": nil}, nil, "--a"},
		{"lists", map[string]any{"t": []any{256.0, "x", true}, "u": []string{"a", "b"}}, nil, "--t|256,x,true|--u|a,b"},
		{"positional last", map[string]any{"_positional": []any{"x", 2.0}, "z": 1}, []string{"y"}, "--z|1|x|2|y"},
		{"numbers", map[string]any{"a": int64(-3), "b": json.Number("1e400"), "c": 1e21, "d": float32(0.5)}, nil, "--a|-3|--b|1e400|--c|1e+21|--d|0.5"},
		{"list alone", nil, []string{"--x", ""}, "--x|"},
	}
	for _, test := range tests {
		got, err := Arguments("", test.input, test.list)
		if err != nil || strings.Join(got, "|") != test.want {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
	}
}

func TestArgumentsRefuses(t *testing.T) {
	for name, value := range map[string]any{
		"table": map[string]any{}, "nested list": []any{[]any{}}, "nan": math.NaN(), "inf": math.Inf(1), "func": func() {},
	} {
		if got, err := Arguments("", map[string]any{"key": value}, nil); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %q, %v; want ErrInput", name, got, err)
		}
	}
}

func TestArgumentsOfExceptions(t *testing.T) {
	got, err := Arguments("agent-swarm", map[string]any{"role": "idea_generator", "group_id": 2}, nil)
	if want := []string{"--group-id", "2", "idea_generator"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func TestInput(t *testing.T) {
	tests := map[string]string{
		"":                                     `{}`,
		"--max-tokens 8 --prompt hi":           `{"max_tokens":8,"prompt":"hi"}`,
		"--verbose --top-p 0.5":                `{"top_p":0.5,"verbose":true}`,
		"--verbose":                            `{"verbose":true}`,
		"-p hi -n 3":                           `{"n":3,"p":"hi"}`,
		"--a true --b false --c True":          `{"a":true,"b":false,"c":"True"}`,
		"x --k v y":                            `{"_positional":["x","y"],"k":"v"}`,
		"--t -5 --u -0.5":                      `{"t":-5,"u":-0.5}`,
		"--a=b=c --n=007 --e=":                 `{"a":"b=c","e":"","n":7}`,
		"--big 123456789012345678901234567890": `{"big":123456789012345678901234567890}`,
		"--x nan --y inf --z 0x10 --u 1_0":     `{"u":"1_0","x":"nan","y":"inf","z":"0x10"}`,
		"--html <b>&":                          `{"html":"<b>&"}`,
		"-- --a b":                             `{"_positional":["--a","b"]}`,
		"--in - 12":                            `{"_positional":["12"],"in":"-"}`,
		"--a --b":                              `{"a":true,"b":true}`,
	}
	for words, want := range tests {
		got, err := Input(strings.Fields(words))
		if err != nil || got != want {
			t.Errorf("Input(%q) = %s, %v; want %s", words, got, err, want)
		}
	}
	for _, bad := range []string{"--=x", "--_positional"} {
		if got, err := Input([]string{bad}); !errors.Is(err, ErrInput) {
			t.Errorf("Input(%q) = %s, %v; want ErrInput", bad, got, err)
		}
	}
}

func FuzzInput(f *testing.F) {
	f.Add("--max-tokens 8 x -- y")
	f.Add("--a=-1e999 -5 --b")
	f.Fuzz(func(t *testing.T, words string) {
		text, err := Input(strings.Split(words, " "))
		if err == nil && !json.Valid([]byte(text)) {
			t.Errorf("Input(%q) is no JSON: %s", words, text)
		}
	})
}

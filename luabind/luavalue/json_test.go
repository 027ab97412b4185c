package luavalue

import (
	"errors"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// jsonState has null, array and object.
func jsonState(t testing.TB) *lua.LState {
	L := newState(t)
	L.SetGlobal("null", Null(L))
	mark := func(f func(*lua.LState, *lua.LTable) *lua.LTable) *lua.LFunction {
		return L.NewFunction(func(L *lua.LState) int {
			L.Push(f(L, L.CheckTable(1)))
			return 1
		})
	}
	L.SetGlobal("array", mark(Array))
	L.SetGlobal("object", mark(Object))
	return L
}

func TestEncode(t *testing.T) {
	L := jsonState(t)
	for expr, want := range map[string]string{
		`nil`: `null`, `null`: `null`, `true`: `true`, `"a\"\\\n\t\1é/<"`: `"a\"\\\n\t\u0001é/<"`,
		`1`: `1`, `-0`: `0`, `1.5`: `1.5`, `2^53`: `9007199254740992`, `1e15`: `1000000000000000`, `1e300`: `1e+300`, `1e-9`: `1e-09`, `0.1`: `0.1`,
		`{}`: `{}`, `array{}`: `[]`, `object{}`: `{}`, `{1, 2}`: `[1,2]`, `{b = 1, a = {true, null}}`: `{"a":[true,null],"b":1}`,
		`object{"x", [10] = 2}`: `{"1":"x","10":2}`, `array{1}`: `[1]`, `{{}, {}}`: `[{},{}]`,
	} {
		got, err := Encode(eval(t, L, expr), EncodeOptions{Sort: true})
		if err != nil || string(got) != want {
			t.Errorf("%s: %s %v, want %s", expr, got, err, want)
		}
	}
}

func TestEncodeIndents(t *testing.T) {
	L := jsonState(t)
	got, err := Encode(eval(t, L, `{a = {1, {}}, b = array{}}`), EncodeOptions{Indent: 2, Sort: true})
	want := "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"
	if err != nil || string(got) != want {
		t.Errorf("%s %v", got, err)
	}
}

func TestEncodeKeepsTheOrderUnsorted(t *testing.T) {
	L := jsonState(t)
	got, err := Encode(eval(t, L, `(function() local t = {} for _, k in ipairs{"z", "a", "m"} do t[k] = 1 end t.a = nil t.b = 2 return t end)()`), EncodeOptions{})
	if err != nil || string(got) != `{"z":1,"m":1,"b":2}` {
		t.Errorf("%s %v", got, err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	L := jsonState(t)
	for expr, want := range map[string]string{
		`print`:                      "cannot encode a function",
		`{a = {1, {b = print}}}`:     "cannot encode a function (at a[2].b)",
		`{1, nil, 3}`:                "cannot encode a list with a hole at 2",
		`{1, x = 2}`:                 "cannot encode a table with 1 list items and also the key \"x\"",
		`array{x = 2}`:               "cannot encode a table with 0 list items and also the key \"x\"",
		`{[true] = 1}`:               "cannot encode a table with the key true",
		`{[0.5] = 1}`:                "cannot encode a table with the key 0.5; mark it",
		`object{[1] = 1, ["1"] = 2}`: "cannot encode a table with the key 1 as a number and as text",
		`0/0`:                        "JSON has no number nan",
		`{x = 1/0}`:                  "JSON has no number inf (at x)",
		`{t = "a\255"}`:              "cannot encode text that is not UTF-8",
		`(function() local t = {} t[1] = t return t end)()`: "nested deeper than 1000 levels",
	} {
		_, err := Encode(eval(t, L, expr), EncodeOptions{Sort: true})
		e, ok := err.(*Error)
		if !ok || e.Kind != KindValue || !strings.HasPrefix(e.Message, want) {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
		if _, err := ToGo(eval(t, L, expr)); err == nil {
			t.Errorf("ToGo of %s does not fail", expr)
		}
	}
}

func TestDecodeAndBack(t *testing.T) {
	L := jsonState(t)
	for in, want := range map[string]string{
		` {"b":[1,2.5,-3e2,null],"a":{"x":"é\né\/\ud83d\ude00"},"e":[],"o":{}} `: `{"a":{"x":"é\né/😀"},"b":[1,2.5,-300,null],"e":[],"o":{}}`,
		`null`: `null`, `"x"`: `"x"`, `[[],[[]]]`: `[[],[[]]]`, `{"a":1,"a":2}`: `{"a":2}`, `"\ud800x"`: "\"\ufffdx\"", `0`: `0`, `[true,false]`: `[true,false]`,
	} {
		v, err := Decode(L, []byte(in), DecodeOptions{})
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got, err := Encode(v, EncodeOptions{Sort: true}); err != nil || string(got) != want {
			t.Errorf("%s: %s %v, want %s", in, got, err, want)
		}
	}
}

func TestDecodeDropsNull(t *testing.T) {
	L := jsonState(t)
	v, err := Decode(L, []byte(`{"a":null,"b":[1,null,2],"c":3}`), DecodeOptions{DropNull: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Encode(v, EncodeOptions{Sort: true}); err != nil || string(got) != `{"b":[1,2],"c":3}` {
		t.Errorf("%s %v", got, err)
	}
	if v, err := Decode(L, []byte(`null`), DecodeOptions{DropNull: true}); v != lua.LNil || err != nil {
		t.Errorf("%v %v", v, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	L := jsonState(t)
	for in, want := range map[string]string{
		"":              "not JSON: the text is empty at 1:1",
		"{\n  \"é\": }": "not JSON: unexpected '}' in place of a value at 2:8",
		"[1,":           "not JSON: unexpected end in place of a value at 1:4",
		"[1] x":         "not JSON: unexpected 'x' after the value at 1:5",
		"nope":          "not JSON: unexpected 'nope' in place of a value at 1:1",
		"[1e999]":       "the number 1e999 is out of range at 1:2",
		"[\"a\xff\"]":   "text that is not UTF-8 at 1:2",
		strings.Repeat("[", 1500) + strings.Repeat("]", 1500): "nested deeper than 1000 levels at 1:1001",
		strings.Repeat("[", 99999):                            "nested deeper than 1000 levels at 1:1001",
	} {
		_, err := Decode(L, []byte(in), DecodeOptions{})
		e, ok := err.(*Error)
		if !ok || e.Kind != KindValue || e.Message != want {
			t.Errorf("%.30q: %v, want %s", in, err, want)
		}
	}
}

// TestFaultsAreToldInPlainWords: each with its place, the end of what is cut off with the place of the end.
func TestFaultsAreToldInPlainWords(t *testing.T) {
	L := jsonState(t)
	for in, want := range map[string]string{
		`{"a":tru`:              `end inside true at 1:9`,
		`n`:                     `end inside null at 1:2`,
		"[false, fals":          `end inside false at 1:13`,
		`{"a":"b`:               `end inside a string at 1:8`,
		`"b\`:                   `end after \ inside a string at 1:4`,
		`"\u12`:                 `end in place of four hex digits after \u at 1:6`,
		`{"a":-`:                `end inside a number at 1:7`,
		"[1,\n2.":               `end inside a number at 2:3`,
		`1e+`:                   `end inside a number at 1:4`,
		`[12`:                   `end in place of , or ] at 1:4`,
		`{"a":12`:               `end in place of , or } at 1:8`,
		`{"a" `:                 `end in place of : at 1:6`,
		`{"a":`:                 `end in place of a value at 1:6`,
		`{"a":1,`:               `end in place of a name in double quotes at 1:8`,
		`{"a":1,}`:              `'}' in place of a name in double quotes at 1:8`,
		`{name:1}`:              `'name' in place of a name in double quotes at 1:2`,
		`{'a':1}`:               `single quote in place of a name in double quotes at 1:2`,
		`{"a"=1}`:               `'=' in place of : at 1:5`,
		`[1 2]`:                 `'2' in place of , or ] at 1:4`,
		`[None]`:                `'None' in place of a value at 1:2`,
		`{"a":nulls}`:           `'nulls' in place of a value at 1:6`,
		`[01]`:                  `'1' after the 0 that a number begins with at 1:3`,
		`[1.]`:                  `']' inside a number at 1:4`,
		`"\x"`:                  `'x' after \ inside a string at 1:3`,
		`"\u12g4"`:              `'g' in place of four hex digits after \u at 1:6`,
		"\"a\nb\"":              `'\n' inside a string at 1:3`,
		"\ufeff{}":              `'\ufeff' in place of a value at 1:1`,
		"[\xff]":                `byte 0xff in place of a value at 1:2`,
		"[\x00":                 `'\x00' in place of a value at 1:2`,
		"{}}":                   `'}' after the value at 1:3`,
		strings.Repeat("x", 99): `'xxxxxxxxxxxxxxxxxxxx' in place of a value at 1:1`,
	} {
		if _, err := Decode(L, []byte(in), DecodeOptions{}); err == nil || err.(*Error).Message != "not JSON: unexpected "+want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

func TestDecodeBigNumbers(t *testing.T) {
	L := jsonState(t)
	for in, want := range map[string]string{
		"9007199254740993": "", "-9223372036854775807": "", "100000000000000000001": "", "123456789012345678": "",
		"9007199254740992": "9007199254740992", "-0": "0", "100000000000000000000": "100000000000000000000", "9007199254740993e0": "9007199254740992", "0.12345678901234567890": "0.12345678901234568",
	} {
		v, err := Decode(L, []byte(in), DecodeOptions{Big: BigRefuse})
		if refused := errors.Is(err, ErrBig); refused != (want == "") {
			t.Errorf("%s: %v %v", in, v, err)
		} else if got, _ := Encode(v, EncodeOptions{}); !refused && string(got) != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
		if v, err := Decode(L, []byte(in), DecodeOptions{Big: BigText}); err != nil || want == "" && v != lua.LString(in) {
			t.Errorf("%s as text: %v %v", in, v, err)
		}
	}
}

func TestNull(t *testing.T) {
	L := jsonState(t)
	for expr, want := range map[string]string{"tostring(null)": "null", "null == null": "true", "null ~= nil": "true", "null and 1": "1", "type(null)": "userdata"} {
		if got := eval(t, L, expr).String(); got != want {
			t.Errorf("%s: %s", expr, got)
		}
	}
	if Null(L) != Null(L) || !IsNull(Null(L)) || IsNull(lua.LNil) {
		t.Error("null is not one value")
	}
}

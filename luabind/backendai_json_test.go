package luabind

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestNoAnswerIsNil: an answer without the part that is asked for is no empty text.
func TestNoAnswerIsNil(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	if v := fromJSON(L, nil); v != lua.LNil {
		t.Errorf("%q", v)
	}
}

// TestLongNumbersStayText: amounts of memory and ids may have more digits than a Lua number holds.
func TestLongNumbersStayText(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":9007199254740993,"b":-9007199254740993,"c":[9007199254740992,1.5e300]}`: `{"a":"9007199254740993","b":"-9007199254740993","c":[9007199254740992,1.5e300]}`,
		`{"9007199254740993":"18446744073709551616 \" 1"}`:                            `{"9007199254740993":"18446744073709551616 \" 1"}`,
	} {
		if got := string(exact([]byte(in))); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

package luabind

import (
	"encoding/json"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// fromGo is a Go value as Lua sees its JSON.
func fromGo(L *lua.LState, v any) lua.LValue {
	text, err := json.Marshal(v)
	if err != nil {
		return lua.LNil
	}
	return fromJSON(L, text)
}

// fromJSON is a manager's JSON as a Lua value: null is absence, and whole numbers that a Lua number cannot hold stay
// text. No text is nil.
func fromJSON(L *lua.LState, text []byte) lua.LValue {
	if len(text) == 0 {
		return lua.LNil
	}
	v, err := luavalue.Decode(L, exact(text), luavalue.DecodeOptions{DropNull: true})
	if err != nil {
		return lua.LString(text)
	}
	return v
}

// exact quotes whole numbers beyond 2^53.
func exact(text []byte) []byte {
	var out []byte
	inText, last := false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			inText = !inText
		case c == '\\' && inText:
			i++
		case !inText && c >= '0' && c <= '9':
			end := i
			for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == '.' || text[end] == 'e' || text[end] == 'E' || text[end] == '+' || text[end] == '-') {
				end++
			}
			if start := signedStart(text, i); beyondExact(text[i:end]) {
				out = append(append(append(append(out, text[last:start]...), '"'), text[start:end]...), '"')
				last = end
			}
			i = end - 1
		}
	}
	return append(out, text[last:]...)
}

func signedStart(text []byte, i int) int {
	if i > 0 && text[i-1] == '-' {
		return i - 1
	}
	return i
}

// beyondExact says that the digits are a whole number of more than 2^53.
func beyondExact(digits []byte) bool {
	const most = "9007199254740992"
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(digits) > len(most) || len(digits) == len(most) && string(digits) > most
}

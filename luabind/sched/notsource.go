package sched

import "bytes"

// notSource says what a text is that cannot be Lua source and would be answered with a strange character; "" for what
// may be some.
func notSource(code []byte) string {
	for _, kind := range []struct{ begins, words string }{
		{"\x1bLua", "this is compiled Lua, which pierun does not run: give it the source"},
		{"\x1bLJ", "this is compiled Lua (LuaJIT), which pierun does not run: give it the source"},
		{"\xff\xfe", "this text is in UTF-16: save it as UTF-8"},
		{"\xfe\xff", "this text is in UTF-16: save it as UTF-8"},
		{"\x7fELF", "this is a program for the system, not Lua source"},
		{"MZ", "this is a program for the system, not Lua source"},
		{"\xcf\xfa\xed\xfe", "this is a program for the system, not Lua source"},
		{"\x00asm", "this is WebAssembly, not Lua source: client:install brings it to a server"},
		{"PK\x03\x04", "this is an archive, not Lua source"},
		{"\x1f\x8b", "this is a compressed file, not Lua source"},
	} {
		if bytes.HasPrefix(code, []byte(kind.begins)) && (kind.begins != "MZ" || bytes.IndexByte(code, 0) >= 0) {
			return kind.words
		}
	}
	return ""
}

package cli

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/program"
)

func TestWhatIsNoProgram(t *testing.T) {
	for _, test := range []struct{ file, text, want string }{
		{"a.wasm", "\x00asm\x0d\x00\x01\x00", ""},
		{"a.wasm", " \n", "empty"},
		{"a.wasm", "\x7fELF\x02", "a program for the system"},
		{"a.zip", "PK\x03\x04", "an archive"},
		{"a.js", `import "inferlet"; pie.run()`, ""},
		{"a.lua", `local out = pie.run("echo")`, "a flow"},
		{"a.lua", `return require("inferlet").input`, ""},
		{"a.lua", `print("pie.run", inferlet.input)`, ""},
		{"a.lua", `print("hello")`, ""},
	} {
		err := notProgram(&program.Package{Bytes: []byte(test.text), File: test.file}, test.file)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %q: %v", test.file, test.text, err)
		}
	}
}

// A program in Lua is for the simulation: what no real server can run is not sent to it.
func TestLuaGoesToASimulation(t *testing.T) {
	pkg := &program.Package{Bytes: []byte("return inferlet.input"), File: "a.lua"}
	if !isLua(pkg) || isLua(&program.Package{File: "a.js"}) {
		t.Error("the language is not seen")
	}
	if err := noLua("gateway-0.5", "a.lua"); !strings.Contains(err.Error(), "a.lua is written in Lua, which a server of gateway-0.5 has no programs in") {
		t.Error(err)
	}
}

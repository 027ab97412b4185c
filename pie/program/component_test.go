package program

import "testing"

// component builds the binary form of a component with these sections behind the preamble.
func component(sections ...[]byte) []byte {
	out := append([]byte{}, componentPreamble...)
	for _, s := range sections {
		out = append(out, s...)
	}
	return out
}

func section(id byte, body ...byte) []byte {
	return append([]byte{id, byte(len(body))}, body...)
}

func export(kind byte, name string, rest ...byte) []byte {
	return append(append([]byte{kind, byte(len(name))}, name...), rest...)
}

func exports(list ...[]byte) []byte {
	body := []byte{byte(len(list))}
	for _, e := range list {
		body = append(body, e...)
	}
	return section(exportSection, body...)
}

func TestExportedName(t *testing.T) {
	instance := []byte{5, 0, 0}
	tests := map[string]struct {
		wasm []byte
		want string
	}{
		"plain":           {component(section(0, 1, 'x'), exports(export(0, "pie:chat/run", instance...))), "chat"},
		"second kind":     {component(exports(export(1, "pie:text-completion/run", instance...))), "text-completion"},
		"behind others":   {component(exports(export(0, "wasi:http/handler", 1, 3, 1, 1, 7), export(0, "pie:a/run", 5, 1, 1, 5, 2))), "a"},
		"core sort":       {component(exports(export(0, "m", 0, 0x11, 0, 1, 0, 0x11, 4), export(0, "pie:b/run", instance...))), "b"},
		"type ascription": {component(exports(export(0, "t", 3, 0, 1, 3, 1), export(0, "u", 3, 0, 1, 3, 0, 9), export(0, "pie:c/run", instance...))), "c"},
		"version suffix":  {component(exports(export(2, "pie:d/run", 1, '1', 5, 0, 0))), "d"},
		"with a version":  {component(exports(export(0, "pie:e/run@0.1.0", instance...))), "e"},
		"second section":  {component(exports(export(0, "x", instance...)), exports(export(0, "pie:f/run", instance...))), "f"},
		"other function":  {component(exports(export(0, "pie:chat/stop", instance...))), ""},
		"bad name":        {component(exports(export(0, "pie:../run", instance...))), ""},
		"no exports":      {component(section(0, 1, 'x')), ""},
		"core module":     {append([]byte("\x00asm\x01\x00\x00\x00"), exports(export(0, "pie:chat/run", instance...))...), ""},
		"source":          {[]byte("export const main = 1"), ""},
		"empty":           {nil, ""},
		"cut":             {component(exports(export(0, "pie:chat/run", instance...)))[:20], ""},
		"huge length":     {component([]byte{exportSection, 0xff, 0xff, 0xff, 0xff, 0x0f, 1}), ""},
		"overlong number": {component([]byte{exportSection, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}), ""},
	}
	for name, test := range tests {
		got, found := ExportedName(test.wasm)
		if found != (test.want != "") || (found && got != test.want) {
			t.Errorf("%s: %q, %v; want %q", name, got, found, test.want)
		}
	}
}

func FuzzExportedName(f *testing.F) {
	f.Add(component(exports(export(0, "pie:chat/run", 5, 0, 1, 5, 2))))
	f.Add(component(exports(export(2, "t", 1, 'v', 3, 0, 1, 3, 1))))
	f.Fuzz(func(t *testing.T, wasm []byte) {
		if name, found := ExportedName(wasm); found && CheckName(name, "0.1.0") != nil {
			t.Errorf("found the bad name %q", name)
		}
	})
}

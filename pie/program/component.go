package program

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// componentPreamble begins a WebAssembly component: magic, version 13, layer 1. A core module differs in the last four.
var componentPreamble = []byte{0, 'a', 's', 'm', 0x0d, 0, 1, 0}

// exportSection is the number of a component's export section in the binary format.
const exportSection = 11

// ExportedName is the name that was compiled into a component: the one in its export "pie:<name>/run". From 0.3 on a
// server starts a program through that export, so bytes installed under another name never run. It is false for
// anything else: source text, core modules, components without that export, damaged bytes. It never panics, and
// allocates nothing but the name.
func ExportedName(wasm []byte) (string, bool) {
	if !bytes.HasPrefix(wasm, componentPreamble) {
		return "", false
	}
	r := reader{rest: wasm[len(componentPreamble):]}
	for len(r.rest) > 0 && !r.failed {
		id := r.byte()
		body := r.take(r.u32())
		if id != exportSection || r.failed {
			continue
		}
		if name, found := runExport(reader{rest: body}); found {
			return name, true
		}
	}
	return "", false
}

// runExport looks through one export section.
func runExport(r reader) (string, bool) {
	for count := r.u32(); count > 0 && !r.failed; count-- {
		name := r.exportName()
		r.sortIndex()
		r.ascription()
		if r.failed {
			break
		}
		if program, found := runName(name); found {
			return program, true
		}
	}
	return "", false
}

// runName takes "pie:chat/run" apart; a version behind it ("@0.1.0") is of the interface, not of the program.
func runName(export []byte) (string, bool) {
	if !utf8.Valid(export) {
		return "", false
	}
	name, found := strings.CutPrefix(string(export), "pie:")
	if !found {
		return "", false
	}
	name, function, _ := strings.Cut(name, "/")
	function, _, _ = strings.Cut(function, "@")
	return name, function == "run" && isIdentifier(name)
}

// reader walks the binary format. After the first thing that does not fit, failed is set and all reads give zero.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) byte() byte {
	b := r.take(1)
	if r.failed {
		return 0
	}
	return b[0]
}

func (r *reader) take(n uint32) []byte {
	if r.failed || uint64(n) > uint64(len(r.rest)) {
		r.failed = true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// u32 reads an unsigned LEB128 of at most five bytes.
func (r *reader) u32() uint32 {
	var value uint64
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		value |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			r.failed = r.failed || value > 1<<32-1
			return uint32(value)
		}
	}
	r.failed = true
	return 0
}

// exportName reads a name with its leading kind; kind 2 adds a version suffix of its own.
func (r *reader) exportName() []byte {
	kind := r.byte()
	name := r.take(r.u32())
	switch kind {
	case 0, 1:
	case 2:
		r.take(r.u32())
	default:
		r.failed = true
	}
	return name
}

// sortIndex skips what is exported: a sort, for core things a second one, and an index.
func (r *reader) sortIndex() {
	if r.byte() == 0 {
		r.byte()
	}
	r.u32()
}

// ascription skips the optional type of an export.
func (r *reader) ascription() {
	switch r.byte() {
	case 0:
		return
	case 1:
	default:
		r.failed = true
		return
	}
	switch kind := r.byte(); kind {
	case 0, 2: // a core module's kind and index; a value's bound and its type or index
		r.byte()
		r.u32()
	case 3: // a type: equal to an index, or any resource
		if r.byte() == 0 {
			r.u32()
		}
	case 1, 4, 5:
		r.u32()
	default:
		r.failed = true
	}
}

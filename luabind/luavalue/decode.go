package luavalue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// DecodeOptions say how Decode reads.
type DecodeOptions struct {
	DropNull bool   // null becomes absence: the name is left out, a list closes up; else it is json.null
	Big      Big    // what becomes of whole numbers that no Lua number is
	File     string // what errors name in front of line and column; "" puts "at" line and column behind the words
	Line     int    // the number of the first line, for errors; zero means 1
}

// Decoder decodes texts of one state. The zero value is of no use; NewDecoder makes one.
type Decoder struct {
	L    *lua.LState // for making tables, which touches nothing of the state
	null lua.LValue
	mark *lua.LTable // the metatable of lists
}

// NewDecoder makes a decoder for the state; the state's goroutine only.
func NewDecoder(L *lua.LState) *Decoder {
	return &Decoder{L: L, null: Null(L), mark: markTable(L, arrayMeta, "json.array")}
}

// Decode reads one JSON value by a new Decoder; the state's goroutine only.
func Decode(L *lua.LState, b []byte, o DecodeOptions) (lua.LValue, error) {
	return NewDecoder(L).Decode(b, o)
}

// Decode reads one JSON value. Any goroutine may call it, also several at once: long texts need not hold up the
// scripts. An error is an *Error of kind value that names line and column: text that is not JSON or not UTF-8, more
// than 1000 levels, a number beyond the range of a double. Lists are marked (json.array), so that an empty one
// stays a list when it is encoded again. Of equal names the last counts; a lone half of a surrogate pair (\ud800)
// becomes U+FFFD.
//
// The grammar is judged by encoding/json; what is built here can rely on it.
func (dec *Decoder) Decode(b []byte, o DecodeOptions) (lua.LValue, error) {
	d := decoder{Decoder: dec, b: b, o: o}
	if !json.Valid(b) {
		return lua.LNil, d.syntaxError()
	}
	v := d.value()
	if d.err != nil {
		return lua.LNil, d.err
	}
	if o.DropNull && v == d.null {
		v = lua.LNil
	}
	return v, nil
}

// decoder builds the Lua value of text that is known to be JSON. After err is set it goes on to the end of what
// it is in, and what it returns counts for nothing.
type decoder struct {
	*Decoder
	b     []byte
	o     DecodeOptions
	i     int // the next byte
	depth int
	items []lua.LValue // of the lists and objects that are open
	err   error
}

// syntaxError says what json.Valid did not like.
func (d *decoder) syntaxError() error {
	if len(bytes.TrimSpace(d.b)) == 0 {
		return Errorf(KindValue, "%s", d.located(0, "not JSON: the text is empty"))
	}
	at, words := faultOf(d.b)
	return Errorf(KindValue, "%s", d.located(at, words))
}

// located puts the place of a byte to the words.
func (d *decoder) located(at int, words string) string {
	if d.o.File != "" {
		return d.o.File + ":" + d.position(at) + ": " + words
	}
	return words + " at " + d.position(at)
}

// position is line:column of a byte, columns from 1 in characters.
func (d *decoder) position(at int) string {
	line := max(d.o.Line, 1) + bytes.Count(d.b[:at], []byte{'\n'})
	start := 1 + bytes.LastIndexByte(d.b[:at], '\n')
	return fmt.Sprintf("%d:%d", line, 1+utf8.RuneCount(d.b[start:at]))
}

func (d *decoder) fail(at int, words string) {
	if d.err == nil {
		d.err = Errorf(KindValue, "%s", d.located(at, words))
	}
}

// peek skips white space and gives the next byte.
func (d *decoder) peek() byte {
	for {
		switch c := d.b[d.i]; c {
		case ' ', '\t', '\n', '\r':
			d.i++
		default:
			return c
		}
	}
}

func (d *decoder) value() lua.LValue {
	switch d.peek() {
	case '{':
		return d.nested(d.object)
	case '[':
		return d.nested(d.list)
	case '"':
		return lua.LString(d.text())
	case 't':
		d.i += len("true")
		return lua.LTrue
	case 'f':
		d.i += len("false")
		return lua.LFalse
	case 'n':
		d.i += len("null")
		return d.null
	}
	return d.number()
}

// nested reads a list or object one level down. Beyond the limit it stops the whole decoding.
func (d *decoder) nested(read func() lua.LValue) lua.LValue {
	if d.depth == maxDepth {
		d.fail(d.i, tooDeep)
	}
	if d.err != nil {
		return lua.LNil
	}
	d.depth++
	v := read()
	d.depth--
	return v
}

// next tells whether another item follows, and steps over the comma or the closing bracket.
func (d *decoder) next(closing byte) bool {
	if d.err != nil {
		return false
	}
	switch d.peek() {
	case closing:
		d.i++
		return false
	case ',':
		d.i++
	}
	return true
}

func (d *decoder) list() lua.LValue {
	d.i++ // the bracket
	base := len(d.items)
	for d.next(']') {
		if v := d.value(); !d.o.DropNull || v != d.null {
			d.items = append(d.items, v)
		}
	}
	items := d.items[base:]
	t := d.L.CreateTable(len(items), 0)
	for i, v := range items {
		t.RawSetInt(i+1, v)
	}
	d.items = d.items[:base]
	t.Metatable = d.mark
	return t
}

func (d *decoder) object() lua.LValue {
	d.i++ // the brace
	base := len(d.items)
	for d.next('}') {
		d.peek()
		name := lua.LString(d.text())
		d.peek()
		d.i++ // the colon
		if v := d.value(); !d.o.DropNull || v != d.null {
			d.items = append(d.items, name, v)
		}
	}
	items := d.items[base:]
	t := d.L.CreateTable(0, len(items)/2)
	for i := 0; i+1 < len(items); i += 2 {
		t.RawSetString(string(items[i].(lua.LString)), items[i+1])
	}
	d.items = d.items[:base]
	return t
}

// text reads a string. Without a backslash it is the bytes between the quotes; with one, encoding/json knows.
func (d *decoder) text() string {
	start, escaped := d.i, false
	d.i++
	for d.b[d.i] != '"' {
		if d.b[d.i] == '\\' {
			escaped = true
			d.i++
		}
		d.i++
	}
	d.i++
	raw := d.b[start:d.i]
	if !utf8.Valid(raw) {
		d.fail(start, "text that is not UTF-8")
		return ""
	}
	if !escaped {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		d.fail(start, err.Error())
	}
	return s
}

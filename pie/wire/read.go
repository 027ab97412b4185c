package wire

import (
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"
)

// These functions read one value off the front of b and give what is left. They copy nothing unless they say so and
// trust no length that the frame tells. Their errors count from the end of the frame, until locate turns them.

// fail is a SyntaxError at the front of b.
func fail(b []byte, reason string) error { return &SyntaxError{Offset: -len(b), Reason: reason} }

// locate turns an offset from the end of a frame of size bytes into one from its start.
func locate(err error, size int) error {
	if e, ok := err.(*SyntaxError); ok {
		e.Offset += size
	}
	return err
}

// wanted explains msgp's refusal of what stands at the front of b.
func wanted(b []byte, what string) error {
	switch {
	case len(b) == 0:
		return fail(b, "the frame ends where "+what+" should be")
	case msgp.NextType(b) == msgp.InvalidType:
		return fail(b, "not MessagePack")
	}
	return fail(b, "want "+what+", found "+msgp.NextType(b).String())
}

// readFields reads the head of a map. Its count may be a lie: what follows finds out.
func readFields(b []byte) (n int, rest []byte, err error) {
	count, rest, err := msgp.ReadMapHeaderBytes(b)
	if err != nil {
		return 0, nil, wanted(b, "a map")
	}
	return int(count), rest, nil
}

// readItems reads the head of an array.
func readItems(b []byte) (n int, rest []byte, err error) {
	count, rest, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil {
		return 0, nil, wanted(b, "an array")
	}
	return int(count), rest, nil
}

// readText reads a str, or a bin in its place, as servers do. It is not checked to be UTF-8. Extension types, in which
// some clients wrap bytes, are refused, as servers do.
func readText(b []byte) (v, rest []byte, err error) {
	if len(b) > 0 && b[0] >= 0xc4 && b[0] <= 0xc6 {
		v, rest, err = msgp.ReadBytesZC(b)
	} else {
		v, rest, err = msgp.ReadStringZC(b)
	}
	if err != nil {
		return nil, nil, wanted(b, "text or bytes")
	}
	return v, rest, nil
}

// readWord reads a text that must be UTF-8 and copies it.
func readWord(b []byte) (s string, rest []byte, err error) {
	v, rest, err := readText(b)
	if err == nil && !utf8.Valid(v) {
		err = fail(b, "the text is not UTF-8")
	}
	return string(v), rest, err
}

// readWords reads an array of texts and copies them. The list is never nil; it grows as words are found, not as they
// are announced.
func readWords(b []byte) (list []string, rest []byte, err error) {
	n, rest, err := readItems(b)
	list = make([]string, 0, min(n, 16))
	for ; n > 0 && err == nil; n-- {
		var s string
		if s, rest, err = readWord(rest); err == nil {
			list = append(list, s)
		}
	}
	return list, rest, err
}

// readOctets reads bytes written as an array of integers. Each takes at least one byte, which bounds the allocation.
func readOctets(b []byte) (data, rest []byte, err error) {
	n, rest, err := readItems(b)
	if err == nil && n > len(rest) {
		err = fail(b, "an array longer than the frame")
	}
	if err != nil {
		return nil, nil, err
	}
	data = make([]byte, n)
	for i := range data {
		at := rest
		if data[i], rest, err = msgp.ReadUint8Bytes(at); err != nil {
			return nil, nil, wanted(at, "a number below 256")
		}
	}
	return data, rest, nil
}

func readUint32(b []byte) (v uint32, rest []byte, err error) {
	if v, rest, err = msgp.ReadUint32Bytes(b); err != nil {
		return 0, nil, wanted(b, "a whole number below 2^32")
	}
	return v, rest, nil
}

func readUint64(b []byte) (v uint64, rest []byte, err error) {
	if v, rest, err = msgp.ReadUint64Bytes(b); err != nil {
		return 0, nil, wanted(b, "a whole number below 2^64")
	}
	return v, rest, nil
}

func readBool(b []byte) (v bool, rest []byte, err error) {
	if v, rest, err = msgp.ReadBoolBytes(b); err != nil {
		return false, nil, wanted(b, "a bool")
	}
	return v, rest, nil
}

func isNull(b []byte) bool { return len(b) > 0 && b[0] == 0xc0 }

// skip passes over one value of any kind. It counts what is still owed instead of recursing, so that depth costs
// nothing; each turn takes at least a byte, so that lying counts end with the frame.
func skip(b []byte) (rest []byte, err error) {
	for owed := uint64(1); owed > 0; owed-- {
		var inner uint64
		if inner, b, err = skipHead(b); err != nil {
			return nil, err
		}
		owed += inner
	}
	return b, nil
}

// skipHead passes over a scalar, or over the head of a map or an array, and says how many values stand in it.
func skipHead(b []byte) (inner uint64, rest []byte, err error) {
	switch msgp.NextType(b) {
	case msgp.MapType:
		n, rest, err := readFields(b)
		return 2 * uint64(n), rest, err
	case msgp.ArrayType:
		n, rest, err := readItems(b)
		return uint64(n), rest, err
	}
	if rest, err = msgp.Skip(b); err != nil {
		return 0, nil, wanted(b, "a value")
	}
	return 0, rest, nil
}

package wire

import (
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"
)

// cursor walks through one frame. It copies nothing and trusts no length that the frame tells. The zero value stands
// at the end of an empty frame.
type cursor struct {
	rest []byte
	size int // of the whole frame
}

func newCursor(frame []byte) cursor { return cursor{rest: frame, size: len(frame)} }

func (c *cursor) fail(reason string) error {
	return &SyntaxError{Offset: c.size - len(c.rest), Reason: reason}
}

// wanted explains msgp's refusal of what stands here.
func (c *cursor) wanted(what string) error {
	switch {
	case len(c.rest) == 0:
		return c.fail("the frame ends where " + what + " should be")
	case msgp.NextType(c.rest) == msgp.InvalidType:
		return c.fail("not MessagePack")
	}
	return c.fail("want " + what + " that fits, found " + msgp.NextType(c.rest).String())
}

// fields reads the head of a map. Its count may be a lie: what follows finds out.
func (c *cursor) fields() (int, error) {
	n, rest, err := msgp.ReadMapHeaderBytes(c.rest)
	if err != nil {
		return 0, c.wanted("a map")
	}
	c.rest = rest
	return int(n), nil
}

// items reads the head of an array.
func (c *cursor) items() (int, error) {
	n, rest, err := msgp.ReadArrayHeaderBytes(c.rest)
	if err != nil {
		return 0, c.wanted("an array")
	}
	c.rest = rest
	return int(n), nil
}

// text reads a str, or a bin in its place, as servers do. It is not checked to be UTF-8.
func (c *cursor) text() ([]byte, error) {
	v, rest, err := readBlob(c.rest)
	if err != nil {
		return nil, c.wanted("text")
	}
	c.rest = rest
	return v, nil
}

// word reads a text that must be UTF-8 and copies it.
func (c *cursor) word() (string, error) {
	v, rest, err := readBlob(c.rest)
	if err != nil {
		return "", c.wanted("text")
	}
	if !utf8.Valid(v) {
		return "", c.fail("text is not UTF-8")
	}
	c.rest = rest
	return string(v), nil
}

// blob reads a bin, or a str in its place. Extension types, in which some clients wrap bytes, are refused as servers do.
func (c *cursor) blob() ([]byte, error) {
	v, rest, err := readBlob(c.rest)
	if err != nil {
		return nil, c.wanted("bytes")
	}
	c.rest = rest
	return v, nil
}

func readBlob(b []byte) (v, rest []byte, err error) {
	if len(b) > 0 && b[0] >= 0xc4 && b[0] <= 0xc6 {
		return msgp.ReadBytesZC(b)
	}
	return msgp.ReadStringZC(b)
}

func (c *cursor) uint32() (uint32, error) {
	v, rest, err := msgp.ReadUint32Bytes(c.rest)
	if err != nil {
		return 0, c.wanted("an integer of 32 bits")
	}
	c.rest = rest
	return v, nil
}

func (c *cursor) uint64() (uint64, error) {
	v, rest, err := msgp.ReadUint64Bytes(c.rest)
	if err != nil {
		return 0, c.wanted("an integer of 64 bits")
	}
	c.rest = rest
	return v, nil
}

func (c *cursor) bool() (bool, error) {
	v, rest, err := msgp.ReadBoolBytes(c.rest)
	if err != nil {
		return false, c.wanted("a bool")
	}
	c.rest = rest
	return v, nil
}

// null takes a nil if one stands here.
func (c *cursor) null() bool {
	if len(c.rest) == 0 || c.rest[0] != 0xc0 {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

// skip passes over one value of any kind. It counts what is still owed instead of recursing, so that depth costs
// nothing; each turn takes at least a byte, so that lying counts end with the frame.
func (c *cursor) skip() error {
	for owed := uint64(1); owed > 0; owed-- {
		inner, err := c.step()
		if err != nil {
			return err
		}
		owed += inner
	}
	return nil
}

// step passes over a scalar, or over the head of a map or an array, and says how many values stand in it.
func (c *cursor) step() (inner uint64, err error) {
	switch msgp.NextType(c.rest) {
	case msgp.MapType:
		n, err := c.fields()
		return 2 * uint64(n), err
	case msgp.ArrayType:
		n, err := c.items()
		return uint64(n), err
	}
	rest, err := msgp.Skip(c.rest)
	if err != nil {
		return 0, c.wanted("a value")
	}
	c.rest = rest
	return 0, nil
}

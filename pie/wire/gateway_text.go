package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tinylib/msgp/msgp"
)

// The text frames of a gateway.
const (
	cancelWord    = "cancel"
	turnDone      = `{"type":"turn_done"}`
	streamAborted = "stream aborted"
)

var errBudget = fmt.Errorf("a token budget: %w", ErrUnsupported)

// hearText reads a client's text frame: the bare word cancel, with blanks around it or not, or a command in JSON.
func hearText(v *vocabulary[Command], frame []byte, c *Command) error {
	if string(bytes.TrimSpace(frame)) == cancelWord {
		*c = Command{Kind: CancelAll}
		return nil
	}
	*c = Command{}
	packed, err := packJSON(frame)
	if err != nil {
		return err
	}
	return hearCommand(v, packed, c)
}

// hearTurn reads a gateway's text frame.
func hearTurn(frame []byte, e *Event) error {
	e.clear()
	if string(frame) == turnDone {
		e.Kind = TurnDone
		return nil
	}
	var said struct{ Type, Message *string }
	if err := json.Unmarshal(frame, &said); err != nil {
		return &SyntaxError{Reason: err.Error()}
	}
	switch {
	case said.Type == nil:
		return &UnknownError{Field: "type"}
	case *said.Type == "turn_done":
		e.Kind = TurnDone
	case *said.Type != "error":
		return unknownType([]byte(*said.Type))
	case said.Message == nil:
		return &UnknownError{Type: "error", Field: "message"}
	case *said.Message == streamAborted:
		e.Kind = StreamAborted
	default:
		e.Kind, e.Text = Refusal, []byte(*said.Message)
	}
	return nil
}

func appendRefusal(dst, words []byte) []byte {
	dst = append(dst, `{"type":"error","message":`...)
	return append(appendJSONString(dst, words), '}')
}

// packJSON turns a JSON object into the MessagePack map that says the same, so that one decoder reads both forms.
func packJSON(frame []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(frame))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		return nil, &SyntaxError{Offset: int(d.InputOffset()), Reason: err.Error()}
	}
	return packValue(make([]byte, 0, len(frame)), v), nil
}

func packValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return msgp.AppendString(dst, v)
	case bool:
		return msgp.AppendBool(dst, v)
	case json.Number:
		return packNumber(dst, v)
	case []any:
		dst = msgp.AppendArrayHeader(dst, uint32(len(v)))
		for _, item := range v {
			dst = packValue(dst, item)
		}
		return dst
	case map[string]any:
		dst = msgp.AppendMapHeader(dst, uint32(len(v)))
		for key, item := range v {
			dst = packValue(msgp.AppendString(dst, key), item)
		}
		return dst
	}
	return msgp.AppendNil(dst)
}

// packNumber keeps integers whole; a field of integers refuses the others.
func packNumber(dst []byte, n json.Number) []byte {
	var u uint64
	if err := json.Unmarshal([]byte(n), &u); err == nil {
		return msgp.AppendUint64(dst, u)
	}
	if i, err := n.Int64(); err == nil {
		return msgp.AppendInt64(dst, i)
	}
	f, _ := n.Float64()
	return msgp.AppendFloat64(dst, f)
}

// propsField is JSON text of an object; a map in its place is accepted. No props are the text {}.
var propsField = field[Command]{
	key:  "props",
	need: defaulted,
	append: func(dst []byte, c *Command) []byte {
		if c.Props == "" {
			return msgp.AppendString(dst, "{}")
		}
		return msgp.AppendString(dst, c.Props)
	},
	read: readProps,
}

func readProps(r *cursor, c *Command) (err error) {
	if msgp.NextType(r.rest) == msgp.MapType {
		c.Props, err = r.object()
	} else {
		c.Props, err = r.word()
	}
	if c.Props == "{}" {
		c.Props = ""
	}
	return err
}

// object reads a map as the JSON text of an object.
func (c *cursor) object() (string, error) {
	start := c.rest
	if err := c.skip(); err != nil {
		return "", err
	}
	v, _, err := msgp.ReadMapStrIntfBytes(start[:len(start)-len(c.rest)], nil)
	if err != nil {
		return "", c.fail("a map that JSON cannot hold: " + err.Error())
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", c.fail("a map that JSON cannot hold: " + err.Error())
	}
	return string(text), nil
}

// filesField is a map from name to bytes.
var filesField = field[Command]{
	key:  "files",
	need: defaulted,
	append: func(dst []byte, c *Command) []byte {
		names := make([]string, 0, len(c.Files))
		for name := range c.Files {
			names = append(names, name)
		}
		slices.Sort(names)
		dst = msgp.AppendMapHeader(dst, uint32(len(names)))
		for _, name := range names {
			dst = msgp.AppendBytes(msgp.AppendString(dst, name), c.Files[name])
		}
		return dst
	},
	read: readFiles,
}

func readFiles(r *cursor, c *Command) error {
	n, err := r.fields()
	if err != nil || n == 0 {
		return err
	}
	c.Files = make(map[string][]byte, min(n, 16))
	for ; n > 0 && err == nil; n-- {
		var name string
		if name, err = r.word(); err != nil {
			return err
		}
		c.Files[name], err = r.blob()
	}
	return err
}

var errNoAnswer = errors.New("not a successful answer")

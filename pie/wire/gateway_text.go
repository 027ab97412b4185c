package wire

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/tinylib/msgp/msgp"
)

// The text frames of a gateway.
const (
	cancelWord    = "cancel"
	turnDone      = `{"type":"turn_done"}`
	streamAborted = "stream aborted"
)

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
		return &SyntaxError{Reason: "not a JSON object: " + err.Error()}
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
		return nil, &SyntaxError{Offset: int(d.InputOffset()), Reason: "not a JSON object: " + err.Error()}
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

func readProps(b []byte, c *Command) (rest []byte, err error) {
	if msgp.NextType(b) == msgp.MapType {
		c.Props, rest, err = readObject(b)
	} else {
		c.Props, rest, err = readWord(b)
	}
	if c.Props == "{}" {
		c.Props = ""
	}
	return rest, err
}

// readObject reads a map as the JSON text of an object.
func readObject(b []byte) (text string, rest []byte, err error) {
	if rest, err = skip(b); err != nil {
		return "", nil, err
	}
	v, _, err := msgp.ReadMapStrIntfBytes(b[:len(b)-len(rest)], nil)
	if err != nil {
		return "", nil, fail(b, "a map that JSON cannot hold: "+err.Error())
	}
	packed, err := json.Marshal(v)
	if err != nil {
		return "", nil, fail(b, "a map that JSON cannot hold: "+err.Error())
	}
	return string(packed), rest, nil
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

func readFiles(b []byte, c *Command) (rest []byte, err error) {
	n, rest, err := readFields(b)
	if err != nil || n == 0 {
		return rest, err
	}
	c.Files = make(map[string][]byte, min(n, 16))
	for ; n > 0 && err == nil; n-- {
		var name string
		if name, rest, err = readWord(rest); err == nil {
			c.Files[name], rest, err = readText(rest)
		}
	}
	return rest, err
}

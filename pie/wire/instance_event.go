package wire

import (
	"bytes"
	"strconv"

	"github.com/tinylib/msgp/msgp"
)

// instanceEvents are those of the hash era and 0.2, and more: what any generation sends is understood in each.
func instanceEvents(codes bool) []*message[Event] {
	return []*message[Event]{
		{name: "response", kind: uint8(Answer), fields: []field[Event]{corrRaw, rawOK("successful"), rawText("result")}},
		resultMessage("instance_launch_result", Launch),
		resultMessage("instance_attach_result", Attach),
		{name: "instance_event", fields: []field[Event]{rawID("instance_id"), eventCode(codes), eventText(codes)}, after: tellEnding},
		{name: "streaming_output", fields: []field[Event]{rawID("instance_id"), outputField}},
		{name: "download_blob", kind: uint8(File), fields: []field[Event]{corrZero, rawID("instance_id"), rawHash("blob_hash"),
			indexRaw, totalRaw, dataRaw}},
		{name: "live_instances", kind: uint8(Listing), fields: []field[Event]{corrRaw, instancesField}},
		{name: "server_event", kind: uint8(Notice), fields: []field[Event]{rawText("message")}},
		{name: "challenge", kind: uint8(Notice), fields: []field[Event]{corrRaw, rawText("challenge")}},
	}
}

// resultMessage is an Answer under a name of its own.
func resultMessage(name string, k CommandKind) *message[Event] {
	return &message[Event]{name: name, kind: uint8(Answer), after: func(e *Event) { e.For = k },
		fields: []field[Event]{corrRaw, rawOK("successful"), rawText("message")}}
}

// corrZero is the number that answers nothing on a file.
var corrZero = field[Event]{
	key:    "corr_id",
	need:   extra,
	append: func(dst []byte, _ *Event) []byte { return msgp.AppendUint32(dst, 0) },
	read:   func(b []byte, _ *Event) (rest []byte, err error) { return skip(b) },
}

// The codes of instance_event are 0 to 5. Servers report a lack of resources with the code of a server error and
// words that name it.
var codeKinds = [...]EventKind{Message, Completed, Aborted, Exception, ServerError, OutOfResources}

const shortage = "OOM"

// The words of 0.1, where every end is the event "terminated".
const (
	terminated  = "terminated"
	endNormal   = "instance normally finished"
	endByUser   = "user terminated the program"
	endBySocket = "socket terminated"
)

func eventCode(codes bool) field[Event] {
	f := field[Event]{key: "event", append: appendEventCode, read: readEventCode}
	if !codes {
		f.append = appendEventWord
	}
	return f
}

func appendEventCode(dst []byte, e *Event) []byte {
	for code, kind := range codeKinds {
		if kind == e.Kind && !(kind == OutOfResources && bytes.Contains(e.Text, []byte(shortage))) {
			return msgp.AppendInt(dst, code)
		}
	}
	return msgp.AppendInt(dst, 4)
}

func appendEventWord(dst []byte, e *Event) []byte {
	if e.Kind == Message {
		return msgp.AppendString(dst, "message")
	}
	return msgp.AppendString(dst, terminated)
}

// readEventCode takes codes and words. What "terminated" means only the text tells: it leaves the word in Method.
func readEventCode(b []byte, e *Event) (rest []byte, err error) {
	if msgp.NextType(b) == msgp.StrType {
		return readEventWord(b, e)
	}
	code, rest, err := readUint32(b)
	if err != nil {
		return nil, err
	}
	if int(code) >= len(codeKinds) {
		return nil, unknownValue("instance_event", "event", strconv.AppendUint(nil, uint64(code), 10))
	}
	e.Kind = codeKinds[code]
	return rest, nil
}

func readEventWord(b []byte, e *Event) (rest []byte, err error) {
	word, rest, err := readText(b)
	switch {
	case err != nil:
		return nil, err
	case string(word) == "message":
		e.Kind = Message
	case string(word) == terminated:
		e.Kind, e.Method = Exception, word
	default:
		return nil, unknownValue("instance_event", "event", word)
	}
	return rest, nil
}

// tellEnding looks at the words of an end.
func tellEnding(e *Event) {
	if e.Kind == ServerError && bytes.Contains(e.Text, []byte(shortage)) {
		e.Kind = OutOfResources
	}
	if e.Method == nil {
		return
	}
	e.Method = nil
	switch string(e.Text) {
	case endNormal: // says nothing of a result
		e.Kind, e.Text = Completed, nil
	case endByUser, endBySocket:
		e.Kind = Aborted
	}
}

func eventText(codes bool) field[Event] {
	f := rawText("message")
	if !codes {
		f.append = func(dst []byte, e *Event) []byte { return msgp.AppendStringFromBytes(dst, endingWords(e)) }
	}
	return f
}

func endingWords(e *Event) []byte {
	switch e.Kind {
	case Completed:
		return []byte(endNormal)
	case Aborted:
		if string(e.Text) != endBySocket {
			return []byte(endByUser)
		}
	}
	return e.Text
}

// outputField is a map of one key, the name of the stream.
var outputField = field[Event]{
	key: "output",
	append: func(dst []byte, e *Event) []byte {
		dst = msgp.AppendString(msgp.AppendMapHeader(dst, 1), e.Kind.String())
		return msgp.AppendStringFromBytes(dst, e.Text)
	},
	read: readOutput,
}

func readOutput(b []byte, e *Event) (rest []byte, err error) {
	n, rest, err := readFields(b)
	if err == nil && n != 1 {
		err = fail(b, "want the output of one stream")
	}
	if err != nil {
		return nil, err
	}
	name, rest, err := readText(rest)
	if err != nil {
		return nil, err
	}
	if e.Kind = streamKind(name); e.Kind == NoEvent {
		return nil, unknownValue("streaming_output", "output", name)
	}
	e.Text, rest, err = readText(rest)
	return rest, err
}

func streamKind(name []byte) EventKind {
	switch string(name) {
	case "Stdout":
		return Stdout
	case "Stderr":
		return Stderr
	}
	return NoEvent
}

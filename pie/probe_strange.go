package pie

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pierun/pierun/pie/wire"
)

// notPieHint is the next step with a server that answers, but not as one of Pie's.
const notPieHint = "is this the address of a Pie server, with the right port and path?"

// strange looks at what came during the detection and is no answer: what no server of Pie would say is the end of it,
// and nothing that the server says later can make it one.
func (p *prober) strange(h heard) error {
	p.odd = h
	switch {
	case p.echoed(h.frame):
		return notPie("the same as it was told")
	case wire.Foreign(h.frame, h.text):
		return notPie(said(h.frame))
	}
	return nil
}

// echoed says that a frame is one of the questions.
func (p *prober) echoed(frame []byte) bool {
	var c wire.Command
	last := p.asked[len(p.asked)-1]
	return last.DecodeCommand(frame, false, &c) == nil && c.Corr == anyCorr+uint32(len(p.asked)-1)
}

func notPie(server string) *Error {
	return &Error{Kind: KindConnect, Message: "this is not a Pie server", Server: server, Hint: notPieHint}
}

// noDialect is the end of the detection where every question was read and none was answered.
func (p *prober) noDialect() *Error {
	if p.pongs == 0 {
		return p.undecided(nil)
	}
	return &Error{Kind: KindConnect, Message: "the server took the connection but understands no dialect of Pie", Server: said(p.odd.frame),
		Hint: "is this a Pie server? If it is, name its dialect"}
}

// undecided is the detection that its time cut short.
func (p *prober) undecided(why error) *Error {
	e := &Error{Kind: KindConnect, Message: "the server did not say which dialect it speaks", Err: why, Hint: notPieHint}
	if p.pongs == 0 {
		e.Hint = "it took the connection and answers nothing, not even a ping: it hangs, or is no Pie server"
	}
	return e
}

// said is a frame as people may read it: text as it is, anything else in hexadecimal digits.
func said(frame []byte) string {
	const most = 16
	text := string(frame)
	if utf8.Valid(frame) && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return words(text)
	}
	if len(frame) > most {
		return fmt.Sprintf("% x … (%d bytes)", frame[:most], len(frame))
	}
	return fmt.Sprintf("% x", frame)
}

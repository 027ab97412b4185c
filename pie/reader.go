package pie

import (
	"io"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// read is the reader goroutine: one frame after the other into one buffer, until the connection ends or another one reads.
func (l *link) read() {
	for l.next() {
		if !l.lend() {
			return // somebody else reads
		}
	}
	defer l.wg.Done()
	l.pause()
	l.settleAll()
	l.pause()
}

// next reads and routes one frame; false at the end of the connection, which a frame that cannot be read is too: of what
// stands behind it in the buffer nothing may be told, or something would be missing in the middle.
func (l *link) next() bool {
	l.sock.header = true
	kind, r, err := l.ws.NextReader()
	l.sock.header = false
	if err == nil {
		l.frame, err = readAll(l.frame[:0], r)
	}
	if err != nil {
		l.broke(err, readLost(err, l.c.cfg.ReadLimit))
		return false
	}
	l.sock.consumed(len(l.frame))
	l.heard.frame()
	l.accept(kind == websocket.TextMessage)
	return !l.deaf
}

func (l *link) accept(text bool) {
	l.sinkMu.Lock()
	l.sink(l.frame, text)
	l.sinkMu.Unlock()
	if l.fresh >= burst {
		l.pause()
	}
	if cap(l.frame) > keepFrame {
		l.frame = nil
	}
}

// burst is after how many events the consumers are woken even though more bytes wait to be read.
const burst = 2048

// keepFrame is the largest frame buffer that is kept for the next frame.
const keepFrame = 1 << 20

// readAll appends all of r to buf. It grows by what really arrives, never by what a header promises.
func readAll(buf []byte, r io.Reader) ([]byte, error) {
	if cap(buf) == 0 {
		buf = make([]byte, 0, 4096)
	}
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// pause wakes the consumers of what came since the last one. It runs on the reader's goroutine.
func (l *link) pause() {
	l.fresh = 0
	l.commitAll()
	for n, i := range l.dirty {
		l.dirty[n] = nil
		i.queue.publish()
	}
	l.dirty = l.dirty[:0]
}

// dispatch decodes one frame and routes it.
func (l *link) dispatch(frame []byte, text bool) {
	e := &l.event
	if err := l.dialect.DecodeEvent(frame, text, e); err != nil {
		if !text { // only gateways mean something by text, and what they mean is no part of any event
			l.strange(err)
		}
		return
	}
	switch {
	case e.Kind >= wire.Message && e.Kind <= wire.OutOfResources:
		l.told(e)
	case e.Kind == wire.Answer || e.Kind == wire.Listing:
		l.answer(e)
	default:
		l.aside(e)
	}
}

// answer settles the request that the server answered. An answer that nobody waits for is dropped: servers give some
// twice, and late ones are handled here.
func (l *link) answer(e *wire.Event) {
	l.commitAll() // an answer is behind all that the server said before it
	r, abandoned := l.requests.take(e.Corr)
	if r == nil {
		return
	}
	l.c.answered.Store(true)
	a := reply{ok: e.OK || e.Kind == wire.Listing}
	if !a.ok || !r.launches() { // a launch reads it itself
		a.text = string(e.Text)
	}
	if r.kind == wire.List {
		a.instances, a.err = l.listed(e, a)
	}
	if a.ok {
		l.requests.succeeded(r)
	}
	switch {
	case r.birth != nil:
		a = r.birth.answered(l, e, a)
		l.noteNameless(r, a)
	case r.answered != nil && a.ok:
		r.answered(l)
	}
	l.settle(r, abandoned, a)
}

// settle hands a reply to whom it is for: the waiter, or the launch that nobody waits for any more.
func (l *link) settle(r *request, abandoned bool, a reply) {
	switch {
	case !abandoned:
		r.settle(a)
	case r.birth != nil:
		r.birth.late(l, a)
		l.requests.check()
	}
}

// aside handles what belongs to no instance and answers nothing.
func (l *link) aside(e *wire.Event) {
	switch e.Kind {
	case wire.StreamAborted:
		l.aborted()
	case wire.Refusal:
		l.refusal(string(e.Text))
	case wire.MCPRequest:
		l.asked(e)
	}
}

// refusal handles words of the server that name no request: if one alone is waiting they are for it, else they are
// kept for the end of the connection, which mostly follows.
func (l *link) refusal(words string) {
	l.refused.set(words)
	r := l.requests.only()
	if r == nil {
		return
	}
	if got, _ := l.requests.take(r.corr); got != nil {
		got.settle(reply{err: &Error{Kind: refusalKind(words), Op: r.op, Message: "the server did not accept the command", Server: words}})
	}
}

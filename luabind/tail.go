package luabind

import (
	lua "github.com/yuin/gopher-lua"
)

// tail keeps the latest bytes of a stream of texts: at most keep of them, the rest is forgotten from the front. The
// zero value keeps nothing.
type tail struct {
	keep      int
	buf       []byte
	truncated bool
}

// add appends text. It copies, so that a long stream leaves no trail of small strings for the collector; the buffer
// may hold up to twice keep before its front is cut off, which makes an add cheap on average.
func (t *tail) add(text string) {
	if len(text) > t.keep {
		text, t.truncated, t.buf = text[len(text)-t.keep:], true, t.buf[:0]
	}
	t.buf = append(t.buf, text...)
	if len(t.buf) > 2*t.keep {
		t.cut()
	}
}

// cut forgets what is older than the latest keep bytes.
func (t *tail) cut() {
	if over := len(t.buf) - t.keep; over > 0 {
		t.buf = t.buf[:copy(t.buf, t.buf[over:])]
		t.truncated = true
	}
}

// text gives the latest keep bytes.
func (t *tail) text() []byte {
	t.cut()
	return t.buf
}

// messageCost is what a kept message counts beside its bytes, so that a flood of empty ones is bounded as well.
const messageCost = 8

// messageTail keeps the latest whole messages of a stream.
type messageTail struct {
	keep      int
	buf       []byte
	ends      []int32 // length of each message in buf
	truncated bool
}

func (t *messageTail) add(text string) {
	if len(text) > t.keep {
		t.buf, t.ends, t.truncated = t.buf[:0], t.ends[:0], true
		return
	}
	t.buf = append(t.buf, text...)
	t.ends = append(t.ends, int32(len(text)))
	if t.cost() > 2*t.keep {
		t.cut()
	}
}

func (t *messageTail) cost() int { return len(t.buf) + messageCost*len(t.ends) }

// cut forgets the oldest messages until the rest is within keep.
func (t *messageTail) cut() {
	bytes, n := 0, 0
	for cost := t.cost(); cost > t.keep && n < len(t.ends); n++ {
		cost -= int(t.ends[n]) + messageCost
		bytes += int(t.ends[n])
	}
	if n == 0 {
		return
	}
	t.buf = t.buf[:copy(t.buf, t.buf[bytes:])]
	t.ends = t.ends[:copy(t.ends, t.ends[n:])]
	t.truncated = true
}

// appendTo adds the kept messages to list.
func (t *messageTail) appendTo(list *lua.LTable) {
	t.cut()
	at := 0
	for _, n := range t.ends {
		list.Append(lua.LString(t.buf[at : at+int(n)]))
		at += int(n)
	}
}

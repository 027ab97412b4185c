package backendai

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// mostEvent bounds one event's lines together.
const mostEvent = 1 << 20

var errEventTooLarge = fmt.Errorf("an event is larger than %d bytes", mostEvent)

// serverEvent is one event of a text/event-stream.
type serverEvent struct {
	name string // "message" if the stream names none
	data string // its data lines, joined by newlines
	id   string
}

// eventReader reads a stream of server-sent events: lines end in CR LF, LF or CR; comments, which keep the line
// alive, are passed over; an event that the end of the stream cuts off is dropped, as the format asks.
type eventReader struct {
	r     *bufio.Reader
	first bool
}

func newEventReader(r io.Reader) *eventReader { return &eventReader{bufio.NewReader(r), true} }

// next reads one event with data; io.EOF is the end of the stream.
func (s *eventReader) next() (serverEvent, error) {
	var e serverEvent
	var data []string
	for size := 0; ; {
		line, err := s.line(mostEvent - size)
		if err != nil {
			return serverEvent{}, err
		}
		size += len(line)
		if line == "" {
			if len(data) == 0 {
				e, size = serverEvent{}, 0
				continue
			}
			e.name, e.data = orElse(e.name, "message"), strings.Join(data, "\n")
			return e, nil
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			e.name = value
		case "data":
			data = append(data, value)
		case "id":
			e.id = value
		}
	}
}

// line reads up to any of the three line ends.
func (s *eventReader) line(most int) (string, error) {
	var b strings.Builder
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return "", err
		}
		if c == '\n' || c == '\r' {
			if c == '\r' {
				s.dropNewline()
			}
			return s.withoutMark(b.String()), nil
		}
		if b.Len() >= most {
			return "", errEventTooLarge
		}
		b.WriteByte(c)
	}
}

// dropNewline takes the LF after a CR, if it is there already: a CR that ends what has come so far must not wait for it.
func (s *eventReader) dropNewline() {
	if s.r.Buffered() == 0 {
		s.r = bufio.NewReader(&afterCR{r: s.r})
		return
	}
	if c, err := s.r.ReadByte(); err == nil && c != '\n' {
		_ = s.r.UnreadByte()
	}
}

// afterCR drops one LF at the very beginning of what follows.
type afterCR struct {
	r    io.Reader
	past bool
}

func (a *afterCR) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if !a.past && n > 0 {
		a.past = true
		if p[0] == '\n' {
			copy(p, p[1:n])
			n--
		}
	}
	return n, err
}

// withoutMark drops the byte order mark of the first line.
func (s *eventReader) withoutMark(line string) string {
	if s.first {
		s.first = false
		return strings.TrimPrefix(line, "\ufeff")
	}
	return line
}

var errQuiet = errors.New("nothing came for 75 seconds, not even a sign of life")

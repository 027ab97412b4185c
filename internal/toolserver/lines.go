package toolserver

import (
	"bytes"
	"io"
	"sync"
)

// longestLine is after how many bytes a line without an end is written.
const longestLine = 16 << 10

// lines writes whole lines, each behind a prefix, and keeps the last one. Any goroutine.
type lines struct {
	mu     sync.Mutex
	to     io.Writer // nil: nobody
	before string
	part   []byte
	latest string
}

// Write never fails: what a server says must not end it.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, p...)
	for {
		end := bytes.IndexByte(l.part, '\n')
		if end < 0 && len(l.part) < longestLine {
			return len(p), nil
		}
		if end < 0 {
			end = len(l.part)
		}
		l.line(l.part[:end])
		l.part = l.part[min(end+1, len(l.part)):]
	}
}

// flush writes what has no end.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.part) > 0 {
		l.line(l.part)
	}
	l.part = nil
}

func (l *lines) line(text []byte) {
	text = bytes.TrimRight(text, "\r")
	if len(bytes.TrimSpace(text)) > 0 {
		l.latest = string(text)
	}
	if l.to != nil {
		_, _ = io.WriteString(l.to, l.before+string(text)+"\n") // there is nobody to tell
	}
}

// last is the last line that was not empty.
func (l *lines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.latest
}

// Package screen is what is shown on a terminal while something lasts: a line that is drawn in place, and the words on it.
package screen

import (
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

const eraseLine = "\r\x1b[K"

// Line is standard error with a last line that is drawn in place: what is written goes above it. Any goroutine.
type Line struct {
	mu    sync.Mutex
	w     io.Writer
	text  string
	drawn bool // text is on the screen
	half  bool // what was written last does not end a line: it stays, and text waits for its end
}

// NewLine draws on w, which is a terminal.
func NewLine(w io.Writer) *Line { return &Line{w: w} }

// Write writes p above the line.
func (l *Line) Write(p []byte) (int, error) { return l.above(l.w, p) }

// Beside gives a writer to another stream of the same terminal that keeps clear of the line.
func (l *Line) Beside(w io.Writer) io.Writer { return beside{l, w} }

type beside struct {
	line *Line
	w    io.Writer
}

// Write writes p above the line.
func (b beside) Write(p []byte) (int, error) { return b.line.above(b.w, p) }

func (l *Line) above(w io.Writer, p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(p) == 0 {
		return w.Write(p)
	}
	l.erase()
	n, err := w.Write(p)
	l.half = p[len(p)-1] != '\n'
	if err == nil {
		l.draw()
	}
	return n, err
}

// Show draws the line anew; "" takes it away.
func (l *Line) Show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text == l.text {
		return
	}
	l.erase()
	l.text = text
	l.draw()
}

// erase and draw have nobody to be told that standard error is closed: what matters is what is written there.
func (l *Line) erase() {
	if l.drawn {
		l.drawn = false
		_, _ = io.WriteString(l.w, eraseLine)
	}
}

func (l *Line) draw() {
	if l.text != "" && !l.half {
		l.drawn = true
		_, _ = io.WriteString(l.w, l.text)
	}
}

// IsTerminal says whether a stream is a person's screen or keyboard.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Width is how many characters a line of the stream holds; 80 for what does not say.
func Width(stream any) int {
	if f, ok := stream.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

package luabind

import (
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

const (
	redrawEvery = 100 * time.Millisecond // on a terminal
	plainEvery  = 10 * time.Second       // elsewhere
)

// progressBoard shows the progress lines of a run on standard error: on a terminal one line that is drawn again in
// place, elsewhere a whole line now and then. Scheduler's goroutine.
type progressBoard struct {
	rt      *Runtime
	status  *statusLine // nil: nothing is shown
	inPlace bool
	bars    []*progressBar
	drawn   time.Duration // when last
	timer   func()        // stops the drawing that is due
}

// openProgress makes the board and gives the writers for the standard streams that keep clear of its line. "auto"
// draws in place on a terminal.
func (rt *Runtime) openProgress() (stdout, stderr io.Writer) {
	status := &statusLine{w: rt.cfg.Stderr}
	rt.board = &progressBoard{rt: rt}
	if rt.cfg.Progress == "none" {
		return rt.cfg.Stdout, rt.cfg.Stderr
	}
	rt.board.status = status
	rt.board.inPlace = rt.cfg.Progress == "auto" && isTerminal(rt.cfg.Stderr)
	if rt.board.inPlace && isTerminal(rt.cfg.Stdout) {
		return status.beside(rt.cfg.Stdout), status
	}
	return rt.cfg.Stdout, status
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (b *progressBoard) add(p *progressBar) {
	b.bars = append(b.bars, p)
	if len(b.bars) == 1 && !b.inPlace {
		b.drawn = b.rt.sched.Now()
	}
	b.changed()
}

// remove takes an ended line off and leaves its last state behind, as a line of its own.
func (b *progressBoard) remove(p *progressBar) {
	for i, other := range b.bars {
		if other == p {
			b.bars = append(b.bars[:i], b.bars[i+1:]...)
			break
		}
	}
	if b.status == nil {
		return
	}
	b.stopTimer()
	b.status.Show("")
	if !p.passing {
		_, _ = b.status.Write([]byte(p.last(b.rt.sched.Now()) + "\n")) // nobody is left to be told that standard error is closed
	}
	if len(b.bars) > 0 && b.inPlace {
		b.draw()
	}
}

// changed draws now, or as soon as it is time again.
func (b *progressBoard) changed() {
	if b.status == nil || b.timer != nil {
		return
	}
	since, every := b.rt.sched.Now()-b.drawn, plainEvery
	if b.inPlace {
		every = redrawEvery
	}
	switch {
	case since >= every || b.drawn == 0 && b.inPlace:
		b.draw()
	case b.inPlace:
		b.timer = b.rt.sched.After(every-since, func() {
			b.timer = nil
			b.draw()
		})
	}
}

func (b *progressBoard) stopTimer() {
	if b.timer != nil {
		b.timer()
		b.timer = nil
	}
}

func (b *progressBoard) draw() {
	now := b.rt.sched.Now()
	b.drawn = now
	lines := make([]string, len(b.bars))
	for i, p := range b.bars {
		lines[i] = p.line(now)
	}
	if b.inPlace {
		b.status.Show(fit(strings.Join(lines, " | "), b.width()))
		return
	}
	for _, line := range lines {
		_, _ = b.status.Write([]byte(line + "\n")) // as above
	}
}

// width is how many characters the terminal's line holds.
func (b *progressBoard) width() int {
	if f, ok := b.rt.cfg.Stderr.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// fit cuts a line so that it does not wrap, which could not be erased.
func fit(line string, width int) string {
	if utf8.RuneCountInString(line) < width {
		return line
	}
	runes := []rune(line)
	return string(runes[:max(width-2, 0)]) + "…"
}

// statusLine is standard error with a last line that is drawn in place: what is written goes above it. Any goroutine.
type statusLine struct {
	mu   sync.Mutex
	w    io.Writer
	line string
}

const eraseLine = "\r\x1b[K"

// Write writes p above the line.
func (s *statusLine) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line == "" {
		return s.w.Write(p)
	}
	if _, err := io.WriteString(s.w, eraseLine); err != nil {
		return 0, err
	}
	n, err := s.w.Write(p)
	if err == nil && len(p) > 0 && p[len(p)-1] == '\n' {
		_, err = io.WriteString(s.w, s.line)
	}
	return n, err
}

// Show draws the line anew; "" takes it away.
func (s *statusLine) Show(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if line == s.line {
		return
	}
	text := line
	if s.line != "" {
		text = eraseLine + line
	}
	s.line = line
	_, _ = io.WriteString(s.w, text) // nobody is left to be told that standard error is closed
}

// beside gives a writer to another stream of the same terminal that keeps clear of the line.
func (s *statusLine) beside(w io.Writer) io.Writer { return &besideLine{status: s, w: w} }

type besideLine struct {
	status *statusLine
	w      io.Writer
}

// Write writes p above the line.
func (b *besideLine) Write(p []byte) (int, error) {
	b.status.mu.Lock()
	defer b.status.mu.Unlock()
	if b.status.line == "" {
		return b.w.Write(p)
	}
	_, _ = io.WriteString(b.status.w, eraseLine) // what matters is p
	n, err := b.w.Write(p)
	if err == nil && len(p) > 0 && p[len(p)-1] == '\n' {
		_, _ = io.WriteString(b.status.w, b.status.line) // drawn again at the next change anyway
	}
	return n, err
}

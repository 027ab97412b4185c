package luabind

import (
	"io"
	"strings"
	"time"

	"github.com/pierun/pierun/internal/screen"
)

const (
	redrawEvery = 100 * time.Millisecond // on a terminal
	plainEvery  = 10 * time.Second       // elsewhere
)

// progressBoard shows the progress lines of a run on standard error: on a terminal one line that is drawn again in
// place, elsewhere a whole line now and then. Scheduler's goroutine.
type progressBoard struct {
	rt      *Runtime
	status  *screen.Line // nil: nothing is shown
	inPlace bool
	bars    []*progressBar
	drawn   time.Duration // when last
	timer   func()        // stops the drawing that is due
}

// openProgress makes the board and gives the writers for the standard streams that keep clear of its line. "auto"
// draws in place on a terminal.
func (rt *Runtime) openProgress() (stdout, stderr io.Writer) {
	status := screen.NewLine(rt.cfg.Stderr)
	rt.board = &progressBoard{rt: rt}
	if rt.cfg.Progress == "none" {
		return rt.cfg.Stdout, rt.cfg.Stderr
	}
	rt.board.status = status
	rt.board.inPlace = rt.cfg.Progress == "auto" && screen.IsTerminal(rt.cfg.Stderr)
	if rt.board.inPlace && screen.IsTerminal(rt.cfg.Stdout) {
		return status.Beside(rt.cfg.Stdout), status
	}
	return rt.cfg.Stdout, status
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
		b.status.Show(screen.Fit(strings.Join(lines, " | "), screen.Width(b.rt.cfg.Stderr)))
		return
	}
	for _, line := range lines {
		_, _ = b.status.Write([]byte(line + "\n")) // as above
	}
}

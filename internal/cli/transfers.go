package cli

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/pie"
)

const (
	transferAfter  = time.Second            // how long a file is under way before it is shown
	transferRedraw = 100 * time.Millisecond // how often the line is drawn
)

// transfers show on a terminal how far files and programs are that are under way. Any goroutine; nil shows nothing.
type transfers struct {
	line  *screen.Line
	width func() int
	now   func() time.Time

	mu    sync.Mutex
	bars  []*transferBar
	drawn time.Time
}

type transferBar struct {
	key   string
	began time.Time
	count screen.Count
}

// transfers makes standard error a line for them, which both streams keep clear of; nil where it is no terminal.
func (a *app) transfers() *transfers {
	if a.line == nil {
		return nil
	}
	stderr := a.env.Stderr
	a.env.Stderr = a.line
	if screen.IsTerminal(a.env.Stdout) {
		a.env.Stdout = a.line.Beside(a.env.Stdout)
	}
	return &transfers{line: a.line, width: func() int { return screen.Width(stderr) }, now: clock.System{}.Now}
}

// arriving is for Config.Arriving: nil where nothing is shown.
func (t *transfers) arriving() func(pie.Arrival) {
	if t == nil {
		return nil
	}
	return func(a pie.Arrival) {
		t.tell(a.InstanceID+a.Hash, cmp.Or(a.Name, "file"), a.Done, a.Total, a.Ended)
	}
}

// sending is for Upload.Progress.
func (t *transfers) sending(label string) (told pie.Progress, done func()) {
	if t == nil {
		return nil, func() {}
	}
	t.tell(label, label, 0, 0, false)
	return func(done, total int64) { t.tell(label, label, done, total, false) },
		func() { t.tell(label, label, 0, 0, true) }
}

func (t *transfers) tell(key, label string, done, total int64, ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, at := t.now(), slices.IndexFunc(t.bars, func(b *transferBar) bool { return b.key == key })
	switch {
	case ended && at >= 0:
		t.bars = slices.Delete(t.bars, at, at+1)
	case ended:
		return
	case at < 0:
		t.bars = append(t.bars, &transferBar{key: key, began: now, count: screen.Count{Label: label, Done: int(done), Total: int(total), Bytes: true}})
	default:
		t.bars[at].count.Done, t.bars[at].count.Total = int(done), int(total)
	}
	if ended || now.Sub(t.drawn) >= transferRedraw {
		t.draw(now)
	}
}

func (t *transfers) draw(now time.Time) {
	var lines []string
	for _, b := range t.bars {
		if b.count.Elapsed = now.Sub(b.began); b.count.Elapsed >= transferAfter {
			lines = append(lines, b.count.String())
		}
	}
	t.drawn = now
	t.line.Show(screen.Fit(strings.Join(lines, " | "), t.width()))
}

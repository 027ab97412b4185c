package cli

import (
	"sync"

	"github.com/pierun/pierun/internal/journal"
)

// sayOpen names what a run leaves behind that cannot clean up any more, and what ends it.
func (a *app) sayOpen(open []journal.Entry) {
	instances := 0
	for _, e := range open {
		switch {
		case e.Detached || e.Claimed:
		case isSession(e):
			a.say("%s may still be running; to end it: pierun backendai rm %s", e.Program, sessionRef(e))
		default:
			instances++
		}
	}
	switch {
	case instances == 1:
		a.say("one instance may still be running; to end it: pierun kill --mine, or just the next run on that server")
	case instances > 1:
		a.say("%d instances may still be running; to end them: pierun kill --mine, or just the next run on that server", instances)
	}
}

// LastWords is what has to be said when a process leaves before its cleanup is done. The zero value says nothing; its
// methods are for any goroutine.
type LastWords struct {
	mu  sync.Mutex
	say []func()
}

// Print says it.
func (l *LastWords) Print() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, say := range l.say {
		say()
	}
}

// add has say called when the process leaves early.
func (l *LastWords) add(say func()) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.say = append(l.say, say)
}

// noting is the journal of a command that makes sessions.
func (a *app) noting() *journal.Journal {
	j := a.journal()
	a.lastWords(j)
	return j
}

// lastWords has what is open in j named, should the process leave early.
func (a *app) lastWords(j *journal.Journal) {
	a.env.LastWords.add(func() { a.sayOpen(j.Open()) })
}

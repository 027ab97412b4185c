package luabind

import (
	"fmt"
	"time"

	"github.com/pierun/pierun/internal/screen"
	"github.com/pierun/pierun/pie"
)

// outageAgain is how often a connection that stays away is told of in lines.
const outageAgain = 30 * time.Second

// outages tell on standard error of a server whose connection is lost and is being tried again: on a terminal in place,
// elsewhere a plain line. Scheduler's goroutine.
type outages struct {
	rt   *Runtime
	bars map[string]*progressBar  // by host
	said map[string]time.Duration // when last
}

// outage is what clients tell of lost connections; nil where nobody wants to know. Any goroutine.
func (rt *Runtime) outage() func(pie.Outage) {
	if rt.cfg.Quiet {
		return nil
	}
	s := &outages{rt: rt, bars: map[string]*progressBar{}, said: map[string]time.Duration{}}
	return func(o pie.Outage) { rt.sched.Post(func() { s.tell(o) }) }
}

func (s *outages) tell(o pie.Outage) {
	if bar := s.bars[o.Host]; bar != nil {
		bar.end()
		delete(s.bars, o.Host)
	}
	switch {
	case o.Back:
		delete(s.said, o.Host)
		s.say("connected to %s again, after %s", o.Host, screen.Duration(o.Waited))
	case !o.Over:
		s.lost(o)
	}
}

func (s *outages) lost(o pie.Outage) {
	words := fmt.Sprintf("the connection to %s is lost; trying again until %s", o.Host, o.Until.Format(time.TimeOnly))
	if root := s.rt.sched.Root(); s.rt.board.inPlace && !root.Ended() {
		s.bars[o.Host] = s.rt.startNotice(root, words)
		return
	}
	now := s.rt.sched.Now()
	if last, said := s.said[o.Host]; said && now-last < outageAgain {
		return // several commands that give up one after the other
	}
	s.said[o.Host] = now
	s.say("%s", words)
}

func (s *outages) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.rt.stderr, "pierun: "+format+"\n", args...) // nobody is left to be told that standard error is closed
}

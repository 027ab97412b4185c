package engine

import (
	"maps"
	"slices"

	"github.com/pierun/pierun/pie/wire"
)

// turn is one command of a gateway connection that has not fully ended: a launch or attach whose process goes on, and
// also a refused launch, a refused attach or an uncaptured launch, which the gateway forgets to end. victim is whom
// the end of the connection, or a cancel, takes along; after a refused attach that is somebody else's process.
type turn struct{ victim *process }

// beginTurn records a command that stays open.
func (s *session) beginTurn(victim *process) {
	s.mu.Lock()
	s.openTurn(victim)
	s.mu.Unlock()
}

// openTurn is beginTurn with s.mu held. It gives nil where there are no turns.
func (s *session) openTurn(victim *process) *turn {
	if !s.e.rules.turns {
		return nil
	}
	t := &turn{victim: victim}
	s.turns[t] = struct{}{}
	return t
}

// endTurn says that a command has fully ended.
func (s *session) endTurn(t *turn) {
	s.mu.Lock()
	delete(s.turns, t)
	s.mu.Unlock()
	s.out.tell(&wire.Event{Kind: wire.TurnDone})
}

// closeTurns forgets the open turns and gives them.
func (s *session) closeTurns() []*turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := slices.Collect(maps.Keys(s.turns))
	clear(s.turns)
	return open
}

// cancelAll is the gateway's text frame "cancel": every live command dies without an end of its own.
func (s *session) cancelAll() {
	for _, t := range s.closeTurns() {
		s.out.tell(&wire.Event{Kind: wire.StreamAborted})
		if t.victim != nil {
			s.letGo(t.victim, leaveBound)
			t.victim.stop(t.victim.terminated())
		}
	}
}

// abortTurns is what a broken link behind the gateway does: every live command dies, its process goes on detached.
func (s *session) abortTurns() {
	for _, t := range s.closeTurns() {
		s.out.tell(&wire.Event{Kind: wire.StreamAborted})
		if t.victim != nil {
			s.letGo(t.victim, leaveDetach)
		}
	}
}

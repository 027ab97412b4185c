package engine

import (
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/gorilla/websocket"
)

// howEnded tells a connection that was ended from one that broke, and answers a Close frame as the server does.
func (s *session) howEnded(err error) leaveRule {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		if closed.Code != websocket.CloseAbnormalClosure {
			s.answerClose(closed.Code)
		}
		return s.e.cleanRule()
	}
	if errors.Is(err, errTooLarge) && s.e.rules.closing == closeIgnored {
		<-s.gone // such servers neither read, answer nor close any more
	}
	return s.e.brokenRule()
}

func (s *session) answerClose(code int) {
	switch s.e.rules.closing {
	case closeEchoed:
		s.sendClose(code)
	case closeIgnored:
		s.leave(s.e.cleanRule())
		s.drain()
	}
}

func (s *session) sendClose(code int) {
	var payload []byte
	if code != websocket.CloseNoStatusReceived {
		payload = websocket.FormatCloseMessage(code, "")
	}
	s.out.control(opClose, payload)
}

// drain reads and ignores what comes until the client gives up.
func (s *session) drain() {
	_, _ = io.Copy(io.Discard, s.conn)
}

// leave lets go of every process, by the rule for this end.
func (s *session) leave(rule leaveRule) {
	for _, t := range s.closeTurns() {
		if t.victim != nil && rule == leaveKill {
			s.letGo(t.victim, leaveBound)
			t.victim.stop(t.victim.terminated())
		}
	}
	for _, p := range s.taken() {
		s.letGo(p, rule)
		if rule == leaveKill {
			p.stop(p.terminated())
		}
	}
}

// taken lists the processes that are attached here.
func (s *session) taken() []*process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.attached))
}

// letGo takes p off this connection, if it is attached to it, and wakes it: it may wait for this connection's reader.
func (s *session) letGo(p *process, rule leaveRule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.owner != s {
		return
	}
	s.drop(p)
	p.owner, p.turn = nil, nil
	if rule == leaveDetach {
		p.backlog = newBacklog(s.e.rules.keeps)
	} else {
		p.bound = true
	}
	p.wakeLocked()
}

// drop forgets p. Any goroutine.
func (s *session) drop(p *process) {
	s.mu.Lock()
	delete(s.attached, p)
	s.mu.Unlock()
}

// cleanRule is what the end of a connection means for its processes when the client said goodbye.
func (e *Engine) cleanRule() leaveRule {
	switch {
	case e.features.KillsOnClose:
		return leaveKill
	case e.features.DetachOnClose:
		return leaveDetach
	}
	return leaveBound
}

// brokenRule is the same for one that broke.
func (e *Engine) brokenRule() leaveRule {
	if e.config.KeepResults || e.rules.broken == leaveByClose {
		return e.cleanRule()
	}
	return e.rules.broken
}

package engine

import "github.com/pierun/pierun/pie/wire"

// attach gives a process a new connection: the answer first, then what was kept, then what happens.
func (s *session) attach(c *wire.Command) {
	id, ok := parseID(c.ID)
	if !ok {
		s.refuseAttach(c, nil, s.e.rules.attachBadID)
		return
	}
	p := s.e.find(id)
	if p == nil {
		s.refuseAttach(c, nil, s.e.rules.attachGone)
		return
	}
	if s.e.rules.ownersOnly && p.launch.user != s.user {
		s.refuseAttach(c, nil, "Permission denied")
		return
	}
	if why := s.tryAttach(c, p); why != "" {
		s.refuseAttach(c, p, why)
	}
}

// tryAttach says why it cannot be.
func (s *session) tryAttach(c *wire.Command, p *process) string {
	s.e.faults.delay(s)
	s.out.awaitRoom()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.state == processEnded:
		return s.e.rules.attachGone
	case p.owner != nil || p.bound:
		return s.e.rules.attachTaken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.tell(&wire.Event{Kind: wire.Answer, For: c.Kind, Corr: c.Corr, OK: true, Text: []byte(s.e.rules.attached)})
	if p.backlog != nil {
		p.backlog.replay(func(n *note) { s.out.force(p, n) })
	}
	if p.claim() {
		s.done()
	} else {
		s.adopt(p)
		p.wakeLocked()
	}
	return ""
}

// refuseAttach answers with a failure. On a gateway the process that was meant goes down with this connection.
func (s *session) refuseAttach(c *wire.Command, victim *process, why string) {
	s.reply(c, false, why)
	s.beginTurn(victim)
}

// terminate ends a process: the answer first, then its end to whoever is attached.
func (s *session) terminate(c *wire.Command) {
	id, ok := parseID(c.ID)
	p := s.e.find(id)
	switch {
	case !ok:
		s.answerTerminate(c, false, s.e.rules.terminateBadID)
	case p == nil && !s.e.rules.terminateAny:
		s.answerTerminate(c, false, "Process not found")
	case p != nil && s.e.rules.ownersOnly && p.launch.user != s.user:
		s.answerTerminate(c, false, "Permission denied")
	default:
		s.answerTerminate(c, true, s.e.rules.terminated)
		if p != nil && s.mayTerminate(p) {
			p.stop(p.terminated())
		}
	}
}

// mayTerminate is no where only the connection that launched a process can end it, which is where nothing is answered.
func (s *session) mayTerminate(p *process) bool {
	return (!s.e.features.TerminateSilent || s.holds(p)) && !s.e.faults.stuck()
}

// holds says whether p is attached here.
func (s *session) holds(p *process) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.owner == s
}

func (s *session) answerTerminate(c *wire.Command, ok bool, text string) {
	if !s.e.features.TerminateSilent {
		s.answer(c, ok, text)
	}
}

// signal puts a message into the inbox of a process that is attached here; any other is dropped without a word.
func (s *session) signal(c *wire.Command) {
	if id, ok := parseID(c.ID); ok {
		s.deliver(s.e.find(id), Inbound{Text: c.Text}, true)
	}
	s.done()
}

// deliver hands the process an item if it is attached here. A process that does not read what it is sent is ended.
func (s *session) deliver(p *process, item Inbound, wanted bool) {
	if p == nil {
		return
	}
	p.mu.Lock()
	if p.owner != s || p.over() || !wanted && !p.inbox.wantsFile() {
		p.mu.Unlock()
		return
	}
	fits := p.inbox.put(item)
	p.wakeLocked()
	p.mu.Unlock()
	if !fits {
		p.stop(p.flooded())
	}
}

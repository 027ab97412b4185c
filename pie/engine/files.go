package engine

import (
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// receiveFile takes one part of a file for a process. Most generations never answer, and drop what is wrong.
func (s *session) receiveFile(c *wire.Command) {
	if s.e.features.FileAnswered {
		s.receiveBlob(c)
		return
	}
	defer s.done()
	id, _ := parseID(c.ID)
	p := s.e.find(id)
	if p == nil || !s.holds(p) {
		return
	}
	data, why := s.collectFile(c)
	if why != "" || data == nil || program.Hash(data) != c.Hash {
		return
	}
	s.deliver(p, Inbound{File: data, IsFile: true}, false)
}

// collectFile gives the file once its last part is there. Parts are told apart by hash, so that two transfers of the
// same bytes disturb each other, as they do there.
func (s *session) collectFile(c *wire.Command) (data []byte, why string) {
	up := s.files[c.Hash]
	if up == nil {
		up = &upload{limit: s.e.config.Limits.Upload}
		s.files[c.Hash] = up
	}
	done, why := up.add(&c.Chunk, false)
	if why == "" && !done {
		return nil, ""
	}
	delete(s.files, c.Hash)
	if why != "" {
		return nil, why
	}
	return append([]byte{}, up.data...), "" // an empty file is one too
}

// receiveBlob is the same on the instance family, which answers and keeps the file until the program asks for it.
func (s *session) receiveBlob(c *wire.Command) {
	id, ok := parseID(c.ID)
	if !ok {
		s.answer(c, false, "Invalid instance_id: "+c.ID)
		return
	}
	p := s.e.find(id)
	if p == nil || !s.holds(p) {
		s.answer(c, false, "Instance not owned by client: "+c.ID)
		return
	}
	data, why := s.collectFile(c)
	switch {
	case why != "":
		s.answer(c, false, why)
	case data == nil:
	case program.Hash(data) != c.Hash:
		s.answer(c, false, "Hash mismatch: expected "+c.Hash+", got "+program.Hash(data))
	default:
		s.deliver(p, Inbound{File: data, IsFile: true}, true)
		s.answer(c, true, "Blob sent to instance")
	}
}

// flooded is the end of a process that lets its inbox overflow.
func (p *process) flooded() note {
	return note{kind: wire.Exception, text: p.e.rules.exception +
		"the simulated engine keeps no more unread messages for one program than its limit (Limits.Inbox)"}
}

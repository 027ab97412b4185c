package luabind

import (
	"context"

	"github.com/pierun/pierun/luabind/sched"
)

// discard ends a session that never got to its user.
func (s *baiSession) discard() {
	if !s.created || s.ended {
		return
	}
	s.giveUp()
	s.release(func() {})
}

// giveUp takes the session from its owner: nobody ends it any more.
func (s *baiSession) giveUp() {
	s.client.rt.sched.Root().Disown(s)
	delete(s.client.owned, s.id)
}

// leave gives the session up so that it goes on, on purpose.
func (s *baiSession) leave() {
	s.giveUp()
	if s.created {
		s.client.inner.Keep(s.id)
	}
}

// forget gives up the session of that id or name because it is gone.
func (c *baiClient) forget(id string) {
	for _, s := range c.owned {
		if s.id == id || s.name == id {
			s.ended = true
			s.giveUp()
		}
	}
}

// Moved tells that the session belongs to another scope now.
func (s *baiSession) Moved(to *sched.Scope) { s.scope = to }

// Ended tells that there is nothing to release.
func (s *baiSession) Ended() bool { return s.ended }

// Release destroys the session because its scope has ended.
func (s *baiSession) Release(done func()) {
	rt := s.client.rt
	if s.scope == rt.sched.Root() {
		rt.report.add(func(r *Report) { r.Ended = append(r.Ended, s.left("")) })
	}
	delete(s.client.owned, s.id)
	s.release(done)
}

func (s *baiSession) release(done func()) {
	s.ended = true
	closeIt := s.closePie()
	s.client.rt.work.Go(func() {
		defer done()
		closeIt()
		s.client.end(s.id, s.name, s.where)
	})
}

// closePie marks the client of the Pie server in the session as closed; what it returns closes it, on any goroutine.
func (s *baiSession) closePie() func() {
	if s.pie == nil || s.pie.inner == nil || s.pie.closed {
		return func() {}
	}
	s.pie.closed = true
	return func() { s.client.rt.closeClient(s.pie.inner) }
}

// end destroys a session and reports what the manager would not confirm. Any goroutine.
func (c *baiClient) end(id, name, where string) {
	ctx, cancel := context.WithTimeout(context.Background(), endSessionTimeout)
	defer cancel()
	if err := c.inner.EndSession(ctx, id); err != nil {
		c.rt.unconfirmed(LeftInstance{ID: id, Program: "session " + name, Where: where, Why: removal(id, err.Error())})
	}
}

func (s *baiSession) left(why string) LeftInstance {
	return LeftInstance{ID: s.id, Program: "session " + s.name, Where: s.where, Why: why}
}

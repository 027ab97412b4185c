package engine

import "time"

// pause lets the reader goroutine wait on the engine's clock, or until the connection is to end.
func (s *session) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	passed := make(chan struct{})
	stop := s.e.clock.AfterFunc(d, func() {
		s.resume()
		close(passed)
	})
	s.rest()
	select {
	case <-passed:
	case <-s.gone:
		if stop() {
			s.resume()
		}
	}
}

// rest says that the reader goroutine waits for something that takes time. Virtual time may pass meanwhile, although
// more has been sent to it.
func (s *session) rest() {
	if c, ok := s.conn.(*memoryConn); ok {
		c.in.suspend()
	}
}

// resume is the end of that, said by whoever ends it. Any goroutine.
func (s *session) resume() {
	if c, ok := s.conn.(*memoryConn); ok {
		c.in.resume()
	}
}

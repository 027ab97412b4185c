package engine

import "time"

// pause lets the reader goroutine wait on the engine's clock, or until the connection is to end.
func (s *session) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	passed := make(chan struct{})
	stop := s.e.clock.AfterFunc(d, func() {
		s.e.meter(+1)
		close(passed)
	})
	s.e.meter(-1)
	select {
	case <-passed:
	case <-s.gone:
		if stop() {
			s.e.meter(+1)
			return
		}
		<-passed
	}
}

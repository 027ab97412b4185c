package luabind

import (
	"cmp"
	"sync"

	"github.com/pierun/pierun/pie"
)

// arrivals show on a terminal which files of programs are coming.
type arrivals struct {
	rt   *Runtime
	bars map[arrivalKey]*passingBar // scheduler's goroutine

	mu     sync.Mutex
	latest map[arrivalKey]pie.Arrival // told, and not shown yet
}

type arrivalKey struct{ instance, hash string }

// arriving is what clients tell of the files that come; nil where nobody would see it.
func (rt *Runtime) arriving() func(pie.Arrival) {
	if !rt.board.inPlace {
		return nil
	}
	s := &arrivals{rt: rt, bars: map[arrivalKey]*passingBar{}, latest: map[arrivalKey]pie.Arrival{}}
	return s.tell
}

// tell notes the latest of each file and has it shown soon. Any goroutine.
func (s *arrivals) tell(a pie.Arrival) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.latest) == 0 {
		s.rt.sched.Post(s.show)
	}
	s.latest[arrivalKey{a.InstanceID, a.Hash}] = a
}

func (s *arrivals) show() {
	s.mu.Lock()
	told := s.latest
	s.latest = map[arrivalKey]pie.Arrival{}
	s.mu.Unlock()
	for key, a := range told {
		bar := s.bars[key]
		switch {
		case a.Ended && bar != nil:
			bar.end()
			delete(s.bars, key)
		case !a.Ended && bar == nil:
			s.bars[key] = s.rt.newPassingBar(s.rt.sched.Root(), cmp.Or(a.Name, "file"))
		case !a.Ended:
			bar.show(a.Done, a.Total)
		}
	}
}

package pie

import (
	"os"
	"sync"
)

// scratch is the client's temporary folder, made when first needed and removed by Close.
type scratch struct {
	mu   sync.Mutex
	path string
	shut bool
}

func (s *scratch) folder() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return "", os.ErrClosed
	}
	if s.path == "" {
		path, err := os.MkdirTemp("", "pierun-")
		if err != nil {
			return "", err
		}
		s.path = path
	}
	return s.path, nil
}

func (s *scratch) remove() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
	if s.path != "" {
		_ = os.RemoveAll(s.path) // nobody is left to be told; the system clears such folders, too
	}
}

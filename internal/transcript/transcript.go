// Package transcript keeps what a program under test writes, while it goes on writing. Only tests use it.
package transcript

import (
	"bytes"
	"strings"
	"sync"
)

// Transcript is all that was written to it so far. The zero value is ready; all goroutines may use it.
type Transcript struct {
	mu     sync.Mutex
	text   bytes.Buffer
	wanted map[string]chan struct{}
}

// Write never fails.
func (t *Transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Write(p)
	for text, found := range t.wanted {
		if t.has(text) {
			close(found)
			delete(t.wanted, text)
		}
	}
	return len(p), nil
}

func (t *Transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// Seen is closed once a line with text has been written to its end.
func (t *Transcript) Seen(text string) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := t.wanted[text]
	if found != nil {
		return found
	}
	found = make(chan struct{})
	if t.has(text) {
		close(found)
		return found
	}
	if t.wanted == nil {
		t.wanted = map[string]chan struct{}{}
	}
	t.wanted[text] = found
	return found
}

func (t *Transcript) has(text string) bool {
	_, after, found := strings.Cut(t.text.String(), text)
	return found && strings.Contains(after, "\n")
}

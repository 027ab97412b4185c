package pie

import (
	"context"
	"sync"
)

// lock is a mutex whose holder may wait for the network, so that waiting for it ends with a context.
type lock struct{ ch chan struct{} }

func newLock() lock { return lock{make(chan struct{}, 1)} }

func (l lock) acquire(ctx context.Context) error {
	select {
	case l.ch <- struct{}{}:
		return nil
	default:
	}
	select {
	case l.ch <- struct{}{}:
		return nil
	case <-ctx.Done():
		return contextError(ctx, "")
	}
}

func (l lock) release() { <-l.ch }

// keyed is one lock for each word in use.
type keyed struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when released
}

func (k *keyed) acquire(ctx context.Context, key string) error {
	for {
		k.mu.Lock()
		busy := k.held[key]
		if busy == nil {
			if k.held == nil {
				k.held = make(map[string]chan struct{})
			}
			k.held[key] = make(chan struct{})
			k.mu.Unlock()
			return nil
		}
		k.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return contextError(ctx, "")
		}
	}
}

func (k *keyed) release(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	close(k.held[key])
	delete(k.held, key)
}

// slots are the places that MaxInstances leaves; launches wait for one in the order of their coming.
type slots struct {
	places chan struct{} // nil: no bound
}

func newSlots(n int) slots {
	if n <= 0 {
		return slots{}
	}
	return slots{make(chan struct{}, n)}
}

// acquire waits for a place; free gives it back, however often it is called. nil without a bound.
func (s slots) acquire(ctx context.Context) (free func(), err error) {
	if s.places == nil {
		return nil, nil
	}
	select {
	case s.places <- struct{}{}:
		return sync.OnceFunc(func() { <-s.places }), nil
	case <-ctx.Done():
		return nil, contextError(ctx, "")
	}
}

// full tells whether no place is left.
func (s slots) full() bool { return s.places != nil && len(s.places) == cap(s.places) }

// tally counts what is under way. Unlike with a WaitGroup, more may begin while somebody waits.
type tally struct {
	mu   sync.Mutex
	n    int
	none chan struct{} // closed at zero; made by who waits
}

func (t *tally) add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n += n; t.n == 0 && t.none != nil {
		close(t.none)
		t.none = nil
	}
}

// zero gives a channel that is closed when nothing is under way.
func (t *tally) zero() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.none == nil {
		t.none = make(chan struct{})
	}
	none := t.none
	if t.n == 0 {
		close(none)
		t.none = nil
	}
	return none
}

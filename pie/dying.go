package pie

import (
	"maps"
	"sync"
)

// dying are the instances that a server was asked to end and has answered about, and whose end nothing has shown yet. The
// answer proves nothing: servers say yes of what is stuck, and know nothing of what they list.
type dying struct {
	mu   sync.Mutex
	byID map[string]doomed
	none chan struct{} // closed when none is left; made by who waits
	due  bool          // somebody will look at the list soon
}

// doomed is one of them.
type doomed struct {
	program string // "": not known
	yes     bool   // the server has said that it ends it, not that it does not know it
	with    *link  // it ends together with this connection; nil: with none
}

func (d *dying) add(id string, what doomed) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byID == nil {
		d.byID = make(map[string]doomed)
	}
	d.byID[id] = what
}

func (d *dying) drop(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.byID, id)
	if len(d.byID) == 0 && d.none != nil {
		close(d.none)
		d.none = nil
	}
}

func (d *dying) len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.byID)
}

// all is a copy.
func (d *dying) all() map[string]doomed {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.byID)
}

// zero gives a channel that is closed when none is left; there is one now.
func (d *dying) zero() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.none == nil {
		d.none = make(chan struct{})
	}
	none := d.none
	if len(d.byID) == 0 {
		close(none)
		d.none = nil
	}
	return none
}

// announce says whether the caller is to look at the list soon: nobody else is.
func (d *dying) announce() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := !d.due
	d.due = true
	return first
}

func (d *dying) looked() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.due = false
}

package pie

import "sync"

// finished are instances that ended while this client was connected to them and nobody read them: the server has told
// their end and knows nothing of it any more, so that Attach finds them here.
type finished struct {
	mu    sync.Mutex
	byID  map[string]*Instance
	order []string // oldest first; those taken since are skipped
}

// keep adds i. What goes for it counts no more against Config.Buffer.
func (f *finished) keep(i *Instance) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID == nil {
		f.byID = make(map[string]*Instance)
	}
	f.byID[i.id] = i
	f.order = append(f.order, i.id)
	if len(f.order) <= i.client.cfg.Finished {
		return
	}
	if old := f.byID[f.order[0]]; old != nil {
		delete(f.byID, old.id)
		old.Discard()
	}
	f.order = f.order[1:]
}

// take gives the instance of id, once; nil if there is none.
func (f *finished) take(id string) *Instance {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.byID[id]
	delete(f.byID, id)
	return i
}

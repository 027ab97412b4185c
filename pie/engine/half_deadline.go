package engine

import "time"

// deadline is the time at which a wait gives up. Its timer runs only while somebody waits.
type deadline struct {
	at   time.Time
	stop func() bool
}

func (d *deadline) passed(c Clock) bool { return !d.at.IsZero() && !c.Now().Before(d.at) }

func (h *half) setDeadline(d *deadline, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.at = at
	if d.stop != nil {
		d.stop()
		d.stop = nil
	}
	h.changed.Broadcast()
}

// wait sleeps until something changed, which may be that d has passed.
func (h *half) wait(d *deadline) {
	if !d.at.IsZero() && d.stop == nil {
		d.stop = h.clock.AfterFunc(d.at.Sub(h.clock.Now()), func() { h.expire(d) })
	}
	h.changed.Wait()
}

func (h *half) expire(d *deadline) {
	h.mu.Lock()
	d.stop = nil
	h.changed.Broadcast()
	h.mu.Unlock()
}

package engine

// rest tells the meter that what was read before has been dealt with.
func (h *half) rest() {
	h.mu.Lock()
	idle := h.counted && h.size == 0 && h.waiting == 0 && h.ended() == h.toldEnd
	if idle {
		h.counted = false
	}
	h.mu.Unlock()
	if idle {
		h.meter(-1)
	}
}

func (h *half) count() {
	if !h.counted {
		h.counted = true
		h.meter(+1)
	}
}

// suspend says that the reader waits for time to pass, so that what is on its way to it does not hold time up.
func (h *half) suspend() {
	h.mu.Lock()
	counted := h.counted
	h.suspended, h.counted = true, false
	h.mu.Unlock()
	if counted {
		h.meter(-1)
	}
}

// resume says that the reader is at work again.
func (h *half) resume() {
	h.mu.Lock()
	h.suspended = false
	if !h.readAll {
		h.count()
	}
	h.mu.Unlock()
}

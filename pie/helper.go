package pie

// helper stores and hashes the parts of one file beside the reader, which hands it whole frames and gets used ones
// back: nothing is copied between the two. It ends with the file, whichever way that ends.
type helper struct {
	parts chan part
	used  chan []byte // frames to read into again
	ended chan struct{}
}

// part is what of a frame belongs to the file.
type part struct{ frame, data []byte }

const (
	helpFrom  = 4 // parts that a file has at least to be worth a goroutine
	helpAhead = 4 // parts that wait for it at most: then the reader waits too, as it would do the work itself
)

// take stores one part, or has it stored: then the reader goes on with another frame.
func (a *assembly) take(i *Instance, l *link, data []byte) {
	if a.next == 1 && a.total >= helpFrom && i.client.incoming.helpers.Load() < helpersMost {
		a.help(i)
	}
	if a.helper == nil {
		a.err = a.add(i, data)
		return
	}
	a.helper.parts <- part{l.frame, data}
	select {
	case l.frame = <-a.helper.used:
	default:
		l.frame = make([]byte, 0, len(l.frame)+frameSlack) // the parts of a file are of one size
	}
}

// frameSlack is how much longer than this one the next frame may be without being copied as it grows.
const frameSlack = 512

func (a *assembly) help(i *Instance) {
	h := &helper{parts: make(chan part, helpAhead), used: make(chan []byte, helpAhead), ended: make(chan struct{})}
	a.helper = h
	i.client.incoming.helpers.Add(1)
	go func() {
		defer func() {
			i.client.incoming.helpers.Add(-1)
			close(h.ended)
		}()
		for p := range h.parts {
			if a.err == nil {
				a.err = a.add(i, p.data)
			}
			select {
			case h.used <- p.frame:
			default:
			}
		}
	}()
}

// wait ends the helper when it has stored all it was given. Twice is harmless; under the lock of the files.
func (h *helper) wait() {
	if h == nil || h.parts == nil {
		return
	}
	close(h.parts)
	<-h.ended
	h.parts = nil
}

package conformance_test

import "sync/atomic"

// lender takes the goroutine that reads as any consumer may: it gives it back, or keeps the right to read away from it,
// now or later, too early, or never. What a client does must not depend on it.
func lender() func(tell, late func()) {
	var n atomic.Uint32
	return func(tell, late func()) {
		switch n.Add(1) % 5 {
		case 0:
			tell()
		case 1:
			tell()
			late()
		case 2:
			tell()
			go late()
		case 3:
			late()
			tell()
			go late()
		case 4:
			kept := make(chan struct{})
			tell()
			go func() { late(); close(kept) }()
			<-kept
		}
	}
}

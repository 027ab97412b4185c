// Package clock is time as the project uses it: the system's, and one that a test moves by hand.
//
// Who needs time declares the interface it needs (Now and AfterFunc) and is given one of these.
package clock

import "time"

// System is the machine's own time. The zero value is ready; all goroutines may use it.
type System struct{}

// Now is the current time, with its monotonic reading.
func (System) Now() time.Time { return time.Now() }

// AfterFunc runs f on a goroutine of its own when d has passed. stop reports whether it came before that.
func (System) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, f).Stop
}

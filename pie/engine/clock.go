package engine

import "time"

// Clock is where the engine's time comes from, so that it may be virtual. Both methods are safe for all goroutines;
// f runs on a goroutine of the clock's choice and never inside AfterFunc.
//
// A clock that has also a method Busy(delta int) is told of work in flight: +1 before something can run (a program, a
// frame on its way), -1 once it waits. Virtual time may pass while the sum is zero. No lock of the engine is held
// when delta is negative, so that the clock may call timers from there.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

// busyMeter is the Busy method of a clock that has one, else a function that does nothing.
func busyMeter(c Clock) func(delta int) {
	if m, ok := c.(interface{ Busy(delta int) }); ok {
		return m.Busy
	}
	return func(int) {}
}

package luabind

import (
	"runtime"
	"testing"

	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// TestReadingAllocatesNothing: an event that has come is handed to the script without an allocation, once the tail of
// what was read has its size.
func TestReadingAllocatesNothing(t *testing.T) {
	rt, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	const events = 256
	i := &instance{rt: rt, opts: &launchOptions{}}
	i.record().init(64)
	for range events {
		i.pending = append(i.pending, pie.Event{Kind: pie.Stdout, Value: lua.LString("0123456789abcdef"), Size: 16})
	}
	L := rt.sched.L()
	read := func() {
		for i.next = 0; i.next < events; {
			i.pushEvent(L, i.nextEvent(L, "instance:recv", -1))
			L.Pop(2)
		}
	}
	if n := testing.AllocsPerRun(100, read); n > 1 {
		t.Errorf("%v allocations for %d events", n, events)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		read()
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) / 100; n > 512 {
		t.Errorf("%d bytes for %d events", n, events)
	}
}

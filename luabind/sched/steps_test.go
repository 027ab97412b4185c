package sched

import (
	"context"
	"errors"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestAwaitSteps: the script hears of the last step always, in order, may wait and raise in between, and does not hold
// the work up.
func TestAwaitSteps(t *testing.T) {
	h := newHost(t)
	h.l.SetGlobal("count", h.l.NewFunction(func(L *lua.LState) int {
		n, fn := L.CheckInt(1), L.CheckFunction(2)
		step := func(k int) {
			L.Push(fn)
			L.Push(lua.LNumber(k))
			L.Call(1, 0)
		}
		sum, err := AwaitSteps(L, step, func(_ context.Context, tell func(int)) (int, error) {
			for k := range n {
				tell(k + 1)
			}
			if n == 0 {
				return 0, errors.New("nothing to count")
			}
			return n, nil
		})
		if err != nil {
			L.RaiseError("%s", err.Error())
		}
		L.Push(lua.LNumber(sum))
		return 1
	}))
	h.ok(`local last, times = 0, 0
		local got = count(1000, function(k) assert(k > last) last = k times = times + 1 sleep(1) end)
		assert(got == 1000 and last == 1000 and times >= 1, times)
		local ok, err = pcall(count, 10, function() error("enough") end)
		assert(not ok and tostring(err):find("enough"), err)
		local ok, err = pcall(count, 0, print)
		assert(not ok and tostring(err):find("nothing to count"), err)`)
}

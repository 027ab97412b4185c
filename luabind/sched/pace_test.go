package sched

import (
	"testing"
	"testing/synctest"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// answers gives scripts ask(), which waits for an answer: the nth one comes after a time of its own. stacks() is how many
// tasks can have been under way at once, inTurn() how many are held back.
func (h *host) answers(after func(n int) time.Duration) {
	asked := 0
	h.l.SetGlobal("ask", h.l.NewFunction(func(L *lua.LState) int {
		task, answered := h.Current(), false
		asked++
		h.Expect()
		time.AfterFunc(after(asked), func() {
			h.Post(func() { answered = true; h.Came(); task.Wake() })
		})
		task.WaitFor(L, -1, func() bool { return answered })
		return 0
	}))
	h.l.SetGlobal("inTurn", h.l.NewFunction(func(L *lua.LState) int { L.Push(lua.LNumber(h.inTurn())); return 1 }))
	h.l.SetGlobal("stacks", h.l.NewFunction(func(L *lua.LState) int { L.Push(lua.LNumber(len(h.shells))); return 1 }))
}

// inTurn is how many are held back, in the order of their spawns.
func (h *host) inTurn() int {
	n := 0
	for n < len(h.pace.held) && (n == 0 || h.pace.held[n-1].id < h.pace.held[n].id) {
		n++
	}
	return n
}

// crowded runs code with answers in a bubble, where now() is what tasks have waited.
func crowded(t *testing.T, after func(n int) time.Duration, code string) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.answers(after)
		h.ok(`local tasks, order = {}, {}
			local function asks(i) order[#order + 1] = i ask() end
			local function spawnAll(n) for i = 1, n do tasks[i] = spawn(function() asks(i) end) end end
			local function joinAll() for i = 1, #tasks do join(tasks[i]) end end
			local t0 = now()
			` + code)
	})
}

// Of many tasks that are spawned together and wait for answers, those that get one end before the last begin, and few
// stacks do for all.
func TestStacksAreLeftToThoseThatBegin(t *testing.T) {
	crowded(t, func(int) time.Duration { return time.Millisecond }, `
		spawnAll(2000) joinAll()
		assert(stacks() < 300, stacks() .. " stacks")
		assert(#order == 2000)`)
}

// The same for those that wait for something else: what has come is looked at before all have begun.
func TestWhatHasComeGoesFirst(t *testing.T) {
	h := newHost(t)
	h.l.SetGlobal("glance", h.l.NewFunction(func(L *lua.LState) int {
		task, answered := h.Current(), false
		h.Hold()
		h.Post(func() { answered = true; h.Release(); task.Wake() })
		task.WaitFor(L, -1, func() bool { return answered })
		return 0
	}))
	h.answers(nil)
	h.ok(`
		local tasks = {}
		for i = 1, 2000 do tasks[i] = spawn(function() glance() end) end
		for i = 1, 2000 do join(tasks[i]) end
		assert(stacks() < 600, stacks() .. " stacks")`)
}

func TestNobodyIsHeldBackForAnswersThatDoNotCome(t *testing.T) {
	crowded(t, func(int) time.Duration { return time.Hour }, `
		spawnAll(1000)
		local watcher = spawn(function() return now() - t0 end)
		local late = join(watcher)
		assert(late >= 0.02 and late < 0.03, late)
		assert(#order == 1000)
		joinAll()`)
}

func TestNobodyIsHeldBackForLong(t *testing.T) {
	crowded(t, func(n int) time.Duration { return time.Duration(n) * 10 * time.Millisecond }, `
		spawnAll(1000)
		local late = join(spawn(function() return now() - t0 end))
		assert(late >= 0.25 and late < 0.3, late)
		joinAll()`)
}

func TestFewAreNeverHeldBack(t *testing.T) {
	crowded(t, func(int) time.Duration { return time.Hour }, `
		spawnAll(255)
		local watcher = spawn(function() return now() - t0 end)
		assert(join(watcher) == 0)
		joinAll()`)
}

func TestTasksThatAreHeldBackCanBeCancelled(t *testing.T) {
	crowded(t, func(int) time.Duration { return time.Second }, `
		spawnAll(600)
		switch()
		assert(#order == 256 and inTurn() == 344, #order)
		for i = 1, 600 do cancel(tasks[i]) end
		for i = 1, 600 do pcall(join, tasks[i]) end
		assert(#order == 256 and now() - t0 < 0.1, now() - t0)`)
}

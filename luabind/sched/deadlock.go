package sched

import (
	"fmt"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// shownWaits is how many waiting tasks a deadlock report lists.
const shownWaits = 12

// deadlocked raises an error in every waiting task, when none can run, no timer is set and nothing is outstanding:
// they wait for each other for ever. It tells whether it has woken any.
func (s *Scheduler) deadlocked() bool {
	var stuck []*Task
	for t := s.live.first; t != nil; t = t.next {
		if t.state == waiting && t.waitL != nil {
			stuck = append(stuck, t)
		}
	}
	if len(stuck) == 0 {
		return false
	}
	report := deadlockReport(stuck)
	for _, t := range stuck {
		e := luavalue.Errorf(luavalue.KindScript, "deadlock: nothing can wake this task any more%s", report)
		if at := t.waitPlace(); at.source != "" {
			e.Where = at.String()
		}
		t.stuck = e
		t.Wake()
	}
	return true
}

// deadlockReport lists who waits where, if there is more than one.
func deadlockReport(stuck []*Task) string {
	if len(stuck) == 1 {
		return ""
	}
	var b strings.Builder
	b.WriteString("; waiting for each other:")
	for i, t := range stuck {
		if i == shownWaits {
			fmt.Fprintf(&b, "\n  and %d more", len(stuck)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s", t.waitLine())
	}
	return b.String()
}

// waitLine is "main at flow.lua:3 (recv)".
func (t *Task) waitLine() string {
	line := t.Name()
	if at := t.waitPlace(); at.source != "" {
		line += " at " + at.String()
	}
	if what := callee(t.waitL); what != "" {
		line += " in " + what
	}
	return line
}

// waitPlace is the line of the script that waits, looked for through the coroutines it is in.
func (t *Task) waitPlace() Place {
	at := PlaceOf(t.waitL)
	for c := t.co; at.source == "" && c != nil; c = c.resumer {
		at = PlaceOf(c.shell.L)
	}
	if at.source == "" {
		at = PlaceOf(t.shell.L)
	}
	return at
}

// callee is the name under which the script called the Go function on top of L, "" when it has none.
func callee(L *lua.LState) string {
	dbg, ok := L.GetStack(0)
	if !ok {
		return ""
	}
	if _, err := L.GetInfo("n", dbg, lua.LNil); err != nil || strings.ContainsAny(dbg.Name, "(<? ") {
		return ""
	}
	return dbg.Name
}

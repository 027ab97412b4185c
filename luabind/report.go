package luabind

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Report is what is left to say when a run has ended. It holds facts; [Report.Lines] words them.
type Report struct {
	Maps        []FailedRows   // each flow.map with failed rows that were not allowed for
	Ended       []LeftInstance // instances that the end of a good script terminated
	Kept        []LeftInstance // detached instances that end with the embedded engine, or go on without their results
	Detached    int            // instances that go on at a server because the script wanted it so, as far as is known
	Unconfirmed []LeftInstance // instances whose termination no server has confirmed

	gone map[string]bool // of Ended, by id: those that had ended before, or that the server did not know
}

// Without takes an instance out that is gone without our doing: nothing has terminated it, and it runs no more.
func (r *Report) Without(id string) {
	if r.gone == nil {
		r.gone = map[string]bool{}
	}
	r.gone[id] = true
}

// FailedRows sums up one flow.map.
type FailedRows struct {
	Where         string         // file:line of the call
	Failed, Total int            // rows
	Kinds         map[string]int // failures by kind of error
	First         string         // the first failure's message
}

// LeftInstance is an instance that the report speaks of.
type LeftInstance struct {
	ID, Program string // ID "": nobody was told one
	Where       string // file:line of its launch
	Why         string // what is known: an error, a state
}

// Failed is the number of failed rows of all maps: more than none means exit code 3 for an otherwise good run.
func (r Report) Failed() int {
	n := 0
	for _, m := range r.Maps {
		n += m.Failed
	}
	return n
}

// Lines words the report, one sentence a line; nothing to say gives none. Notes that are no failures (what the end
// of the script terminated) are left out when quiet.
func (r Report) Lines(quiet bool) []string {
	var lines []string
	for _, m := range r.Maps {
		lines = append(lines, m.line())
	}
	for _, g := range alike(r.Unconfirmed) {
		lines = append(lines, fmt.Sprintf("NOT confirmed: %s may still be running: %s", g.withIDs(), g.Why))
	}
	if quiet {
		return lines
	}
	for _, g := range alike(r.confirmed()) {
		lines = append(lines, fmt.Sprintf("the end of the script terminated %s", g))
	}
	for _, g := range alike(r.Kept) {
		lines = append(lines, fmt.Sprintf("detached: %s: %s", g.withIDs(), g.Why))
	}
	return lines
}

// confirmed are those of Ended that somebody has really ended.
func (r Report) confirmed() []LeftInstance {
	doubtful := map[string]bool{}
	maps.Copy(doubtful, r.gone)
	for _, i := range r.Unconfirmed {
		doubtful[i.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(r.Ended), func(i LeftInstance) bool { return doubtful[i.ID] })
}

// group is instances of one program that were launched at one line and left for one reason, the first of them by name.
type group struct {
	LeftInstance
	ids []string
}

// alike groups instances, in the order in which the first of each group was left.
func alike(list []LeftInstance) []*group {
	type key struct{ program, where, why string }
	at := map[key]*group{}
	var groups []*group
	for _, i := range list {
		k := key{i.Program, i.Where, i.Why}
		if at[k] == nil {
			at[k] = &group{LeftInstance: i}
			groups = append(groups, at[k])
		}
		at[k].ids = append(at[k].ids, i.ID)
	}
	return groups
}

// String is "10000 × echo, launched at flow.lua:3"; a single instance has its id.
func (g *group) String() string {
	if len(g.ids) == 1 {
		return g.LeftInstance.String()
	}
	return fmt.Sprintf("%d × %s%s", len(g.ids), g.Program, g.at())
}

// withIDs names the first few, too: they may have to be looked after.
func (g *group) withIDs() string {
	const most = 3
	if len(g.ids) == 1 || g.ids[0] == "" {
		return g.String()
	}
	ids := strings.Join(g.ids[:min(most, len(g.ids))], ", ")
	if len(g.ids) > most {
		ids += ", …"
	}
	return fmt.Sprintf("%s (%s)", g, ids)
}

func (m FailedRows) line() string {
	kinds := make([]string, 0, len(m.Kinds))
	for kind, n := range m.Kinds {
		kinds = append(kinds, fmt.Sprintf("%d %s", n, kind))
	}
	slices.Sort(kinds)
	line := fmt.Sprintf("%s: flow.map: %d of %d rows failed (%s)", m.Where, m.Failed, m.Total, strings.Join(kinds, ", "))
	if m.First != "" {
		line += "; the first: " + m.First
	}
	return line
}

// String names the instance and the line of its launch.
func (i LeftInstance) String() string {
	if i.ID == "" {
		return i.Program + i.at()
	}
	return fmt.Sprintf("%s (%s)%s", i.Program, i.ID, i.at())
}

func (i LeftInstance) at() string {
	if i.Where == "" {
		return ""
	}
	return ", launched at " + i.Where
}

// reporter collects the report of a run. Its methods may be called from any goroutine.
type reporter struct {
	mu sync.Mutex
	r  Report
}

// add lets f write into the report.
func (r *reporter) add(f func(*Report)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.r)
}

// Report is what is left to say, complete once RunFile or RunString has returned.
func (rt *Runtime) Report() Report {
	rt.report.mu.Lock()
	defer rt.report.mu.Unlock()
	return rt.report.r
}

package luabind

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

// Report is what is left to say when a run has ended. It holds facts; [Report.Lines] words them.
type Report struct {
	Maps        []FailedRows   // each flow.map with failed rows that were not allowed for
	Ended       []LeftInstance // instances that the end of a good script terminated
	Kept        []LeftInstance // detached instances that end with the embedded engine, or go on without their results
	Unconfirmed []LeftInstance // instances whose termination no server has confirmed
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
	ID, Program string
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
	for _, i := range r.Unconfirmed {
		lines = append(lines, fmt.Sprintf("NOT confirmed: %s may still be running: %s", i, i.Why))
	}
	if quiet {
		return lines
	}
	for _, i := range r.Ended {
		lines = append(lines, fmt.Sprintf("the end of the script terminated %s", i))
	}
	for _, i := range r.Kept {
		lines = append(lines, fmt.Sprintf("detached: %s: %s", i, i.Why))
	}
	return lines
}

func (m FailedRows) line() string {
	kinds := make([]string, 0, len(m.Kinds))
	for kind, n := range m.Kinds {
		kinds = append(kinds, fmt.Sprintf("%d %s", n, kind))
	}
	sort.Strings(kinds)
	line := fmt.Sprintf("%s: flow.map: %d of %d rows failed (%s)", m.Where, m.Failed, m.Total, strings.Join(kinds, ", "))
	if m.First != "" {
		line += "; the first: " + m.First
	}
	return line
}

// String names the instance and the line of its launch.
func (i LeftInstance) String() string {
	s := fmt.Sprintf("%s (%s)", i.Program, i.ID)
	if i.Where != "" {
		s += ", launched at " + i.Where
	}
	return s
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

package main

import "strings"

// benchCase is one thing that every client does. A client process is given its word, n and m.
type benchCase struct {
	name, about string
	word        string
	n, m        int  // m is for the fast clients: a slow one does m divided by its share
	fixed       bool // m is not divided
	unit        unit
	only        string // the one client that can do it; "": all
	plain       bool   // not for the server-only client
}

// unit is what a case tells.
type unit uint8

const (
	perSecond   unit = iota // operations per second, more is better
	mibSecond               // MiB per second
	bytesEach               // resident bytes per instance and what waits for it
	millisFirst             // milliseconds from the start of the process to its first line
)

func (u unit) String() string {
	return [...]string{"/s", "MiB/s", "bytes each", "ms"}[u]
}

// better tells whether more is better.
func (u unit) more() bool { return u == perSecond || u == mibSecond }

const mib = 1 << 20

var cases = []benchCase{
	{name: "events-1", about: "events of 16 bytes from 1 instance", word: "events", n: 1, m: 2_000_000},
	{name: "events-100", about: "events from 100 instances in turn", word: "events", n: 100, m: 20_000},
	{name: "events-10000", about: "events from 10,000 instances in turn", word: "events", n: 10_000, m: 200},
	{name: "silent-10000", about: "events from 1 instance, 10,000 others silent", word: "silent", n: 10_000, m: 1_000_000},
	{name: "launches", about: "10,000 launches of a no-op in flight together, until all have ended", word: "launches", n: 10_000, m: 1, fixed: true, plain: true},
	{name: "echo-1", about: "signal and its message, one after another", word: "echo", n: 1, m: 20_000, plain: true},
	{name: "echo-1000", about: "the same, 1,000 at a time", word: "echo", n: 1000, m: 200, plain: true},
	{name: "down", about: "one file of 64 MiB from the server, hash checked", word: "down", n: 1, m: 64 * mib, fixed: true, unit: mibSecond},
	{name: "up", about: "one file of 64 MiB to the server, hash sent", word: "up", n: 1, m: 64 * mib, fixed: true, unit: mibSecond, plain: true},
	{name: "idle", about: "10,000 waiting instances, each with its reader", word: "idle", n: 10_000, m: 1, fixed: true, unit: bytesEach, plain: true},
	{name: "start", about: "start of the process to the script's first line", word: "start", n: 1, m: 1, fixed: true, unit: millisFirst, plain: true},
	{name: "map", about: "`flow.map` over 100,000 rows of plain Lua", word: "map", n: 100_000, m: 1, fixed: true, only: "lua", plain: true},
	{name: "map-launch", about: "`flow.map` over 100,000 rows that each launch a no-op and wait", word: "maplaunch", n: 100_000, m: 1, fixed: true, only: "lua", plain: true},
}

// sized gives the case as one client does it.
func (c benchCase) sized(share int, quick bool) benchCase {
	if quick {
		share *= 10
	}
	switch {
	case c.fixed && quick && c.word != "start" && c.word != "idle":
		c.n, c.m = max(1, c.n/10), max(1, c.m/10)
	case !c.fixed:
		c.m = max(1, c.m/share)
	}
	return c
}

// amount is how many operations, or bytes, it is.
func (c benchCase) amount() float64 {
	switch c.word {
	case "silent":
		return float64(c.m)
	case "down", "up":
		return float64(c.m) / mib
	}
	return float64(c.n) * float64(c.m)
}

func selectCases(parts []string) (list []benchCase) {
	for _, c := range cases {
		if matches(c.name, parts) {
			list = append(list, c)
		}
	}
	return list
}

// matches tells whether a name begins with one of the parts; one that ends in = is the whole name.
func matches(name string, parts []string) bool {
	for _, p := range parts {
		if whole, ok := strings.CutSuffix(p, "="); ok && whole == name || !ok && strings.HasPrefix(name, p) {
			return true
		}
	}
	return len(parts) == 0
}

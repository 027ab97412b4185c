package sched

import (
	"fmt"
	"slices"
)

const (
	longestCycle = 4 // functions that call each other in turn; more are listed as they are
	worthFolding = 3 // lines that folding has to save
)

// folded is a traceback in which what a recursion repeats is said once.
func folded(lines []string) []string {
	var out []string
	for i := 0; i < len(lines); {
		n, times := cycleAt(lines[i:])
		out = append(out, lines[i:i+n]...)
		if times > 1 {
			out = append(out, again(n, times-1))
		}
		i += n * times
	}
	return out
}

// cycleAt tells how many lines at the beginning are repeated at once, and how often they stand there: 1, 1 for none.
func cycleAt(lines []string) (n, times int) {
	for n = 1; n <= longestCycle; n++ {
		times = 1
		for (times+1)*n <= len(lines) && slices.Equal(lines[:n], lines[times*n:(times+1)*n]) {
			times++
		}
		if (times-1)*n > worthFolding {
			return n, times
		}
	}
	return 1, 1
}

func again(n, times int) string {
	if n == 1 {
		return fmt.Sprintf("… the same %d more times", times)
	}
	return fmt.Sprintf("… these %d again, %d more times", n, times)
}

// foldedAround is folded for a traceback of a full stack, in whose middle "…" stands for what was left out. What the
// recursion repeats on both sides is said once.
func foldedAround(lines []string) []string {
	gap := slices.Index(lines, "…")
	if gap < 0 {
		return folded(lines)
	}
	before, after := lines[:gap], lines[gap+1:]
	for n := 1; n <= longestCycle && 2*n <= len(before); n++ {
		if !slices.Equal(before[:n], before[n:2*n]) {
			continue
		}
		outside := slices.IndexFunc(after, func(line string) bool { return !slices.Contains(before[:n], line) })
		if outside < 0 {
			outside = len(after)
		}
		return slices.Concat(before[:n], []string{"… and so on, until the stack was full"}, after[outside:])
	}
	return lines
}

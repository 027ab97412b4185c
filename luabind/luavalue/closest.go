package luavalue

import "strings"

// Closest gives the name that word was most likely meant to be; "" when none is near enough. Case and the
// difference between "-" and "_" count for nothing.
func Closest(word string, among []string) string {
	plain := plainName(word)
	best, at := "", min(1+(len(plain)-1)/4, len(plain)-1)
	for _, name := range among {
		if d := distance(plain, plainName(name)); d < at || d == at && best == "" {
			best, at = name, d
		}
	}
	return best
}

func plainName(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimLeft(s, "-")), "-", "_")
}

// distance counts the letters to insert, delete, replace or swap with the next (optimal string alignment).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func differ(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}

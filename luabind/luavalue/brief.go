package luavalue

import (
	"fmt"
	"strings"
)

// Brief is the beginning of a text that would fill a screen, at most so many bytes and lines of it, and a note of how
// long it is in all. What is short enough stays as it is; lines 0 is any number of them.
func Brief(text string, bytes, lines int) string {
	end := min(len(text), bytes)
	for i := range end {
		if text[i] != '\n' {
			continue
		}
		if lines--; lines == 0 {
			end = i
			break
		}
	}
	if end == len(text) {
		return text
	}
	return strings.ToValidUTF8(text[:end], "") + fmt.Sprintf("… (cut: %d bytes in all)", len(text))
}

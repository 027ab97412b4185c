package screen

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

func rateText(rate float64) string {
	switch {
	case rate >= 10:
		return fmt.Sprintf("%.0f/s", rate)
	case rate >= 0.1:
		return fmt.Sprintf("%.1f/s", rate)
	}
	return fmt.Sprintf("%.1f/min", rate*60)
}

// Duration is a time as people read it: "3.2s", "1m30s", "2h5m0s".
func Duration(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d < time.Hour:
		return d.Round(time.Second).String()
	}
	return d.Round(time.Minute).String()
}

// Bytes is a size as people read it: "812 B", "3.4 MiB".
func Bytes(n float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	unit := 0
	for n >= 1024 && unit < len(units)-1 {
		n, unit = n/1024, unit+1
	}
	if unit == 0 || n >= 100 {
		return fmt.Sprintf("%.0f %s", n, units[unit])
	}
	return fmt.Sprintf("%.1f %s", n, units[unit])
}

// Fit cuts a line so that it does not wrap, which could not be erased.
func Fit(line string, width int) string {
	if utf8.RuneCountInString(line) < width {
		return line
	}
	runes := []rune(line)
	return string(runes[:max(width-2, 0)]) + "…"
}

// oneLine is the name that somebody else gave to something, as a line may show it.
func oneLine(name string) string { return strings.Map(Harmless, name) }

// Harmless is a character as a terminal may show it: a dot for one that would take command of the terminal, end the line or
// turn the order of the words round.
func Harmless(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return '·'
	}
	return r
}

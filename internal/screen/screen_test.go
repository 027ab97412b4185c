package screen

import (
	"io"
	"strings"
	"testing"
	"time"
)

// draw gives what a terminal gets, with E for what erases a line.
func draw(f func(line *Line, other io.Writer)) string {
	var screen strings.Builder
	line := NewLine(&screen)
	f(line, line.Beside(&screen))
	return strings.ReplaceAll(screen.String(), eraseLine, "E")
}

func TestLineInPlace(t *testing.T) {
	got := draw(func(line *Line, other io.Writer) {
		line.Show("rows 1")
		line.Show("rows 1")
		line.Show("rows 2")
		_, _ = line.Write([]byte("a log line\n"))
		_, _ = other.Write([]byte("printed\n"))
		_, _ = other.Write(nil)
		line.Show("")
		_, _ = line.Write([]byte("end\n"))
	})
	if want := "rows 1Erows 2Ea log line\nrows 2Eprinted\nrows 2Eend\n"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestHalfALineStays: it is not drawn over, and the line is there again behind its end.
func TestHalfALineStays(t *testing.T) {
	got := draw(func(line *Line, other io.Writer) {
		line.Show("rows 1")
		_, _ = other.Write([]byte("half "))
		line.Show("rows 2")
		line.Show("rows 3")
		_, _ = other.Write([]byte("a line\n"))
		_, _ = other.Write([]byte("half"))
		line.Show("")
		_, _ = other.Write([]byte(" and end\n"))
	})
	if want := "rows 1Ehalf a line\nrows 3Ehalf and end\n"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestFit(t *testing.T) {
	for line, want := range map[string]string{"short": "short", "exactly 10": "exactly …", "much longer than that": "much lon…"} {
		if got := Fit(line, 10); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestSizesAsPeopleReadThem(t *testing.T) {
	for n, want := range map[float64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 150 << 10: "150 KiB", 3.5 * (1 << 30): "3.5 GiB", 1 << 50: "1024 TiB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%v: %q, want %q", n, got, want)
		}
	}
}

func TestCountsAsPeopleReadThem(t *testing.T) {
	for want, c := range map[string]Count{
		"rows 0%% (0/9)": {Label: "rows", Total: 9},
		"rows 3":         {Label: "rows", Done: 3, Total: -1},
		"rows 62% (620/1000), 20 failed, 41/s, 9.2s left": {Label: "rows", Done: 600, Failed: 20, Total: 1000, Elapsed: 15 * time.Second},
		"rows 100% (9/9), 1.5/min":                        {Label: "rows", Done: 9, Total: 5, Elapsed: 6 * time.Minute, Ended: true},
		"a.bin 50% (1.0 KiB/2.0 KiB), 512 B/s":            {Label: "a.bin", Done: 1024, Total: 2048, Bytes: true, Elapsed: 2 * time.Second, Ended: true},
		"a·[2J·b 1":                                       {Label: "a\x1b[2J\nb", Done: 1, Total: -1},
	} {
		if got := c.String(); got != strings.ReplaceAll(want, "%%", "%") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

package luabind

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
)

// tellOutages tells of a connection that stays away for a minute and a half, told of every ten seconds, and is back then.
func tellOutages(t *testing.T, change func(*Config, *bool)) string {
	t.Helper()
	var screen strings.Builder
	synctest.Test(t, func(t *testing.T) {
		cfg, inPlace := Config{Stderr: &screen, Progress: "plain"}, false
		change(&cfg, &inPlace)
		rt, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		rt.board.inPlace = inPlace
		if tell := rt.baseConfig().Outage; tell != nil {
			go func() {
				for n := range 9 {
					until := time.Date(2026, 3, 1, 12, 0, 10*n, 0, time.Local)
					tell(pie.Outage{Host: "gpu:8080", Until: until})
					<-time.After(10 * time.Second)
					tell(pie.Outage{Host: "gpu:8080", Until: until, Over: true, Back: n == 8, Waited: 90 * time.Second})
				}
			}()
		}
		if err := rt.RunString(t.Context(), "t.lua", "task.sleep(100)"); err != nil {
			t.Error(err)
		}
		rt.Close()
	})
	return screen.String()
}

// TestLostConnectionsAreTold in plain lines, not too often, and with the end; on a terminal the line is in place.
func TestLostConnectionsAreTold(t *testing.T) {
	const line, back = "the connection to gpu:8080 is lost; trying again until 12:0", "pierun: connected to gpu:8080 again, after 1m30s\n"
	got := tellOutages(t, func(*Config, *bool) {})
	if want := "pierun: " + line + "0:00\npierun: " + line + "0:30\npierun: " + line + "1:00\n" + back; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	got = tellOutages(t, func(_ *Config, inPlace *bool) { *inPlace = true })
	if !strings.HasPrefix(got, line+"0:00"+eraseLine) || !strings.HasSuffix(got, line+"1:20"+eraseLine+back) || strings.Count(got, "\n") != 1 {
		t.Errorf("on a terminal: %q", got)
	}
	if got = tellOutages(t, func(cfg *Config, _ *bool) { cfg.Quiet = true }); got != "" {
		t.Errorf("quiet: %q", got)
	}
}

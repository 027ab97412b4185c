package journal

import (
	"path/filepath"
	"testing"
)

func TestStateRoot(t *testing.T) {
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	absolute, err := filepath.Abs("/state")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		system string
		getenv func(string) string
		want   string
	}{
		{"linux", env("HOME", "/h"), "/h/.local/state"},
		{"linux", env("HOME", "/h", "XDG_STATE_HOME", absolute), absolute},
		{"linux", env("HOME", "/h", "XDG_STATE_HOME", "relative"), "/h/.local/state"},
		{"darwin", env("HOME", "/h"), "/h/Library/Application Support"},
		{"windows", env("LocalAppData", "/l"), "/l"},
		{"windows", env(), ""},
		{"linux", env(), ""},
	}
	for _, test := range tests {
		got, err := stateRoot(test.system, test.getenv)
		if got != filepath.FromSlash(test.want) || (err == nil) != (test.want != "") {
			t.Errorf("%s: %q, %v; want %q", test.system, got, err, test.want)
		}
	}
	if dir, err := Dir(env("HOME", "/h", "LocalAppData", "/l")); err != nil || filepath.Base(dir) != "runs" {
		t.Errorf("%q, %v", dir, err)
	}
}

package cli

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
)

// TestDoctorPrintsAtOnce has a server that never answers the upgrade: what is known is printed before it is asked.
func TestDoctorPrintsAtOnce(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	rows := rowsUntil{word: "address", found: cancel}
	code := Run(ctx, Env{Args: []string{"doctor", "--server", "ws://" + listener.Addr().String()}, Stdout: &rows, Getenv: environment("XDG_STATE_HOME", t.TempDir())})
	if code != exitInterrupt || !strings.Contains(rows.String(), "journal") || strings.Contains(rows.String(), "latency") {
		t.Errorf("%d, %q", code, rows.String())
	}
}

// doctorOf is what doctor prints with an environment, in a folder with that pierun.toml; "" is none.
func doctorOf(t *testing.T, project string, pairs ...string) (code int, rows string) {
	t.Chdir(t.TempDir())
	if project != "" {
		if err := os.WriteFile(projectFile, []byte(project), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, rows, _ = call(t.Context(), []string{"doctor"}, append(pairs, "XDG_STATE_HOME", t.TempDir())...)
	return code, rows
}

// What doctor is asked about does not keep it from looking.
func TestDoctorTellsOfAnAddressThatIsNone(t *testing.T) {
	code, rows := doctorOf(t, "", "PIE_SERVER", "foo://bar")
	if code != exitConnect || !strings.Contains(rows, "ok    journal") ||
		!strings.Contains(rows, "FAIL  address     $PIE_SERVER is no address of a server: \"foo://bar\"\n                  mend: write ws://") {
		t.Errorf("%d, %s", code, rows)
	}
	code, out, _ := call(t.Context(), []string{"doctor", "--json", "--key", t.TempDir()})
	if code != exitConnect || !strings.Contains(out, `"what": "login",`+"\n"+`    "state": "FAIL"`) {
		t.Errorf("%d, %s", code, out)
	}
	if code, out, _ := call(t.Context(), []string{"doctor", "--dialect", "none"}); code != exitUsage || out != "" {
		t.Errorf("a wrong command line: %d, %s", code, out)
	}
}

func TestDoctorLooksAtTheProject(t *testing.T) {
	keys := []string{"BACKEND_ACCESS_KEY", "AKIA", "BACKEND_SECRET_KEY", "secret"}
	for _, test := range []struct {
		project string
		pairs   []string
		code    int
		want    string // "!x": x is not there
	}{
		{"", nil, exitOK, "!project"},
		{"", nil, exitOK, "!backendai"},
		{"[backendai.pie]\nimage = 'pie'\n", keys, exitOK, "ok    project     pierun.toml\nok    backendai   https://api.backend.ai, as AKIA"},
		{"", keys, exitOK, "!secret"},
		{"[backendai\n", nil, exitError, "FAIL  project     pierun.toml: line "},
		{"[backendia]\n", nil, exitError, "mend: did you mean backendai?"},
		{"[backendai.pie]\nport = 8000\n", keys, exitOK, "warn  project     [backendai.pie] of pierun.toml has no image"},
		{"[backendai]\ndomain = 'd'\n", nil, exitOK, "warn  backendai   its settings are not complete\n                  mend: Backend.AI needs an access key: set BACKEND_ACCESS_KEY"},
		{"", keys[:2], exitOK, "warn  backendai   its settings are not complete\n                  mend: Backend.AI needs the secret of the access key"},
		{"", append([]string{"BACKEND_ENDPOINT", "nowhere"}, keys...), exitError, `FAIL  backendai   the manager's address "nowhere"`},
	} {
		code, rows := doctorOf(t, test.project, test.pairs...)
		word, absent := strings.CutPrefix(test.want, "!")
		if code != test.code || strings.Contains(rows, word) == absent {
			t.Errorf("%q, %v: %d, want %q in\n%s", test.project, test.pairs, code, test.want, rows)
		}
	}
}

// rowsUntil calls found when a word was written.
type rowsUntil struct {
	strings.Builder
	word  string
	found func()
}

func (r *rowsUntil) Write(text []byte) (int, error) {
	if strings.Contains(string(text), r.word) {
		r.found()
	}
	return r.Builder.Write(text)
}

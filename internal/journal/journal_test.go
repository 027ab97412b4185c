package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pierun/pierun/pie"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var someTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func config(dir string) Config {
	return Config{
		Dir:  dir,
		Now:  func() time.Time { return someTime },
		Skip: func(server string) bool { return server == "embedded" },
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// abandon lets go of the file as a dying process does, so that its lock is gone and the file stays.
func abandon(t *testing.T, j *Journal) {
	t.Helper()
	j.write()
	j.file.Lock()
	if err := j.f.Close(); err != nil {
		t.Error(err)
	}
	j.f = nil
	j.file.Unlock()
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

func TestJournalIsGoneWhenAllHasEnded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	j := New(config(dir))
	one, _ := j.Intent(pie.Launching{Server: "ws://x", Program: "chat"})
	two, _ := j.Intent(pie.Launching{Server: "ws://x", Program: "chat"})
	j.Sync()
	if got := files(t, dir); len(got) != 1 {
		t.Fatalf("after an intent there is one file, not %q", got)
	}
	j.Launched(one, "id-1")
	j.Refused(two)
	j.Ended("id-1")
	j.Ended("id-1")
	j.Ended("never heard of")
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}

func TestJournalMakesNoFileForNothing(t *testing.T) {
	dir := t.TempDir()
	j := New(config(dir))
	ticket, err := j.Intent(pie.Launching{Server: "embedded", Program: "chat"})
	j.Launched(ticket, "id")
	j.Ended("id")
	if closed := j.Close(); err != nil || closed != nil || len(files(t, dir)) != 0 {
		t.Errorf("%v, %v, %q", err, closed, files(t, dir))
	}
}

// orphans is what dead runs have left behind.
func orphans(dir string, now time.Time) ([]Run, error) {
	runs, err := Runs(dir, now)
	return Orphans(runs), err
}

// What was let go of, or is looked after by somebody who lives, is no orphan.
func TestOrphansAreNobodys(t *testing.T) {
	dir := t.TempDir()
	launching := pie.Launching{Server: "ws://x", User: "me", Program: "chat"}
	dead := New(config(dir))
	for _, id := range []string{"left", "let go", "claimed", "claimed by the dead"} {
		ticket, _ := dead.Intent(launching)
		dead.Launched(ticket, id)
	}
	dead.Detached("let go")
	dead.Detached("never heard of")
	launching.Detached = true
	ticket, _ := dead.Intent(launching)
	dead.Launched(ticket, "detached")
	abandon(t, dead)
	gone := New(config(dir))
	gone.Claimed(launching, "claimed by the dead")
	abandon(t, gone)

	living := New(config(dir))
	living.Claimed(pie.Launching{Server: "ws://x"}, "claimed")
	living.Claimed(pie.Launching{Server: "embedded"}, "skipped")
	living.write()
	runs, err := Runs(dir, someTime)
	if err != nil || len(runs) != 2 {
		t.Fatalf("%+v, %v", runs, err)
	}
	var ids []string
	for _, run := range Orphans(runs) {
		for _, e := range run.Entries {
			ids = append(ids, e.InstanceID+" of "+e.User)
		}
	}
	if got, want := fmt.Sprint(ids), "[left of me claimed by the dead of me]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := living.Close(); err != nil || len(files(t, dir)) != 1 {
		t.Errorf("a claim ends with its run: %v, %q", err, files(t, dir))
	}
}

func TestOldFilesAreForgotten(t *testing.T) {
	dir := t.TempDir()
	dead := New(config(dir))
	_, _ = dead.Intent(pie.Launching{Server: "ws://x", Program: "chat"})
	abandon(t, dead)
	if runs, err := Runs(dir, time.Now().Add(forgetAfter-time.Hour)); err != nil || len(runs) != 1 {
		t.Errorf("%+v, %v", runs, err)
	}
	if runs, err := Runs(dir, time.Now().Add(forgetAfter+time.Hour)); err != nil || len(runs) != 0 || len(files(t, dir)) != 0 {
		t.Errorf("%+v, %v", runs, err)
	}
}

func TestOrphans(t *testing.T) {
	dir := t.TempDir()
	dead := New(config(dir))
	answered, _ := dead.Intent(pie.Launching{Server: "ws://x", Program: "chat"})
	_, _ = dead.Intent(pie.Launching{Server: "ws://y", Program: "echo"})
	over, _ := dead.Intent(pie.Launching{Server: "ws://x", Program: "noop"})
	dead.Launched(answered, "id-1")
	dead.Launched(over, "id-2")
	dead.Ended("id-2")
	abandon(t, dead)

	living := New(config(dir))
	_, _ = living.Intent(pie.Launching{Server: "ws://x", Program: "chat"})
	defer func() { _ = living.Close() }()

	runs, err := orphans(dir, someTime)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%+v, %v", runs, err)
	}
	want := []Entry{
		{Ticket: "1", Server: "ws://x", Program: "chat", InstanceID: "id-1", At: someTime},
		{Ticket: "2", Server: "ws://y", Program: "echo", At: someTime},
	}
	if got := fmt.Sprint(runs[0].Entries); got != fmt.Sprint(want) || runs[0].PID != os.Getpid() {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := runs[0].Settle(runs[0].Entries[1:]); err != nil {
		t.Error(err)
	}
	if left, err := orphans(dir, someTime); err != nil || len(left) != 1 || fmt.Sprint(left[0].Entries) != fmt.Sprint(want[:1]) {
		t.Errorf("after the second was settled: %+v, %v", left, err)
	}
	if err := runs[0].Settle(runs[0].Entries); err != nil {
		t.Error(err)
	}
	if err := runs[0].Settle(runs[0].Entries); err != nil {
		t.Errorf("settled by somebody else: %v", err)
	}
	if again, err := orphans(dir, someTime); err != nil || len(again) != 0 {
		t.Errorf("after all were settled: %+v, %v", again, err)
	}
}

func TestOrphansPassesOver(t *testing.T) {
	dir := t.TempDir()
	host, _ := os.Hostname()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("run-1-a.jsonl", `{"run":{"pid":1,"host":"another"}}`+"\n"+`{"intent":"1"}`+"\n")
	write("run-2-b.jsonl", `{"run":{"pid":2,"host":"`+host+`"}}`+"\n"+`{"intent":"1","server":"s"}`+"\n{\"laun")
	write("run-3-c.jsonl", `{"run":{"pid":3,"host":"`+host+`"}}`+"\n"+`{"intent":"1"}`+"\n"+`{"refused":"1"}`+"\n")
	write("run-4-d.jsonl", "")
	write("run-5-e.jsonl", strings.Repeat("x", 2*maxLine))
	write("other.txt", "hands off")
	runs, err := orphans(dir, time.Now().Add(time.Minute))
	if err != nil || len(runs) != 1 || runs[0].PID != 2 {
		t.Errorf("%+v, %v", runs, err)
	}
	if _, err := orphans(dir, time.Now().Add(2*staleAfter)); err != nil {
		t.Error(err)
	}
	if got := files(t, dir); len(got) != 3 {
		t.Errorf("empty and ended ones are removed, others stay; there are %q", got)
	}
	if runs, err := orphans(filepath.Join(dir, "none"), someTime); err != nil || runs != nil {
		t.Errorf("%v, %v", runs, err)
	}
}

func TestJournalStaysSmall(t *testing.T) {
	dir := t.TempDir()
	j := New(config(dir))
	kept, _ := j.Intent(pie.Launching{Server: "ws://x", Program: "kept"})
	j.Launched(kept, "kept-id")
	for i := range 10_000 {
		ticket, _ := j.Intent(pie.Launching{Server: "ws://somewhere.example:8080", Program: "a-program@0.1.0"})
		id := fmt.Sprintf("0d5f0f2c-5f0b-4c56-9a53-%012d", i)
		j.Launched(ticket, id)
		j.Ended(id)
	}
	left := files(t, dir)
	info, err := os.Stat(left[0])
	if err != nil || len(left) != 1 || info.Size() > 2*compactAbove {
		t.Errorf("%d files, %d bytes, %v", len(left), info.Size(), err)
	}
	abandon(t, j)
	runs, err := orphans(dir, someTime)
	if err != nil || len(runs) != 1 || len(runs[0].Entries) != 1 || runs[0].Entries[0].InstanceID != "kept-id" {
		t.Errorf("%+v, %v", runs, err)
	}
}

func TestJournalThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config(filepath.Join(file, "dir"))
	var told []error
	cfg.Failed = func(err error) { told = append(told, err) }
	j := New(cfg)
	for range 3 {
		if ticket, err := j.Intent(pie.Launching{Server: "ws://x", Program: "chat"}); ticket == "" || err != nil {
			t.Errorf("%q, %v", ticket, err)
		}
	}
	if err := j.Close(); err != nil || len(told) != 1 {
		t.Errorf("%v, told %v", err, told)
	}
}

func TestJournalFromManyGoroutines(t *testing.T) {
	dir := t.TempDir()
	j := New(config(dir))
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 200 {
				ticket, _ := j.Intent(pie.Launching{Server: "ws://x", Program: "chat"})
				id := fmt.Sprint(worker, "-", i)
				j.Launched(ticket, id)
				j.Ended(id)
			}
		})
	}
	all.Wait()
	if err := j.Close(); err != nil || len(j.Open()) != 0 || len(files(t, dir)) != 0 {
		t.Errorf("%v, open %v, left %q", err, j.Open(), files(t, dir))
	}
	j.Ended("late")
}

func TestLinesReadBack(t *testing.T) {
	for _, want := range []line{
		{Intent: "1", Server: "ws://a/b?c=\"d\"", Program: "é\n\\", At: someTime},
		{Intent: "1", ID: "x", User: "u", Detached: detachedIntent, At: someTime.Add(time.Nanosecond)},
		{Launched: "2", ID: "id"}, {Refused: "3"}, {Claimed: "id", Server: "s"}, {Detached: "id"}, {Ended: "id\x00\u2028"}, {},
	} {
		var got line
		text := want.append(nil)
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Errorf("%s reads back as %+v, %v", text, got, err)
		}
	}
}

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

func TestLockIsExclusive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	first, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	second, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if err := lock(first); err != nil {
		t.Error(err)
	}
	if err := lock(second); !errors.Is(err, errLocked) {
		t.Errorf("got %v, want errLocked", err)
	}
}

// TestManyOpenAreNotLookedThroughAgainAndAgain: while most of a large file is open, a line costs what it always does.
func TestManyOpenAreNotLookedThroughAgainAndAgain(t *testing.T) {
	j := New(config(t.TempDir()))
	launch := func(n int) {
		ticket, _ := j.Intent(pie.Launching{Server: "ws://somewhere.example:8080", Program: "a-program@0.1.0"})
		j.Launched(ticket, fmt.Sprintf("0d5f0f2c-5f0b-4c56-9a53-%012d", n))
	}
	for n := range 20_000 {
		launch(n)
	}
	n := 20_000
	if allocs := testing.AllocsPerRun(100, func() { n++; launch(n) }); allocs > 50 {
		t.Errorf("%v allocations for a launch while %d are open", allocs, n)
	}
	abandon(t, j)
}

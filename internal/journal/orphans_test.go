package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/pie"
)

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

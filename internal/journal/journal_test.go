package journal

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

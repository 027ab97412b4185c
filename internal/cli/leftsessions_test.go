package cli

import (
	"testing"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/internal/journal"
)

// TestUnansweredSessionsAreMine: a session whose creation was not answered is known by the name that pierun gave it; a name that
// somebody else may have given is nobody's.
func TestUnansweredSessionsAreMine(t *testing.T) {
	state := t.TempDir()
	a := &app{env: Env{Getenv: func(name string) string { return map[string]string{"XDG_STATE_HOME": state}[name] }}}
	dir, err := journal.Dir(a.env.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	c, err := backendai.New(backendai.Config{AccessKey: "a", SecretKey: "s"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	j := journal.New(journal.Config{Dir: dir, Now: clock.System{}.Now})
	notes := ledger{j}
	notes.Creating(c.Place(), c.Owner(), "pierun-0123")
	notes.Creating(c.Place(), c.Owner(), "by-hand")
	notes.Created(notes.Creating(c.Place(), c.Owner(), "known"), "id-3")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	mine, err := a.mySessions(c, map[string]string{"pierun-0123": "id-1", "id-1": "id-1", "by-hand": "id-2", "id-2": "id-2", "known": "id-3", "id-3": "id-3"})
	if err != nil || len(mine) != 2 || mine["id-1"].keeper("") != "left over" || mine["id-3"].keeper("") != "left over" {
		t.Errorf("%+v %v", mine, err)
	}
}

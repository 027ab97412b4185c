package luabind

import (
	"errors"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
)

// A launch that was never answered is told at the end, with the ids that it may have become.
func TestUnansweredLaunchesAreTold(t *testing.T) {
	for want, u := range map[string]pie.Unanswered{
		"NOT confirmed: chat (a) may still be running: its launch was not answered":      {Candidates: []string{"a"}},
		"NOT confirmed: chat (a or b) may still be running: its launch was not answered": {Candidates: []string{"a", "b"}},
		"NOT confirmed: chat may still be running: its launch was not answered":          {},
		"may still be running: the server answered its launch, but not with its id":      {Answered: true, Candidates: []string{"a"}},
		"there is no list of the server's: refused":                                      {Err: &pie.Error{Kind: pie.KindConnect, Message: "refused", Err: errors.New("refused")}},
	} {
		rt := &Runtime{}
		u.Program = "chat"
		rt.unanswered(u)
		if lines := strings.Join(rt.Report().Lines(true), "\n"); !strings.Contains(lines, want) {
			t.Errorf("%q, want %q", lines, want)
		}
	}
}

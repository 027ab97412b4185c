package luabind

import (
	"errors"
	"strings"
	"testing"
)

// TestForwardsAreToldOf: a connection that nobody takes is told of, once for each reason.
func TestForwardsAreToldOf(t *testing.T) {
	var text strings.Builder
	rt := &Runtime{stderr: &lineWriter{w: &text}}
	tell := rt.forwardFailed("8080")
	for range 3 {
		tell(errors.New("nothing listens"))
	}
	tell(errors.New("the session is gone"))
	if want := "pierun: session:forward(\"8080\"): nothing listens\npierun: session:forward(\"8080\"): the session is gone\n"; text.String() != want {
		t.Error(text.String())
	}
	if rt.cfg.Quiet = true; rt.forwardFailed("8080") != nil {
		t.Error("told though nobody wants to know")
	}
}

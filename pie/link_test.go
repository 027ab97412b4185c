package pie

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// TestCommandOnEndingLink: between the moment in which a link stops taking frames and the one in which it stops
// taking requests, a command was certainly never written, and the reason given is the link's own.
func TestCommandOnEndingLink(t *testing.T) {
	l, _ := newSilentLink(nil)
	l.err = &Error{Kind: KindLost, Message: "the connection was cut"}
	close(l.cut)
	l.out.close()
	a := l.do(context.Background(), &wire.Command{Kind: wire.Ping}, &request{op: "ping", kind: wire.Ping}, time.Minute)
	var never unsent
	if !errors.As(a.err, &never) || !errors.Is(a.err, ErrLost) {
		t.Errorf("the command failed with %v", a.err)
	}
}

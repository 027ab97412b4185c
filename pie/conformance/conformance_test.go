package conformance_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/pierun/pierun/pie/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scenario is one thing that a client and a server do with each other.
type scenario struct {
	name string
	play func(x *trial)
	// cannot says why it makes no sense on a server; "" or nil: it does.
	cannot func(s *server) string
}

// TestConformance plays all scenarios to every generation of the embedded engine, in memory and on a socket, and to the
// real server that PIE_TEST_SERVER names.
func TestConformance(t *testing.T) {
	for _, d := range wire.Generations() {
		t.Run(d.Generation+"/memory", func(t *testing.T) {
			playAll(t, func(t *testing.T, f func(*testing.T, *server)) {
				synctest.Test(t, func(t *testing.T) { f(t, memoryServer(t, d.Generation)) })
			})
		})
		t.Run(d.Generation+"/socket", func(t *testing.T) {
			playAll(t, func(t *testing.T, f func(*testing.T, *server)) { f(t, socketServer(t, d.Generation)) })
		})
	}
	playReal(t)
}

// playReal plays them to the real server.
func playReal(t *testing.T) {
	s := namedServer()
	if s == nil {
		t.Logf("no real server: %s is not set (ws://host:port)", realServer)
		return
	}
	t.Run("real", func(t *testing.T) {
		prepare(t, s)
		playAll(t, func(t *testing.T, f func(*testing.T, *server)) { f(t, s) })
	})
}

// prepare installs the lab on a real server and looks which generation it is of.
func prepare(t *testing.T, s *server) {
	t.Helper()
	x := &trial{T: t, server: s}
	c := x.client()
	s.generation = c.Info().Dialect
	in, err := c.Install(x.soon(), labSource(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s is a %s; installed %s", s.uri, s.generation, in.Ref)
}

// playAll plays each scenario on a server of its own, which serve starts, and lists those that were not played.
func playAll(t *testing.T, serve func(*testing.T, func(*testing.T, *server))) {
	var left []string
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			serve(t, func(t *testing.T, s *server) {
				if sc.cannot != nil {
					if why := sc.cannot(s); why != "" {
						left = append(left, fmt.Sprintf("%-50s %s", sc.name, why))
						return
					}
				}
				sc.play(&trial{T: t, server: s, fate: fates()[s.generation]})
			})
		})
	}
	for _, line := range left {
		t.Log("not played: " + line)
	}
}

// Reasons why a scenario is not played.

func virtualTimeOnly(s *server) string {
	if s.place != inMemory {
		return "it takes an hour: played in memory alone, where time is virtual"
	}
	return ""
}

func engineOnly(s *server) string {
	if s.place == remote {
		return "it needs a server that can be told to fail: TestRealServer cuts, kills and hangs real ones under scripts"
	}
	return ""
}

// scenarios is the list.
func scenarios() []scenario {
	var list []scenario
	for _, part := range [][]scenario{greetings(), lives(), talks(), sights(), detachments(), files(), sizes(), installs(), losses()} {
		list = append(list, part...)
	}
	return list
}

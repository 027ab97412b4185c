package clitest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pierun/pierun/internal/transcript"
)

// startReal names the command that starts a real server: it takes a port behind its own words, runs in the foreground
// and prints "READY ws://host:port".
const startReal = "PIE_TEST_START"

// RealServer says whether there is a real server for scripts to start and kill.
func RealServer() bool { return os.Getenv(startReal) != "" }

// realKey is where a script keeps its realServer.
type realKey struct{}

// realServer is a real Pie server of one script, and the wire to it.
type realServer struct {
	command *exec.Cmd
	ended   chan struct{}
	port    string // the same after each start
	wire    *wire
}

// SetupReal is Setup for scripts with a real server. $LAB is the folder of the program that they launch.
func SetupReal(lab string) func(*testscript.Env) error {
	return func(env *testscript.Env) error {
		path, err := filepath.Abs(lab)
		if err != nil {
			return err
		}
		env.Setenv("LAB", path)
		env.Values[realKey{}] = &realServer{port: "0"}
		return Setup(env)
	}
}

func server(ts *testscript.TestScript, neg bool, args []string) {
	s, _ := ts.Value(realKey{}).(*realServer)
	switch {
	case neg || s == nil || len(args) == 0:
		ts.Fatalf("usage: server start [NAME=VALUE…] | kill")
	case args[0] == "start":
		s.start(ts, args[1:])
	case args[0] == "kill":
		s.kill()
	}
}

// start waits until the server takes connections. Its address is in $SERVER.
func (s *realServer) start(ts *testscript.TestScript, settings []string) {
	words := append(strings.Fields(os.Getenv(startReal)), s.port)
	s.command, s.ended = exec.Command(words[0], words[1:]...), make(chan struct{})
	s.command.Env = append(os.Environ(), settings...)
	stdout, err := s.command.StdoutPipe()
	ts.Check(err)
	stderr := new(transcript.Transcript)
	s.command.Stderr = stderr
	ts.Check(s.command.Start())
	ts.Defer(s.kill)
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if address, ready := strings.CutPrefix(lines.Text(), "READY ws://"); ready {
			s.reached(ts, address)
			go func() {
				for lines.Scan() {
				}
				_ = s.command.Wait() // it is killed
				close(s.ended)
			}()
			return
		}
	}
	_ = s.command.Wait()
	close(s.ended)
	ts.Fatalf("the real server did not start: %s", stderr.String())
}

// reached puts the wire before it, once.
func (s *realServer) reached(ts *testscript.TestScript, address string) {
	_, s.port, _ = strings.Cut(address, ":")
	if s.wire == nil {
		w, err := newWire(address)
		ts.Check(err)
		w.work.Go(w.serve)
		s.wire = w
		ts.Defer(w.close)
	}
	ts.Setenv("SERVER", "ws://"+s.wire.address())
}

// kill ends it as a crash would, and waits until it has.
func (s *realServer) kill() {
	_ = s.command.Process.Kill()
	<-s.ended
}

// befall does what an action of when does to the server; false: it has nothing to do with servers. With the server the
// client dies first: it has no time to say or write anything about it.
func (s *realServer) befall(action string, client *os.Process) bool {
	switch action {
	case "kill-both":
		_ = client.Kill()
		s.kill()
	case "kill-server":
		s.kill()
	case "cut":
		s.wire.cut()
	default:
		return false
	}
	return true
}

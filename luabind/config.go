package luabind

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/luabind/sched"
	"github.com/pierun/pierun/pie"
)

// Config is all that a Runtime learns from outside. The zero value runs a script that cannot reach any server, has
// no input and whose output is thrown away.
type Config struct {
	// Dial opens a connection to the embedded engine. It is called when a script first needs a server and Server is
	// empty; nil means that there is no engine, and such a script gets an error of kind connect.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// DialDialect is the generation that the engine behind Dial speaks; empty: found out by asking.
	DialDialect string

	// DialPrograms are the programs of the engine behind Dial, as name@version. They give the version where its
	// generation launches no bare names, and the nearest name where a script has misspelt one.
	DialPrograms []string

	// Server is the default server's address (ws://host:port); empty means the embedded engine. A script that names
	// an address itself wins over it.
	Server string
	// User is the name to log in with where a script gives none.
	User string
	// Login is what else clients log in with.
	Login Login
	// Dialect is the generation or family that servers speak; empty or "auto" means to find out.
	Dialect string

	// BackendAI says where the settings of the module backendai come from, and how its managers are dialled.
	BackendAI backendai.Sources
	// DialServer opens connections to Server instead of the network; nil: its address is dialled.
	DialServer func(ctx context.Context, network, addr string) (net.Conn, error)

	// Clock is the source of time; nil means the system's.
	Clock sched.Clock
	// Stdin, Stdout and Stderr are the standard streams. A nil Stdin is empty, a nil writer discards.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// StdoutBuffer is how many bytes may wait to be written to Stdout; zero means 1 MiB. Beyond it, who prints waits. One
	// print is never split, so that a single longer one may go over it.
	StdoutBuffer int64

	// Args are the words after FILE on the command line, as they were typed.
	Args []string
	// Script is what arg[0] says for RunString; RunFile uses its path.
	Script string
	// HostFlags are the flags of the command itself, with their dashes. One of them among Args that the script has
	// not declared with args.parse, and no "--" before it, most likely stands on the wrong side of FILE: it ends the run
	// with [ExitError] code 2, before anything runs where the script cannot look at Args, else before anything is
	// connected, and at the end of one that has not looked.
	HostFlags []string
	// ScriptWord is what HostFlags stand before, for people; empty means "the file".
	ScriptWord string

	// Connected is called, on a goroutine of its own, when a client has connected; its context ends with the client,
	// after the grace at the latest. nil: nothing is.
	Connected func(ctx context.Context, c *pie.Client)

	// Journal is told of launches and ends, so that a later run finds what a crash left behind; nil: nobody is.
	Journal pie.Journal
	// Grace is the time that the deferred functions may take when a scope is left, and again the end of its instances;
	// zero means 5 s.
	Grace time.Duration
	// Seed fixes math.random; nil means a fresh one for each run.
	Seed *int64

	// Progress is how flow.progress shows itself: "auto", "plain" or "none"; empty means "none".
	Progress string
	// LogLevel is the lowest level that log.* prints: "debug", "info", "warn" or "error"; empty means "info".
	LogLevel string
	// Quiet leaves out the closing lines on Stderr that are no errors.
	Quiet bool
}

// withDefaults fills what the zero value leaves open.
func (c Config) withDefaults() Config {
	if c.Stdin == nil {
		c.Stdin = eofReader{}
	}
	if c.Stdout == nil {
		c.Stdout = io.Discard
	}
	if c.Stderr == nil {
		c.Stderr = io.Discard
	}
	if c.StdoutBuffer <= 0 {
		c.StdoutBuffer = 1 << 20
	}
	if c.Grace == 0 {
		c.Grace = 5 * time.Second
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Progress == "" {
		c.Progress = "none"
	}
	if c.ScriptWord == "" {
		c.ScriptWord = "the file"
	}
	if c.LogLevel == "" {
		c.LogLevel = "info"
	}
	return c
}

// eofReader is an input that has ended.
type eofReader struct{}

func (eofReader) Read([]byte) (int, error) { return 0, io.EOF }

package engine

import (
	"errors"
	"fmt"
	"io"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// Version is what the engine tells programs that ask for the server's version.
const Version = "0.5.2-simulated"

// Config says what an engine serves. The zero value is the embedded default: worker-0.5, results kept, the built-in
// programs, the system's clock, unpaced words.
type Config struct {
	// Dialect is the generation to speak. Nil is worker-0.5, with KeepResults.
	Dialect *wire.Dialect
	// Programs are installed from the start. Nil means Builtin().
	Programs []Program
	// Loader makes a program that can run here out of uploaded bytes. A nil Program without an error means that the
	// bytes are none of its business; an error refuses the upload in its words. It is called on the reader goroutine
	// of the uploading connection. Nil: uploaded programs are stored and known, and fail when they are launched.
	Loader func(data []byte, m *program.Manifest) (Program, error)
	// Clock tells the time and sets the timers of everything here. Nil is the system's.
	Clock Clock
	// Seed decides, with the prompt, which words a completion is made of.
	Seed int64
	// TokenRate paces each completion, in tokens per second. 0: as fast as they are read.
	TokenRate float64
	// KeepResults makes worker generations better than released ones: a process that ends while nobody is attached
	// keeps its result until somebody attaches, a detached launch keeps its output too, and a connection that
	// breaks leaves its processes attachable, as one that was closed does.
	KeepResults bool
	// MaxConcurrent bounds the programs that run at once; further ones wait after their launch was answered. 0: none.
	MaxConcurrent int
	// Limits bound memory. Zero fields have defaults.
	Limits Limits
	// Login asks clients to prove who they are, on generations that can. Nil: every name is accepted.
	Login *Login
	// Page says whether a web page may connect, by its origin: "https://host", or "null" for a file. Only browsers name
	// one. A page that may needs no identity on a gateway: browsers cannot send that header, and the engine is then the
	// edge that vouches for it. Called from several goroutines. Nil: origins are not looked at, as by released servers.
	Page func(origin string) bool
	// Faults are what goes wrong on purpose. Nil: nothing. See also Engine.SetFaults.
	Faults *Faults
	// Log gets one line that says that this is a simulation. Nil: nobody is told here.
	Log io.Writer
}

// Limits bound what the engine keeps in memory.
type Limits struct {
	// Outbound is the number of messages that wait for a slow reader before its programs do. 0: 1000.
	Outbound int
	// Upload is the size of an uploaded program or file, in bytes. 0: 256 MiB.
	Upload int64
	// Inbox is the number of bytes of unread messages and files of one process; beyond it the process is ended with
	// an exception that says so. 0: 64 MiB.
	Inbox int64
	// Retained is the number of ended processes whose results wait for an attach; beyond it the oldest are
	// forgotten. 0: 10000.
	Retained int
}

func (l Limits) withDefaults() Limits {
	l.Outbound = or(l.Outbound, 1000)
	l.Upload = or(l.Upload, 256<<20)
	l.Inbox = or(l.Inbox, 64<<20)
	l.Retained = or(l.Retained, 10000)
	return l
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// defaultGeneration is the one that a client in the same process can do most with.
const defaultGeneration = "worker-0.5"

func (c Config) withDefaults() (Config, error) {
	if c.Dialect == nil {
		d, err := wire.Find(defaultGeneration)
		if err != nil {
			return c, err
		}
		c.Dialect, c.KeepResults = d, true
	}
	if c.Programs == nil {
		c.Programs = Builtin()
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.TokenRate < 0 {
		return c, fmt.Errorf("engine: a token rate of %g: it has to be 0 or more: %w", c.TokenRate, errors.ErrUnsupported)
	}
	c.Limits = c.Limits.withDefaults()
	return c, nil
}

package engine

import (
	"context"

	"github.com/pierun/pierun/pie/program"
)

// Program is what a launch runs. One value serves any number of processes at once.
type Program interface {
	// Manifest names the program. It is asked once, when the program is installed.
	Manifest() program.Manifest
	// Run is one process. What it returns is the result of the process; an error is its exception, in the error's
	// words. It has to return soon after ctx ends, which happens when the process is terminated; a panic is an
	// exception as well.
	Run(ctx context.Context, g *Guest) (string, error)
}

// FileReceiver is a Program for which files are kept from its launch on, as if it waited for them at once. Files for
// other programs are lost unless they wait in Guest.RecvFile, on generations where that is so.
type FileReceiver interface {
	ReceivesFiles() bool
}

// Builtin lists the programs that every engine has: those of Pie's standard library that flows use, under their real
// names with their real inputs, and plain ones that talk, wait, break and flood.
func Builtin() []Program {
	return []Program{
		textCompletion{name: "text-completion", version: "0.2.15"},
		textCompletion{name: "chat-completion", version: "0.1.0"},
		rawCompletion{},
		helloWorld{},
		mcpExample{},
		echo{},
		chat{},
		sleep{},
		fail{},
		noop{},
		source{},
	}
}

// placeholder is the bytes of a program that has none, being written in Go: its hash is how generations that know
// programs by hash alone find it.
func placeholder(m program.Manifest) []byte {
	return []byte("simulated:" + m.Name + "@" + m.Version)
}

// BuiltinHash is the hash under which a program given in Config.Programs is known.
func BuiltinHash(p Program) string { return program.Hash(placeholder(p.Manifest())) }

package cli

import (
	"context"
	"io"
	"os"
)

// Env is the process as the command sees it. The zero value has no words, no input and throws its output away.
type Env struct {
	Args           []string // without the command's own name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(name string) string
	Login          func() string // the name of whoever runs this, where the environment does not tell; may be nil
	// Secret asks somebody at the terminal for something that is not shown; nil: nobody is there.
	Secret func(ctx context.Context, prompt string) ([]byte, error)
	// LastWords is filled with what to say should the process leave before its cleanup is done; nil: nobody asks.
	LastWords *LastWords
}

// System is the real process.
func System() Env {
	return Env{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Login: systemLogin, Secret: askTerminal,
		LastWords: &LastWords{}}
}

func (e Env) withDefaults() Env {
	if e.Stdout == nil {
		e.Stdout = io.Discard
	}
	if e.Stderr == nil {
		e.Stderr = io.Discard
	}
	if e.Getenv == nil {
		e.Getenv = func(string) string { return "" }
	}
	return e
}

package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"
)

// source finds what to run: the code of -e, standard input for "-", or a file.
func (a *app) source(ctx *cli.Context, s *script) error {
	s.words = ctx.Args().Slice()
	if ctx.IsSet("execute") {
		s.code, s.name, s.cfg.ScriptWord = ctx.String("execute"), "(command line)", "-e"
		return nil
	}
	if len(s.words) == 0 {
		return usagef(a.seeHelp(ctx.Command), "there is no FILE to run")
	}
	s.path, s.words = s.words[0], s.words[1:]
	if s.path == "-" {
		s.cfg.ScriptWord = `the "-"`
		return s.typed(ctx.Context, "(stdin)", a.allOfStdin)
	}
	if path := s.path; isPipe(path) {
		return s.typed(ctx.Context, path, func() ([]byte, error) { return os.ReadFile(path) })
	}
	return a.checkFile(s.path)
}

// typed reads a script that somebody may still be typing.
func (s *script) typed(ctx context.Context, name string, read func() ([]byte, error)) error {
	code, err := readAll(ctx, read)
	s.code, s.name, s.path = code, name, ""
	return err
}

func (a *app) allOfStdin() ([]byte, error) {
	if a.env.Stdin == nil {
		return nil, nil
	}
	return io.ReadAll(a.env.Stdin)
}

// isPipe says whether a FILE is a named pipe, which blocks who opens it until somebody writes.
func isPipe(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// readAll reads a script that may be long in coming; a signal ends the wait. The read itself cannot be ended and goes
// with the process.
func readAll(ctx context.Context, read func() ([]byte, error)) (string, error) {
	type outcome struct {
		text []byte
		err  error
	}
	came := make(chan outcome, 1)
	go func() {
		text, err := read()
		came <- outcome{text, err}
	}()
	select {
	case got := <-came:
		return string(got.text), got.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// checkFile says what is wrong with a FILE before anything is started.
func (a *app) checkFile(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return a.noFile(path)
	}
	if err != nil {
		return usagef("", "cannot read %s: %v", path, cause(err))
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return usagef("name the script in it: "+filepath.Join(path, "FILE.lua"), "%s is a folder, not a script", path)
	}
	return nil
}

// noFile guesses what was meant: a command behind flags, a misspelt command, or another file of the folder.
func (a *app) noFile(path string) error {
	switch {
	case a.command(path) != nil:
		return usagef("flags go behind it: pierun "+path+" --flag…", "%s is a command, and the first word names the command", path)
	case strings.ContainsAny(path, `/\.`):
		return usagef(strings.TrimPrefix(meant(path, scriptsBeside(path)), "; "), "there is no file %s", path)
	}
	return usagef(strings.TrimPrefix(meant(path, a.commandNames()), "; "), "there is no file and no command %s", path)
}

func scriptsBeside(path string) []string {
	found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.lua"))
	return found
}

// cause is what the system says of a file or a socket, without the name of the call and the path.
func cause(err error) error {
	var path *fs.PathError
	var socket *net.OpError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &socket):
		return socket.Err
	}
	return err
}

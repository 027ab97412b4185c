package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/pierun/pierun/internal/screen"
)

// passphrase is that of a key: from the environment, else from whoever sits at the terminal.
func (a *app) passphrase(ctx context.Context, key string, try int) ([]byte, error) {
	if given := a.env.Getenv("PIERUN_KEY_PASSPHRASE"); given != "" {
		if try > 1 {
			return nil, errors.New("$PIERUN_KEY_PASSPHRASE is not the right one")
		}
		return []byte(given), nil
	}
	if a.env.Secret == nil {
		return nil, errNobody
	}
	again := ""
	if try > 1 {
		again = "That was not it. "
	}
	return a.env.Secret(ctx, fmt.Sprintf("%sPassphrase of the key %s: ", again, key))
}

var errNobody = errors.New("there is no terminal to ask for it on; $PIERUN_KEY_PASSPHRASE may tell it, or ssh-add may take the key into ssh-agent")

// askTerminal asks at the terminal that this process was started from. Where nobody sees standard error, nobody is
// asked: a job in the background must not wait for ever.
func askTerminal(ctx context.Context, prompt string) ([]byte, error) {
	if !screen.IsTerminal(os.Stderr) {
		return nil, errNobody
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0) // standard input may be something else
	if err != nil {
		return askOn(ctx, os.Stdin, os.Stderr, prompt)
	}
	defer func() { _ = tty.Close() }()
	return askOn(ctx, tty, tty, prompt)
}

// askOn waits for a line, or for the end of ctx, which leaves the terminal as it was. The read itself cannot be ended
// and goes with the process.
func askOn(ctx context.Context, in, out *os.File, prompt string) ([]byte, error) {
	state, err := term.GetState(int(in.Fd()))
	if err != nil {
		return nil, errNobody
	}
	type outcome struct {
		words []byte
		err   error
	}
	typed := make(chan outcome, 1)
	_, _ = fmt.Fprint(out, prompt)
	defer func() { _, _ = fmt.Fprintln(out) }() // the line's end was not shown
	go func() {
		words, err := term.ReadPassword(int(in.Fd()))
		typed <- outcome{words, err}
	}()
	select {
	case got := <-typed:
		return got.words, got.err
	case <-ctx.Done():
		_ = term.Restore(int(in.Fd()), state)
		return nil, context.Cause(ctx)
	}
}

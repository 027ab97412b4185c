package clitest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// terminal runs pierun with a terminal as its standard output and error, and expects the exit code. What the terminal
// got is in stdout, its line ends as a file has them.
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: terminal CODE ARGS…")
	}
	screen, tty, err := openTerminal()
	ts.Check(err)
	defer func() { _ = screen.Close() }()
	c := command(ts, args[1:])
	c.Env = append(c.Env, "TERM="+ts.Getenv("TERM"))
	c.Stdout, c.Stderr = tty, tty
	ts.Check(c.Start())
	_ = tty.Close() // the process has it now, and its end is the end of the screen
	_, err = io.Copy(ts.Stdout(), screen)
	if !errors.Is(err, syscall.EIO) { // how Linux says that nobody has the terminal any more
		ts.Check(err)
	}
	expect(ts, c.Wait(), args[0])
}

// openTerminal makes a pseudo-terminal: what is written to tty is read from screen.
func openTerminal() (screen, tty *os.File, err error) {
	screen, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, nil, errors.Join(err, screen.Close())
	}
	return screen, tty, rawLines(tty)
}

// rawLines has line ends left as they are written.
func rawLines(tty *os.File) error {
	mode, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		return err
	}
	mode.Oflag &^= unix.OPOST
	return unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, mode)
}

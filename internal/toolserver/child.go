package toolserver

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

// child is a server that runs as a process of its own, in a process group of its own: a signal that a terminal sends to
// this program does not reach it before it is closed, and whatever it starts ends with it.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *os.File
	said   *lines
	exited chan struct{} // closed when it has ended and all it said is written
}

// startChild starts the process and the goroutine that waits for its end.
func startChild(cfg Config) (*child, error) {
	c := &child{cmd: exec.Command(cfg.Command[0], cfg.Command[1:]...), exited: make(chan struct{})}
	c.said = &lines{to: cfg.Stderr, before: "[mcp:" + cfg.Name + "] "}
	c.cmd.Dir, c.cmd.Stderr, c.cmd.WaitDelay = cfg.Dir, c.said, time.Second
	c.cmd.Env = c.cmd.Environ()
	for name, value := range cfg.Env {
		c.cmd.Env = append(c.cmd.Env, name+"="+value)
	}
	slices.Sort(c.cmd.Env[len(c.cmd.Env)-len(cfg.Env):])
	ownGroup(c.cmd)
	if err := c.start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(c.exited)
		_ = c.cmd.Wait() // how it ended is told by what it said
		c.said.flush()
	}()
	return c, nil
}

// start uses a pipe of its own for the output: the one of exec is closed at the end of the process, with what nobody
// has read yet.
func (c *child) start() error {
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	c.stdout, c.cmd.Stdout = out, in
	c.stdin, err = c.cmd.StdinPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if closed := in.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return errors.Join(err, out.Close())
	}
	return nil
}

func (c *child) ended() bool {
	select {
	case <-c.exited:
		return true
	default:
		return false
	}
}

// stop ends it in three steps that share the grace: no more input, a request to end, a kill. It returns when the
// process has ended.
func (c *child) stop(clock Clock, grace time.Duration) {
	_ = c.stdin.Close() // it may be closed already
	if !c.endsWithin(clock, grace/3) {
		askToEnd(c.cmd.Process)
		c.endsWithin(clock, grace/3)
	}
	killGroup(c.cmd.Process) // what it has left behind, too
	<-c.exited
	_ = c.stdout.Close() // whatever still holds the other end is not heard any more
}

func (c *child) endsWithin(clock Clock, d time.Duration) bool {
	over := make(chan struct{})
	stop := clock.AfterFunc(d, func() { close(over) })
	defer stop()
	select {
	case <-c.exited:
		return true
	case <-over:
		return false
	}
}

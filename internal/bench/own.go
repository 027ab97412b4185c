package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

// job is what a client process was asked for: CLIENT URI WORD N M.
type job struct {
	uri, word string
	n, m      int
}

func parseJob(args []string) (j job, err error) {
	if len(args) != 4 {
		return j, fmt.Errorf("a client is given URI WORD N M, not %q", args)
	}
	j.uri, j.word = args[0], args[1]
	if j.n, err = strconv.Atoi(args[2]); err == nil {
		j.m, err = strconv.Atoi(args[3])
	}
	return j, err
}

// program is what the job launches.
func (j job) program() string {
	switch j.word {
	case "events", "silent":
		return "source@1.0.0"
	case "launches":
		return "noop@1.0.0"
	}
	return j.word + "@1.0.0"
}

// input is the number that a source or a file is told.
func (j job) input() string { return fmt.Sprintf(`{"n":%d}`, j.m) }

// begin and end are the marks between which the parent looks at the clock and at this process. After the end it
// stays until the parent has looked.
func begin() { os.Stdout.WriteString("begin\n") }

func end(got, want int) error {
	if got != want {
		return fmt.Errorf("%d of %d came", got, want)
	}
	os.Stdout.WriteString("end\n")
	_, err := io.Copy(io.Discard, bufio.NewReader(os.Stdin))
	return err
}

// ownClient is the process of a client of this program: the Go client, or one of the limits.
func ownClient(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("which client?")
	}
	j, err := parseJob(args[1:])
	if err != nil {
		return err
	}
	if j.word == "start" {
		begin()
		return end(0, 0)
	}
	switch args[0] {
	case "go":
		return goClient(ctx, j)
	case "floor":
		return floorClient(j, true)
	case "bare":
		return floorClient(j, false)
	case "bytes":
		return bytesClient(j)
	}
	return errors.New("there is no client " + args[0] + " in here")
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"sync/atomic"

	"github.com/pierun/pierun/pie"
)

// goRun is the Go client at one job.
type goRun struct {
	job
	c    *pie.Client
	list []*pie.Instance
}

// goClient uses package pie as a Go program would: one goroutine per instance.
func goClient(ctx context.Context, j job) error {
	debug.SetGCPercent(400) // as pierun does
	defer profileTo(os.Getenv("BENCH_PROFILE"), j.word)()
	c, err := pie.Dial(ctx, pie.Config{URI: j.uri, Dialect: "gateway-0.5", Buffer: 8 << 30, InstanceBuffer: 4 << 30})
	if err != nil {
		return err
	}
	g := &goRun{job: j, c: c}
	switch j.word {
	case "events":
		return g.events(ctx)
	case "silent":
		return g.silent(ctx)
	case "launches":
		return g.launches(ctx)
	case "echo":
		return g.echo(ctx)
	case "down":
		return g.down(ctx)
	case "up":
		return g.up(ctx)
	case "idle":
		return g.idle(ctx)
	}
	return errors.New("the Go client has no " + j.word)
}

func profileTo(folder, word string) (stop func()) {
	if folder == "" {
		return func() {}
	}
	f, err := os.Create(filepath.Join(folder, "go-"+word+".pprof"))
	if err != nil || pprof.StartCPUProfile(f) != nil {
		return func() {}
	}
	return func() { pprof.StopCPUProfile(); f.Close() }
}

// launch starts n programs, all at once.
func (g *goRun) launch(ctx context.Context, n int, program, input string) error {
	list := make([]*pie.Instance, n)
	err := all(n, func(k int) (err error) {
		list[k], err = g.c.Launch(ctx, pie.Launch{Program: program, Input: &input})
		return err
	})
	g.list = append(g.list, list...)
	return err
}

// all runs f for every k below n at once and gives the first error.
func all(n int, f func(k int) error) error {
	var wg sync.WaitGroup
	var first atomic.Pointer[error]
	for k := range n {
		wg.Go(func() {
			if err := f(k); err != nil {
				first.CompareAndSwap(nil, &err)
			}
		})
	}
	wg.Wait()
	if p := first.Load(); p != nil {
		return *p
	}
	return nil
}

// count reads until the end and gives how many events came before it.
func count(ctx context.Context, i *pie.Instance) (n int, err error) {
	for {
		e, err := i.Next(ctx)
		if err != nil {
			return n, err
		}
		if e.Kind.Terminal() {
			return n, nil
		}
		n++
	}
}

// countAll reads all of them at once.
func countAll(ctx context.Context, list []*pie.Instance) (int, error) {
	var total atomic.Int64
	err := all(len(list), func(k int) error {
		n, err := count(ctx, list[k])
		total.Add(int64(n))
		return err
	})
	return int(total.Load()), err
}

func (g *goRun) events(ctx context.Context) error {
	if err := g.launch(ctx, g.n, g.program(), g.input()); err != nil {
		return err
	}
	begin()
	if err := g.list[0].Send("go"); err != nil {
		return err
	}
	got, err := countAll(ctx, g.list)
	return errors.Join(err, end(got, g.n*g.m))
}

func (g *goRun) silent(ctx context.Context) error {
	if err := g.launch(ctx, g.n, "idle@1.0.0", "{}"); err != nil {
		return err
	}
	others := g.list
	for _, i := range others {
		go func() { _, _ = count(ctx, i) }() // the case's own count tells what is missing
	}
	if g.list = nil; g.launch(ctx, 1, g.program(), g.input()) != nil {
		return errors.New("the source was not launched")
	}
	begin()
	if err := g.list[0].Send("go"); err != nil {
		return err
	}
	got, err := count(ctx, g.list[0])
	return errors.Join(err, end(got, g.m))
}

func (g *goRun) launches(ctx context.Context) error {
	begin()
	var ends atomic.Int64
	err := all(g.n, func(int) error {
		i, err := g.c.Launch(ctx, pie.Launch{Program: g.program()})
		if err != nil {
			return err
		}
		if _, err = count(ctx, i); err == nil {
			ends.Add(1)
		}
		return err
	})
	return errors.Join(err, end(int(ends.Load()), g.n))
}

func (g *goRun) echo(ctx context.Context) error {
	if err := g.launch(ctx, g.n, g.program(), "{}"); err != nil {
		return err
	}
	begin()
	var got atomic.Int64
	err := all(g.n, func(k int) error {
		for range g.m {
			if err := g.list[k].Send("0123456789abcdef"); err != nil {
				return err
			}
			if _, err := g.list[k].Next(ctx); err != nil {
				return err
			}
			got.Add(1)
		}
		return nil
	})
	return errors.Join(err, end(int(got.Load()), g.n*g.m))
}

func (g *goRun) down(ctx context.Context) error {
	if err := g.launch(ctx, 1, g.program(), g.input()); err != nil {
		return err
	}
	begin()
	if err := g.list[0].Send("go"); err != nil {
		return err
	}
	e, err := g.list[0].Next(ctx)
	if err != nil {
		return err
	}
	return end(e.Size, g.m)
}

func (g *goRun) up(ctx context.Context) error {
	if err := g.launch(ctx, 1, g.program(), g.input()); err != nil {
		return err
	}
	data := make([]byte, g.m)
	i := g.list[0]
	begin()
	if err := i.SendFile(ctx, data, ""); err != nil {
		return err
	}
	if _, err := i.Next(ctx); err != nil {
		return err
	}
	if err := end(0, 0); err != nil {
		return err
	}
	e, err := i.Next(ctx)
	if err == nil && e.Value != "ok" {
		err = fmt.Errorf("the server found the file %v", e.Value)
	}
	return err
}

func (g *goRun) idle(ctx context.Context) error {
	begin()
	if err := g.launch(ctx, g.n, g.program(), "{}"); err != nil {
		return err
	}
	for _, i := range g.list {
		go func() { _, _ = count(ctx, i) }() // the case's own count tells what is missing
	}
	return end(len(g.list), g.n)
}

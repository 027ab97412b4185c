package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// results are the samples by case and client.
type results map[[2]string][]sample

// measure does everything that was asked for and prints it.
func measure(ctx context.Context, o *options) error {
	folder, err := o.folder()
	if err != nil {
		return err
	}
	list := prepareAll(ctx, o, folder)
	srv, err := startServer(ctx)
	if err != nil {
		return err
	}
	defer srv.stop()
	chosen := selectCases(o.cases)
	got := results{}
	for round := range o.rounds {
		for _, k := range chosen {
			got.round(ctx, o, list, k, srv)
		}
		fmt.Fprintf(os.Stderr, "bench: round %d of %d done\n", round+1, o.rounds)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	t := table{options: o, clients: list, cases: chosen, got: got}
	if err := o.write("table.md", t.write); err != nil {
		return err
	}
	if !o.growth || len(o.cases) > 0 && !isOne("growth", o.cases) {
		return nil
	}
	return measureGrowth(ctx, o, list, srv)
}

// measureGrowth prints how cost grows, and draws it where files are wanted.
func measureGrowth(ctx context.Context, o *options, list []prepared, srv *serverProcess) error {
	g := growthOf(ctx, o, list, srv)
	if err := o.write("growth.md", g.table); err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	return o.write("growth.svg", g.plot)
}

// round lets every client do one case, one after another.
func (r results) round(ctx context.Context, o *options, list []prepared, k benchCase, srv *serverProcess) {
	for i := range list {
		p := &list[i]
		if k.only != "" && k.only != p.name || p.name == "bytes" && k.plain || ctx.Err() != nil {
			continue
		}
		s, err := runCase(ctx, p, k.sized(p.shareOf(&k), o.quick), srv)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			continue
		}
		key := [2]string{k.name, p.name}
		r[key] = append(r[key], s)
	}
}

// folder is where the other clients are kept between runs.
func (o *options) folder() (string, error) {
	if o.cache == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		o.cache = filepath.Join(cache, "pierun-bench")
	}
	return o.cache, os.MkdirAll(o.cache, 0o755)
}

// write gives a part of the report to standard output, unless it is a picture, and to its file.
func (o *options) write(name string, f func(io.Writer)) error {
	if filepath.Ext(name) == ".md" {
		f(os.Stdout)
	}
	if o.out == "" {
		return nil
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(o.out, name))
	if err != nil {
		return err
	}
	f(file)
	return file.Close()
}

// median of what f makes of the samples; 0 for none.
func median(list []sample, f func(*sample) float64) float64 {
	values := make([]float64, 0, len(list))
	for i := range list {
		values = append(values, f(&list[i]))
	}
	slices.Sort(values)
	if len(values) == 0 {
		return 0
	}
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
)

// growth is what an event and a waiting instance cost, by how many instances there are.
type growth struct {
	sizes  []int
	series []series
}

// series is one client's figures, one for each size; 0 where there is none.
type series struct {
	name        string
	events, mem []float64
}

// growthOf measures the clients that live in one process of ours, from 1 instance to 50,000.
func growthOf(ctx context.Context, o *options, list []prepared, srv *serverProcess) *growth {
	g := &growth{sizes: []int{1, 10, 100, 1000, 10_000, 50_000}}
	for i := range list {
		if isOne(list[i].name, []string{"lua", "go", "floor"}) {
			g.series = append(g.series, series{name: list[i].name, events: make([]float64, len(g.sizes)), mem: make([]float64, len(g.sizes))})
		}
	}
	for at, n := range g.sizes {
		for s := range g.series {
			i := slices.IndexFunc(list, func(p prepared) bool { return p.name == g.series[s].name })
			g.series[s].events[at] = grown(ctx, o, &list[i], srv, benchCase{name: "growth", word: "events", n: n, m: max(10, 1_000_000/n)})
			g.series[s].mem[at] = grown(ctx, o, &list[i], srv, benchCase{name: "growth", word: "idle", n: n, m: 1, fixed: true, unit: bytesEach})
		}
	}
	return g
}

// grown is the median of some rounds of one case at one size.
func grown(ctx context.Context, o *options, p *prepared, srv *serverProcess, k benchCase) float64 {
	k = k.sized(1, o.quick && k.word == "events")
	var list []sample
	for range min(3, o.rounds) {
		s, err := runCase(ctx, p, k, srv)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			continue
		}
		list = append(list, s)
	}
	return median(list, func(s *sample) float64 {
		if k.unit == bytesEach {
			return max(0, float64(s.after-s.before)/k.amount())
		}
		return k.amount() / s.seconds
	})
}

func (g *growth) table(w io.Writer) {
	fmt.Fprint(w, "\nHow cost grows: events per second, and resident bytes per waiting instance (small counts drown in the process's own memory)\n\n| instances |")
	for _, s := range g.series {
		fmt.Fprintf(w, " %s, events/s | %s, bytes |", s.name, s.name)
	}
	fmt.Fprint(w, "\n|---:|")
	for range g.series {
		fmt.Fprint(w, "---:|---:|")
	}
	for at, n := range g.sizes {
		fmt.Fprintf(w, "\n| %d |", n)
		for _, s := range g.series {
			memory := "–"
			if n >= 1000 {
				memory = round(s.mem[at])
			}
			fmt.Fprintf(w, " %s | %s |", round(s.events[at]), memory)
		}
	}
	fmt.Fprintln(w)
}

package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
)

// table writes the figures of all cases.
type table struct {
	*options
	clients []prepared
	cases   []benchCase
	got     results
}

func (t *table) write(w io.Writer) {
	fmt.Fprintf(w, "Medians of %d rounds, %d cores. In brackets: how many times better `lua` is than that client (below 1: worse).\n\n", t.rounds, runtime.NumCPU())
	t.head(w)
	for _, k := range t.cases {
		t.line(w, k.name+", "+k.unit.String(), func(name string) string { return t.figure(&k, name) })
	}
	fmt.Fprint(w, "\nCPU time of the client per operation (or MiB), µs; in brackets: the server's\n\n")
	t.head(w)
	for _, k := range t.cases {
		if k.unit.more() {
			t.line(w, k.name, func(name string) string { return t.cpu(&k, name) })
		}
	}
	fmt.Fprint(w, "\nMost resident memory, MB\n\n")
	t.head(w)
	for _, k := range t.cases {
		t.line(w, k.name, func(name string) string { return t.memory(&k, name) })
	}
	fmt.Fprintln(w)
	for _, c := range t.clients {
		fmt.Fprintf(w, "- `%s`: %s\n", c.name, c.about)
	}
	for _, k := range t.cases {
		fmt.Fprintf(w, "- %s: %s\n", k.name, k.about)
	}
}

func (t *table) head(w io.Writer) {
	fmt.Fprint(w, "| case |")
	for _, c := range t.clients {
		fmt.Fprintf(w, " %s |", c.name)
	}
	fmt.Fprint(w, "\n|---|"+strings.Repeat("---:|", len(t.clients))+"\n")
}

func (t *table) line(w io.Writer, title string, cell func(name string) string) {
	fmt.Fprintf(w, "| %s |", title)
	for _, c := range t.clients {
		fmt.Fprintf(w, " %s |", cell(c.name))
	}
	fmt.Fprintln(w)
}

// value is the median of what the case tells.
func (t *table) value(k *benchCase, name string) float64 {
	return median(t.got[[2]string{k.name, name}], func(s *sample) float64 {
		switch k.unit {
		case bytesEach:
			return float64(s.after-s.before) / k.amount()
		case millisFirst:
			return s.seconds * 1000
		}
		return (t.amount(k, name) - float64(s.lost)) / s.seconds
	})
}

// amount is how much that client did.
func (t *table) amount(k *benchCase, name string) float64 {
	for i := range t.clients {
		if t.clients[i].name == name {
			return k.sized(t.clients[i].shareOf(k), t.quick).amount()
		}
	}
	return 0
}

func (t *table) figure(k *benchCase, name string) string {
	v := t.value(k, name)
	if v == 0 {
		return "–"
	}
	text := round(v)
	if ours := t.value(k, "lua"); name != "lua" && ours > 0 {
		ratio := ours / v
		if !k.unit.more() {
			ratio = v / ours
		}
		text += fmt.Sprintf(" (%.2g)", ratio)
	}
	if lost := median(t.got[[2]string{k.name, name}], func(s *sample) float64 { return float64(s.lost) }); lost > 0 {
		text += fmt.Sprintf(", %.0f lost", lost)
	}
	return text
}

func (t *table) cpu(k *benchCase, name string) string {
	list := t.got[[2]string{k.name, name}]
	if len(list) == 0 {
		return "–"
	}
	each := 1e6 / t.amount(k, name)
	return fmt.Sprintf("%.3g (%.2g)", each*median(list, func(s *sample) float64 { return s.cpu }), each*median(list, func(s *sample) float64 { return s.server }))
}

func (t *table) memory(k *benchCase, name string) string {
	peak := median(t.got[[2]string{k.name, name}], func(s *sample) float64 { return float64(s.peak) })
	if peak == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", peak/1e6)
}

// round writes three digits and a unit.
func round(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3g M", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.3g k", v/1e3)
	}
	return fmt.Sprintf("%.3g", v)
}

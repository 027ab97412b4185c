package main

import (
	"fmt"
	"io"
	"math"
)

// panel is one diagram of the plot: both axes by powers of ten.
type panel struct {
	title    string
	x, y     float64 // its corner
	low, top float64 // powers of ten at the ends of the vertical axis
	skip     int     // sizes that are not drawn
	pick     func(*series) []float64
}

const (
	panelWidth, panelHeight = 360.0, 240.0
	plotWidth, plotHeight   = 900, 340
)

var colours = []string{"#1f6feb", "#2da44e", "#8b949e"}

// plot writes the SVG: events per second on the left, bytes per instance on the right.
func (g *growth) plot(w io.Writer) {
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(w, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", plotWidth, plotHeight)
	g.draw(w, panel{title: "events per second, by instances", x: 70, y: 40, low: 4, top: 7, pick: func(s *series) []float64 { return s.events }})
	g.draw(w, panel{title: "resident bytes per waiting instance", x: 510, y: 40, low: 2, top: 5, skip: 3, pick: func(s *series) []float64 { return s.mem }})
	for i, s := range g.series {
		x := 70 + 120*float64(i)
		fmt.Fprintf(w, `<rect x="%g" y="318" width="12" height="4" fill="%s"/><text x="%g" y="324">%s</text>`+"\n", x, colours[i%len(colours)], x+18, s.name)
	}
	fmt.Fprintln(w, "</svg>")
}

func (g *growth) draw(w io.Writer, p panel) {
	fmt.Fprintf(w, `<text x="%g" y="%g" font-weight="bold">%s</text>`+"\n", p.x, p.y-16, p.title)
	for e := p.low; e <= p.top; e++ {
		y := p.at(math.Pow(10, e))
		fmt.Fprintf(w, `<line x1="%g" x2="%g" y1="%g" y2="%g" stroke="#d0d7de"/><text x="%g" y="%g" text-anchor="end">%s</text>`+"\n", p.x, p.x+panelWidth, y, y, p.x-6, y+4, round(math.Pow(10, e)))
	}
	for i, n := range g.sizes {
		x := g.across(p, i)
		fmt.Fprintf(w, `<text x="%g" y="%g" text-anchor="middle">%s</text>`+"\n", x, p.y+panelHeight+18, round(float64(n)))
	}
	for i := range g.series {
		g.curve(w, p, i)
	}
}

func (g *growth) curve(w io.Writer, p panel, i int) {
	points := ""
	for at, v := range p.pick(&g.series[i]) {
		if v > 0 && at >= p.skip {
			points += fmt.Sprintf("%.1f,%.1f ", g.across(p, at), p.at(v))
		}
	}
	fmt.Fprintf(w, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", points, colours[i%len(colours)])
}

// across is where a size is on the horizontal axis.
func (g *growth) across(p panel, at int) float64 {
	span := math.Log10(float64(g.sizes[len(g.sizes)-1]))
	return p.x + panelWidth*math.Log10(float64(g.sizes[at]))/span
}

// at is where a value is on the vertical axis, kept inside.
func (p panel) at(v float64) float64 {
	share := (math.Log10(v) - p.low) / (p.top - p.low)
	return p.y + panelHeight*(1-min(1, max(0, share)))
}

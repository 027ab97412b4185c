package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// table is what a list command prints: a head and rows of as many cells.
type table struct {
	head []string
	rows [][]string
}

// add takes cells that may be words of others.
func (t *table) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = inLine(cell)
	}
	t.rows = append(t.rows, cells)
}

// write prints the columns, two blanks apart, and the head in dim letters if there are any. A table without rows
// prints nothing.
func (t *table) write(w io.Writer, s style) error {
	if len(t.rows) == 0 {
		return nil
	}
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	b.WriteString(s.dim + aligned(t.head, widths) + s.plain + "\n")
	for _, row := range t.rows {
		b.WriteString(aligned(row, widths) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func aligned(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		fmt.Fprintf(&b, "%s%s  ", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
	}
	return strings.TrimRight(b.String(), " ")
}

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON, one document"}
}

// printJSON prints a value for other programs.
func (a *app) printJSON(v any) error {
	out := json.NewEncoder(a.env.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(v)
}

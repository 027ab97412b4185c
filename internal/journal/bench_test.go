package journal

import (
	"fmt"
	"testing"

	"github.com/pierun/pierun/pie"
)

// BenchmarkLaunch is what the journal adds to one launch: three lines.
func BenchmarkLaunch(b *testing.B) {
	j := New(config(b.TempDir()))
	defer func() { _ = j.Close() }()
	for i := 0; b.Loop(); i++ {
		id := fmt.Sprintf("0d5f0f2c-5f0b-4c56-9a53-%012d", i)
		ticket, _ := j.Intent(pie.Launching{Server: "ws://somewhere.example:8080", Program: "a-program@0.1.0"})
		j.Launched(ticket, id)
		j.Ended(id)
	}
}

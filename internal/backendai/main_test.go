package backendai

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rows reads a file of testdata, one JSON object a line.
func rows[T any](t testing.TB, name string) []T {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("%s:%d: %v", name, len(out)+1, err)
		}
		out = append(out, row)
	}
	return out
}

// frozen is a clock that stands still and never makes anybody wait.
type frozen struct{ at time.Time }

func (f frozen) Now() time.Time { return f.at }
func (f frozen) AfterFunc(_ time.Duration, do func()) func() bool {
	do()
	return func() bool { return false }
}

// roundTrip stands in for the network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const (
	vectorAccess = "AKIAIOSFODNN7EXAMPLE"
	vectorSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func vectorTime() time.Time { return time.Date(2020, 1, 2, 3, 4, 5, 678e6, time.UTC) }

package backendai

import (
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// filler is a body of so many bytes of JSON text, which counts what was read of it.
type filler struct {
	left, taken int64
	closed      bool
}

func (f *filler) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	n := int(min(f.left, int64(len(p))))
	for i := range p[:n] {
		p[i] = ' '
	}
	f.left, f.taken = f.left-int64(n), f.taken+int64(n)
	return n, nil
}

func (f *filler) Close() error {
	f.closed = true
	return nil
}

// filled asks a manager whose answer is a number behind so many spaces; announced says how long it claims to be.
func filled(t *testing.T, bound, size, announced int64) (*filler, Value, error) {
	t.Helper()
	f := &filler{left: size}
	c, err := New(Config{AccessKey: "a", SecretKey: "s", Endpoints: []string{"http://manager.test"}, MaxBody: bound})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.manager.Store(&Manager{Server: Version{7, "20230615"}, Version: Version{7, "20230615"}})
	c.http.Transport = roundTrip(func(q *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: f, ContentLength: announced, Request: q}, nil
	})
	v, err := c.Request(t.Context(), "GET", "/x", nil)
	return f, v, err
}

// TestAnswersFillTheBound: what fits is whole to the last byte, and one byte more is refused in words, with no more read and
// kept than the bound.
func TestAnswersFillTheBound(t *testing.T) {
	const bound = 8 << 20
	for name, c := range map[string]struct{ size, announced, most int64 }{
		"announced, as large as may be":   {bound, bound, bound},
		"unannounced, as large as may be": {bound, -1, bound},
		"announced, one byte more":        {bound + 1, bound + 1, 0},
		"unannounced, one byte more":      {bound + 1, -1, bound + 1},
		"without end":                     {1 << 60, -1, bound + 1},
		"more than announced":             {1 << 60, 5, bound + 1},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			f, v, err := filled(t, bound, c.size, c.announced)
			runtime.ReadMemStats(&after)
			if f.taken > c.most || !f.closed {
				t.Errorf("%d bytes were read, closed: %v", f.taken, f.closed)
			}
			if c.size <= bound {
				if err != nil || int64(len(v.Text)) != c.size {
					t.Errorf("%d bytes, %v", len(v.Text), err)
				}
				return
			}
			e := (*Error)(nil)
			if !errors.As(err, &e) || e.Type != ErrResponse || e.Status != 200 || !strings.Contains(err.Error(), "larger than the 8388608 bytes") ||
				!strings.Contains(e.Hint, "ask for less") {
				t.Error(err)
			}
			if spent := after.TotalAlloc - before.TotalAlloc; spent > 4*bound {
				t.Errorf("%d bytes were allocated for a bound of %d", spent, bound)
			}
		})
	}
}

// TestLargeRefusalKeepsItsStatus: an error page without end is cut, and what was refused is still told.
func TestLargeRefusalKeepsItsStatus(t *testing.T) {
	a := &answers{status: 502, header: http.Header{"Content-Type": {"text/html"}}, body: &filler{left: 1 << 60}}
	_, err := trapped(t, a).Destroy(t.Context(), "x", DestroyOptions{})
	if e := (*Error)(nil); !errors.As(err, &e) || e.Status != 502 || len(e.Body) > 1000 {
		t.Error(err)
	}
}

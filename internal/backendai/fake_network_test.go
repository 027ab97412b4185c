package backendai_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

func TestLists(t *testing.T) {
	c, _ := fake(t, faketest.Options{})
	for i := range 45 {
		if _, err := c.CreateSession(t.Context(), backendai.SessionSpec{Name: fmt.Sprintf("many-%02d", i), Image: "python"}); err != nil {
			t.Fatal(err)
		}
	}
	count := func(o backendai.ListOptions) (n int) {
		for _, err := range c.Sessions(t.Context(), o) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	if n := count(backendai.ListOptions{}); n != 45 {
		t.Error(n)
	}
	if n := count(backendai.ListOptions{Limit: 25}); n != 25 {
		t.Error(n)
	}
	if n := count(backendai.ListOptions{Statuses: []backendai.Status{backendai.Terminated}}); n != 0 {
		t.Error(n)
	}
}

func TestFailOver(t *testing.T) {
	m := faketest.New(faketest.Options{})
	defer m.Close()
	c, err := backendai.New(backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret,
		Endpoints: []string{"http://down.test", "http://up.test"}, Clock: skewless{},
		DialContext: func(ctx context.Context, n, addr string) (net.Conn, error) {
			if strings.HasPrefix(addr, "down") {
				return nil, &net.OpError{Op: "dial", Err: errors.New("no route")}
			}
			return m.DialContext(ctx, n, addr)
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := c.Manager(t.Context()); err != nil || got.Endpoint != "http://up.test" {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := c.CreateSession(t.Context(), backendai.SessionSpec{Name: "over", Image: "python"}); err != nil {
		t.Error(err)
	}
}

type skewless struct{}

func (skewless) Now() time.Time { return time.Now() }
func (skewless) AfterFunc(_ time.Duration, f func()) func() bool {
	f()
	return func() bool { return false }
}

// flaky fails a number of requests, then lets through.
type flaky struct {
	fail int
	seen []string
	m    *faketest.Manager
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.seen = append(f.seen, r.Method)
	if r.URL.Path != "/" && f.fail > 0 {
		f.fail--
		http.Error(w, "<h1>Bad Gateway</h1>", http.StatusBadGateway)
		return
	}
	f.m.ServeHTTP(w, r)
}

func TestOnlyReadsAreRepeated(t *testing.T) {
	m := faketest.New(faketest.Options{})
	defer m.Close()
	gateway := &flaky{m: m}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: gateway}
	go server.Serve(l)
	defer server.Close()
	c, err := backendai.New(backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret,
		Endpoints: []string{"http://" + l.Addr().String()}, Clock: skewless{}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	gateway.fail = 2
	if err := c.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	gateway.fail = 1
	_, err = c.CreateSession(t.Context(), backendai.SessionSpec{Name: "once", Image: "python"})
	if e := (*backendai.Error)(nil); !errors.As(err, &e) || e.Status != 502 || len(m.Live()) != 0 {
		t.Error(err, m.Live())
	}
}

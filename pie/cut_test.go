package pie_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
)

// scissors cuts a connection after so many bytes in one direction, counted behind the login.
type scissors struct {
	net.Conn
	armed *atomic.Bool
	left  *atomic.Int64
	read  bool
}

func (s *scissors) Read(p []byte) (int, error) {
	if s.read && s.armed.Load() {
		if s.left.Load() <= 0 {
			s.Conn.Close()
			return 0, io.ErrUnexpectedEOF
		}
		p = p[:min(int64(len(p)), s.left.Load())]
	}
	n, err := s.Conn.Read(p)
	if s.read && s.armed.Load() {
		s.left.Add(-int64(n))
	}
	return n, err
}

func (s *scissors) Write(p []byte) (int, error) {
	if s.read || !s.armed.Load() {
		return s.Conn.Write(p)
	}
	if n := s.left.Add(-int64(len(p))); n < 0 {
		s.Conn.Write(p[:max(0, int64(len(p))+n)])
		s.Conn.Close()
		return 0, io.ErrClosedPipe
	}
	return s.Conn.Write(p)
}

// TestCutAnywhere cuts the connection at many places of one conversation, in each generation and both directions:
// nothing hangs, and what was received is what was said, from its beginning, without a gap.
func TestCutAnywhere(t *testing.T) {
	each(t, func(t *testing.T, e *engine.Engine) {
		for cut := int64(0); cut < 900; cut += 13 {
			cutOnce(t, e, cut, true)
			cutOnce(t, e, cut/2, false)
		}
	})
}

func cutOnce(t *testing.T, e *engine.Engine, after int64, read bool) {
	s := &scissors{armed: new(atomic.Bool), left: new(atomic.Int64), read: read}
	s.left.Store(after)
	first := new(atomic.Bool)
	c := dial(t, e, func(cfg *pie.Config) {
		cfg.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := e.DialContext(ctx, network, addr)
			if err != nil || first.Swap(true) {
				return conn, err
			}
			s.Conn = conn
			return s, nil
		}
	})
	s.armed.Store(true)
	p := name(t, c, "source")
	p.Values = map[string]any{"n": 10}
	said, err := converse(t, c, p)
	if err != nil && !expected(err) {
		t.Errorf("cut after %d (reading %v): %v", after, read, err)
	}
	if want := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"; !strings.HasPrefix(want, said) || err == nil && c.Features().Stdout && said != want {
		t.Errorf("cut after %d (reading %v): %q, %v", after, read, said, err)
	}
	c.Close(context.Background())
}

func converse(t *testing.T, c *pie.Client, p pie.Launch) (string, error) {
	i, err := c.Launch(soon(t), p)
	if err != nil {
		return "", err
	}
	events, err := collect(t, i)
	return text(events, pie.Stdout), err
}

// expected are the errors that a cut may show as.
func expected(err error) bool {
	return errors.Is(err, pie.ErrLost) || errors.Is(err, pie.ErrProtocol)
}

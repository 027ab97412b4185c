// Package toolserver connects to servers of the Model Context Protocol: child processes that speak it on their
// standard streams, and servers that speak it over HTTP. A connected [Server] answers what programs ask of their
// client's tools: it is a pie.ToolServer.
package toolserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/pie"
)

// Config says which server to connect to: Command or URL is required.
type Config struct {
	Name    string            // what messages and the lines of its standard error call it
	Command []string          // a program with its arguments, which becomes a child process
	Dir     string            // of the child; "": the current folder
	Env     map[string]string // added to the environment, for the child
	Stderr  io.Writer         // what the child says on standard error, a line at a time behind "[mcp:NAME] "; nil: dropped

	URL     string            // of a server that speaks streamable HTTP
	Headers map[string]string // sent with every request to that host, and to no other

	Clock   Clock         // for the grace; nil: the system's
	Version string        // of this program, for the handshake
	Grace   time.Duration // how long Close waits for the server at most; 0: 3 s
}

// Clock is the source of time; AfterFunc runs f on a goroutine of its own.
type Clock interface {
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// Server is one connection to a server. Its methods may be called from any goroutine.
type Server struct {
	name    string
	session *mcp.ClientSession
	child   *child       // nil for HTTP
	web     *http.Client // nil for a child
	life    context.Context
	end     context.CancelFunc
	clock   Clock
	grace   time.Duration
	closing sync.Once
	closed  chan struct{}
}

// legacy is the newest version of the protocol that begins with the handshake that all servers know. Older ones may
// never answer the first question of a later version.
const legacy = "2025-11-25"

// Connect starts the child or reaches the URL, and goes through the handshake, until ctx ends. Errors are *pie.Error of
// kind usage or connect.
func Connect(ctx context.Context, cfg Config) (*Server, error) {
	if (len(cfg.Command) == 0) == (cfg.URL == "") {
		return nil, &pie.Error{Kind: pie.KindUsage, Message: "an MCP server is a command or a URL, one of the two"}
	}
	if cfg.Grace <= 0 {
		cfg.Grace = 3 * time.Second
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	s, err := connect(ctx, cfg, legacy)
	if refused := (*jsonrpc.Error)(nil); errors.As(err, &refused) {
		s, err = connect(ctx, cfg, "") // it knows newer versions only, perhaps
	}
	if err != nil {
		return nil, failure(cfg, ctx, err)
	}
	return s, nil
}

func connect(ctx context.Context, cfg Config, version string) (*Server, error) {
	s := &Server{name: cfg.Name, clock: cfg.Clock, grace: cfg.Grace, closed: make(chan struct{})}
	s.life, s.end = context.WithCancel(context.Background())
	transport, err := s.transport(cfg)
	if err != nil {
		s.end()
		return nil, err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "pierun", Version: cfg.Version}, &mcp.ClientOptions{Capabilities: &mcp.ClientCapabilities{}})
	during, cancel := s.within(ctx)
	defer cancel()
	s.session, err = client.Connect(during, transport, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		s.Close()
		if said := s.lastWords(); said != "" {
			err = fmt.Errorf("%w; it said: %s", err, said)
		}
		return nil, err
	}
	return s, nil
}

// within ends with ctx and with the connection.
func (s *Server) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.life, cancel)
	return ctx, func() { stop(); cancel() }
}

func (s *Server) transport(cfg Config) (mcp.Transport, error) {
	if cfg.URL != "" {
		web, err := newWeb(s.life, cfg)
		if err != nil {
			return nil, err
		}
		s.web = web
		return &mcp.StreamableClientTransport{Endpoint: cfg.URL, HTTPClient: web, DisableStandaloneSSE: true}, nil
	}
	c, err := startChild(cfg)
	if err != nil {
		return nil, err
	}
	s.child = c
	return &mcp.IOTransport{Reader: c.stdout, Writer: c.stdin}, nil
}

// Name is what the Config called it.
func (s *Server) Name() string { return s.name }

// lastWords is the last line that a child said on standard error before it ended.
func (s *Server) lastWords() string {
	if s.child == nil {
		return ""
	}
	return s.child.said.last()
}

// Close ends the connection and the child: its input is closed, then it is asked to end, then it is killed with
// everything that it started, within the grace. What is being asked fails at once. A second Close waits for the first.
func (s *Server) Close() {
	s.closing.Do(func() {
		defer close(s.closed)
		if s.child != nil {
			s.end()
			s.child.stop(s.clock, s.grace)
		}
		s.leave()
		s.end()
	})
	<-s.closed
}

// leave ends the session. A server over HTTP is told, and has the grace to take it.
func (s *Server) leave() {
	stop := s.clock.AfterFunc(s.grace, s.end)
	defer stop()
	if s.session != nil {
		_ = s.session.Close() // what is left of it is nobody's
	}
	if s.web != nil {
		s.web.CloseIdleConnections()
	}
}

// gone tells whether the child has ended, or Close has begun.
func (s *Server) gone() bool {
	if s.child != nil && s.child.ended() {
		return true
	}
	return s.life.Err() != nil
}

// failure puts a failed Connect into words.
func failure(cfg Config, ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	e := &pie.Error{Kind: pie.KindConnect, Message: fmt.Sprintf("the MCP server %q cannot be reached at %s", cfg.Name, cfg.URL), Err: err,
		Hint: "is it an MCP server with the transport \"streamable HTTP\", and is the address complete?"}
	if cfg.URL == "" {
		e.Message = fmt.Sprintf("the MCP server %q (%s) did not start", cfg.Name, cfg.Command[0])
		e.Hint = "it must speak MCP on its standard input and output, and write nothing else there"
	}
	return e
}

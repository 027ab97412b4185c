package backendai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"
)

// ServerSpec is a session with a program in it that serves a TCP port.
type ServerSpec struct {
	Session SessionSpec       // Name "": a random one. Port is opened in advance
	Port    int               // inside the session; 0: 8080
	Upload  map[string]string // name in the session → file here
	Command string            // starts the server, in the background; "": the image does
	Every   time.Duration     // between looks; 0: 2 s
	Stage   func(string)      // told what is waited for; called on the caller's goroutine; may be nil
}

// Server is a running one. Its methods are for any goroutine.
type Server struct {
	client  *Client
	ID      string
	Name    string
	Created bool // false: the session was there already, and Close leaves it
	app     App
	mu      sync.Mutex
	lost    error
}

// Serve creates the session, waits until it runs, starts the server and waits until it listens. When it fails, or the
// context ends, the session is destroyed before it returns, if it was created here.
func (c *Client) Serve(ctx context.Context, spec ServerSpec) (*Server, error) {
	spec.Port = orElse(spec.Port, 8080)
	spec.Session.Name = orElse(spec.Session.Name, "pierun-"+NewRunID()[:12])
	spec.Session.PreopenPorts = append(spec.Session.PreopenPorts, spec.Port)
	if spec.Stage == nil {
		spec.Stage = func(string) {}
	}
	spec.Stage("creating session " + spec.Session.Name)
	made, err := c.CreateSession(context.WithoutCancel(ctx), spec.Session)
	if err != nil {
		return nil, err
	}
	s := &Server{client: c, ID: made.ID, Name: made.Name, Created: made.Created, app: App{Name: strconv.Itoa(spec.Port)}}
	if err := s.start(ctx, spec); err != nil {
		return nil, s.giveUp(ctx, err)
	}
	return s, nil
}

// giveUp ends the session and adds what the server has written to the error.
func (s *Server) giveUp(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(err, s.Close(ctx))
}

func (s *Server) start(ctx context.Context, spec ServerSpec) error {
	wait := WaitOptions{Every: spec.Every, Progress: func(i *Info) { spec.Stage(stageOf(s.Name, i)) }}
	if _, err := s.client.WaitSession(ctx, s.ID, wait); err != nil {
		return err
	}
	for name, file := range spec.Upload {
		spec.Stage("uploading " + file)
		if err := s.upload(ctx, name, file); err != nil {
			return err
		}
	}
	if spec.Command != "" && s.Created {
		spec.Stage("starting the server")
		if err := s.client.shell(ctx, s.ID, background(spec.Command)); err != nil {
			return err
		}
	}
	spec.Stage("waiting for port " + s.app.Name)
	if err := s.client.waitApp(ctx, s.ID, s.app, spec.Every, 0, func() error { return s.died(ctx, spec) }); err != nil {
		return fmt.Errorf("nothing listens on port %s of session %s: %w%s", s.app.Name, s.Name, err, s.lastWords(ctx))
	}
	return nil
}

func stageOf(name string, i *Info) string {
	text := "session " + name + " is " + string(i.Status)
	if i.StatusInfo != "" {
		text += " (" + i.StatusInfo + ")"
	}
	return text
}

// DialContext opens a connection to the server, whatever the address says. When the session is gone, it says so.
func (s *Server) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	conn, err := s.client.DialApp(ctx, s.ID, s.app)
	if errors.Is(err, NotFound()) {
		return nil, s.Lost(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &serverConn{conn, s}, nil
}

// serverConn tells the end of the session from the end of a connection.
type serverConn struct {
	net.Conn
	server *Server
}

func (c *serverConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != io.EOF || n > 0 {
		return n, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if lost := c.server.Lost(ctx); lost != nil {
		return 0, lost
	}
	return 0, err
}

// Lost asks whether the session still runs; nil if it does, or if nobody can tell.
func (s *Server) Lost(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost != nil {
		return s.lost
	}
	if _, err := s.client.SessionInfo(ctx, s.ID, ""); errors.Is(err, NotFound()) {
		s.lost = s.client.wasLost(ctx, s.ID)
	}
	return s.lost
}

// Close destroys the session if Serve created it, and confirms that it is gone.
func (s *Server) Close(ctx context.Context) error {
	if !s.Created {
		return nil
	}
	return s.client.EndSession(ctx, s.ID)
}

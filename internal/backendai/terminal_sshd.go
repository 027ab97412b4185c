package backendai

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// What sessions set up for their SSH server: the user, and the file with the key that it lets in.
const (
	sshUser = "work"
	sshKey  = "id_container"
)

// sshLine is a shell of its own.
type sshLine struct {
	client  *ssh.Client
	session *ssh.Session
	keys    io.WriteCloser
	screen  io.Reader
	once    sync.Once
}

// openSSHD logs in with the key that lies in the session's folder: who may read that may do so.
func (c *Client) openSSHD(ctx context.Context, session string) (terminalLine, error) {
	key, err := c.sessionKey(ctx, session)
	if err != nil {
		return nil, err
	}
	conn, err := c.DialApp(ctx, session, App{Name: TerminalSSHD})
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(c.cfg.RequestTimeout))
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	line, err := startShell(conn, key)
	if err != nil {
		conn.Close()
		return nil, noSSHD(session, ended(ctx, err))
	}
	_ = conn.SetDeadline(time.Time{})
	return line, nil
}

func (c *Client) sessionKey(ctx context.Context, session string) (ssh.Signer, error) {
	var b strings.Builder
	if _, err := c.DownloadOne(ctx, session, sshKey, &b); err != nil {
		return nil, err
	}
	key, err := ssh.ParsePrivateKey([]byte(b.String()))
	if err != nil {
		return nil, &Error{Type: ErrResponse, Op: opening(session), Err: err, Hint: "the session's file " + sshKey + " has to be the key that its SSH server lets in"}
	}
	return key, nil
}

// startShell logs in over a tunnel and starts one. The tunnel is the manager's: there is no other key of the host to compare.
func startShell(conn net.Conn, key ssh.Signer) (*sshLine, error) {
	inner, channels, requests, err := ssh.NewClientConn(conn, conn.RemoteAddr().String(), &ssh.ClientConfig{
		User: sshUser, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		return nil, err
	}
	l := &sshLine{client: ssh.NewClient(inner, channels, requests)}
	if l.session, err = l.client.NewSession(); err != nil {
		return nil, err
	}
	if l.keys, err = l.session.StdinPipe(); err != nil {
		return nil, err
	}
	if l.screen, err = l.session.StdoutPipe(); err != nil {
		return nil, err
	}
	if err = l.session.RequestPty("xterm-256color", 24, 80, ssh.TerminalModes{}); err != nil {
		return nil, err
	}
	return l, l.session.Shell()
}

// noSSHD says what else there is.
func noSSHD(session string, err error) error {
	hint := `session:terminal("ttyd") in a script takes the session's terminal server instead; execute runs code without a terminal`
	if errors.Is(err, ErrNotListening) {
		hint = notAnswering("SSH server")
	}
	return &Error{Type: ErrResponse, Op: opening(session), Err: err, Hint: hint}
}

// Read is Terminal's.
func (l *sshLine) Read(p []byte) (int, error) { return l.screen.Read(p) }

// Write is Terminal's.
func (l *sshLine) Write(p []byte) (int, error) { return l.keys.Write(p) }

func (l *sshLine) resize(rows, cols int) error { return l.session.WindowChange(rows, cols) }

// Close is Terminal's.
func (l *sshLine) Close() error {
	l.once.Do(func() { l.client.Close() }) // a line that the far end has closed is closed
	return nil
}

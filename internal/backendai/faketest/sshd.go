package faketest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"
)

// sshdPort is where the SSH server of every session listens.
const sshdPort = 2200

// shells is the SSH server of all sessions: it lets in "work" with the key that lies in their folders, and serves one shell,
// which echoes what is typed, tells the size it is given, and ends with "exit".
type shells struct {
	memory *memory
	key    []byte // what lies there
	config *ssh.ServerConfig
}

func newShells() *shells {
	public, private, _ := ed25519.GenerateKey(nil)
	signer, _ := ssh.NewSignerFromKey(private)
	block, _ := ssh.MarshalPrivateKey(private, "")
	allowed, _ := ssh.NewPublicKey(public)
	s := &shells{memory: newMemory(), key: pem.EncodeToMemory(block), config: &ssh.ServerConfig{
		PublicKeyCallback: func(who ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if who.User() != "work" || !bytes.Equal(key.Marshal(), allowed.Marshal()) {
				return nil, errors.New("login attempt for nonexistent user")
			}
			return nil, nil
		}}}
	s.config.AddHostKey(signer)
	return s
}

func (m *Manager) serveShells() {
	for {
		conn, err := m.shells.memory.Accept()
		if err != nil {
			return
		}
		m.done.Go(func() { m.shells.serve(conn) })
	}
}

func (s *shells) serve(conn net.Conn) {
	defer conn.Close()
	server, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	c, ok := <-channels
	if !ok {
		return
	}
	if channel, asked, err := c.Accept(); err == nil {
		go answer(channel, asked)
		typed(channel)
	}
}

// answer takes what is asked of a shell, and shows it its size.
func answer(channel ssh.Channel, asked <-chan *ssh.Request) {
	for r := range asked {
		var size struct{ Columns, Rows, Width, Height uint32 }
		if r.Type == "window-change" && ssh.Unmarshal(r.Payload, &size) == nil {
			fmt.Fprintf(channel, "%dx%d\n", size.Rows, size.Columns)
		}
		if r.WantReply {
			_ = r.Reply(r.Type == "pty-req" || r.Type == "shell", nil)
		}
	}
}

// typed echoes, to "exit".
func typed(channel ssh.Channel) {
	defer channel.Close()
	b := make([]byte, 1<<10)
	for {
		n, err := channel.Read(b)
		if n > 0 {
			_, _ = channel.Write(b[:n])
		}
		if err != nil || strings.HasPrefix(string(b[:n]), "exit") {
			return
		}
	}
}

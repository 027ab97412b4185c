package pie_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/pierun/pierun/pie"
)

// serveAgent runs an agent on a socket; talk has each conversation.
func serveAgent(t *testing.T, talk func(net.Conn)) (socket string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "agent") // the test's own folder may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	socket = filepath.Join(folder, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer conn.Close(); talk(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait(); os.RemoveAll(folder) })
	return socket
}

// agentWith holds keys as ssh-agent does.
func agentWith(t *testing.T, keys ...crypto.Signer) pie.KeySource {
	t.Helper()
	ring := agent.NewKeyring()
	for _, key := range keys {
		if ed, ok := key.(ed25519.PrivateKey); ok {
			key = &ed
		}
		if err := ring.Add(agent.AddedKey{PrivateKey: key, Comment: "ada@home"}); err != nil {
			t.Fatal(err)
		}
	}
	return pie.Agent(serveAgent(t, func(conn net.Conn) { agent.ServeAgent(ring, conn) }))
}

func TestEveryKindOfKeyInAnAgentLogsIn(t *testing.T) {
	for _, generation := range locked {
		for kind, signer := range signers(t) {
			t.Run(generation+" "+kind, func(t *testing.T) {
				c := dial(t, lockedEngine(t, generation, signer.Public()), ada(agentWith(t, signer)))
				if _, err := c.Ping(soon(t)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// An agent may hold keys that the server does not know, and some that no server takes.
func TestAgentKeysAreTriedInTurn(t *testing.T) {
	known, others := signers(t), signers(t)
	p521, _ := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	for _, generation := range append(locked, "process-0.3", "instance-hash") {
		source := agentWith(t, rsaKey(1024), p521, others["P-384"], others["Ed25519"], known["P-256"])
		e := lockedEngine(t, generation, known["P-256"].Public())
		for _, spoken := range []string{generation, "auto"} {
			c := dial(t, e, func(cfg *pie.Config) { ada(source)(cfg); cfg.Dialect = spoken })
			if got := c.Info(); got.Dialect != generation || got.User != "ada" {
				t.Errorf("%+v", got)
			}
		}
		_, err := pie.Dial(soon(t), pie.Config{URI: "ws://engine", DialContext: e.DialContext, Dialect: generation, User: "ada",
			Keys: []pie.KeySource{agentWith(t, others["RSA"], others["P-384"]), pie.SignerKey("again", others["P-384"])}})
		if !errors.Is(err, pie.ErrAuth) || !strings.Contains(err.Error(), "none of 2 keys") || strings.Count(err.Error(), "ada@home of ssh-agent (SHA256:") != 2 ||
			!strings.Contains(err.Error(), "Signature verification failed") {
			t.Errorf("%s: %v", generation, err)
		}
	}
}

func TestLockedKeyThatTheAgentHolds(t *testing.T) {
	signer := signers(t)["P-384"]
	block, _ := ssh.MarshalPrivateKeyWithPassphrase(signer, "", []byte(passphrase))
	asks := 0
	key := keyFile(t, write(t, "id", pem.EncodeToMemory(block)), func(context.Context, string, int) ([]byte, error) {
		asks++
		return []byte(passphrase), nil
	})
	e := lockedEngine(t, "process-0.4", signer.Public())
	dial(t, e, ada(pie.ThroughAgent(agentWith(t, signer), key)))
	if asks > 0 {
		t.Error("asked, though the agent holds the key")
	}
	dial(t, e, ada(pie.ThroughAgent(pie.Agent(filepath.Join(t.TempDir(), "none")), key)))
	if asks != 1 {
		t.Errorf("asked %d times without the agent", asks)
	}
}

func TestAgentsThatDoNotHelp(t *testing.T) {
	e := lockedEngine(t, "process-0.4", signers(t)["RSA"].Public())
	try := func(source pie.KeySource, ctx context.Context) error {
		_, err := pie.Dial(ctx, pie.Config{URI: "ws://engine", DialContext: e.DialContext, Dialect: "process-0.4", User: "ada", Keys: []pie.KeySource{source}})
		return err
	}
	if err := try(pie.Agent(filepath.Join(t.TempDir(), "none")), soon(t)); !errors.Is(err, pie.ErrAuth) || !strings.Contains(err.Error(), "ssh-add -l") {
		t.Errorf("nobody there: %v", err)
	}
	rubbish := serveAgent(t, func(conn net.Conn) { io.WriteString(conn, "\x00\x00\x00\x05hello") })
	if err := try(pie.Agent(rubbish), soon(t)); !errors.Is(err, pie.ErrAuth) {
		t.Errorf("rubbish: %v", err)
	}
	if err := try(agentWith(t), soon(t)); !errors.Is(err, pie.ErrAuth) {
		t.Errorf("no keys: %v", err)
	}
	ctx, cancel := context.WithTimeout(soon(t), 50*time.Millisecond)
	defer cancel()
	silent := serveAgent(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	if err := try(pie.Agent(silent), ctx); !errors.Is(err, pie.ErrTimeout) {
		t.Errorf("silent: %v", err)
	}
}

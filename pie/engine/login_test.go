package engine_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// keyCase is a key and how Pie's clients sign with it.
type keyCase struct {
	name   string
	signer crypto.Signer
	hash   crypto.Hash
}

func keyCases(t *testing.T) []keyCase {
	t.Helper()
	_, ed, errE := ed25519.GenerateKey(rand.Reader)
	rsaKey, errR := rsa.GenerateKey(rand.Reader, 2048)
	p256, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err3 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	for _, err := range []error{errE, errR, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return []keyCase{{"ed25519", ed, 0}, {"rsa", rsaKey, crypto.SHA256}, {"p256", p256, crypto.SHA256}, {"p384", p384, crypto.SHA384}}
}

func (k *keyCase) sign(t *testing.T, challenge []byte) string {
	t.Helper()
	digest := challenge
	switch k.hash {
	case crypto.SHA256:
		sum := sha256.Sum256(challenge)
		digest = sum[:]
	case crypto.SHA384:
		sum := sha512.Sum384(challenge)
		digest = sum[:]
	}
	signature, err := k.signer.Sign(rand.Reader, digest, k.hash)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

func TestChallengesAreCheckedForEveryKindOfKey(t *testing.T) {
	keys := keyCases(t)
	login := &engine.Login{Users: map[string][]crypto.PublicKey{}}
	for _, k := range keys {
		login.Users["alice"] = append(login.Users["alice"], k.signer.Public())
	}
	for _, generation := range []string{"instance-0.2", "process-0.4"} {
		e := start(t, engine.Config{Dialect: dialect(t, generation), Login: login})
		for _, k := range keys {
			c := connect(t, e)
			ev := c.ask(&wire.Command{Kind: wire.Identify, User: "alice"})
			challenge := challengeOf(t, ev.text)
			if ev := c.ask(&wire.Command{Kind: wire.Prove, Signature: k.sign(t, challenge)}); !ev.OK || ev.text != "Authenticated" {
				t.Errorf("%s %s: %q", generation, k.name, ev.text)
			}
			c.ask(&wire.Command{Kind: wire.Ping})
		}
	}
}

// challengeOf reads a challenge: 48 bytes.
func challengeOf(t *testing.T, text string) []byte {
	t.Helper()
	challenge, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(challenge) != 48 || len(text) != 64 {
		t.Fatalf("%q is no challenge", text)
	}
	return challenge
}

func TestWhoIsNotLetIn(t *testing.T) {
	keys := keyCases(t)[:1]
	login := &engine.Login{Users: map[string][]crypto.PublicKey{"alice": {keys[0].signer.Public()}}, Token: "secret"}
	for _, generation := range []string{"instance-0.2", "process-0.4"} {
		e := start(t, engine.Config{Dialect: dialect(t, generation), Login: login})
		c := connect(t, e)
		if ev := c.ask(&wire.Command{Kind: wire.Identify, User: "bob"}); ev.OK || ev.text != "User 'bob' is not authorized" {
			t.Errorf("%s: %q", generation, ev.text)
		}
		endsOrStays(t, c)
		c = connect(t, e)
		c.ask(&wire.Command{Kind: wire.Identify, User: "alice"})
		if ev := c.ask(&wire.Command{Kind: wire.Prove, Signature: "AAAA"}); ev.OK || ev.text != "Signature verification failed" {
			t.Errorf("%s: %q", generation, ev.text)
		}
		endsOrStays(t, c)
		c = connect(t, e)
		if ev := c.ask(&wire.Command{Kind: wire.Token, Token: "secret"}); !ev.OK || ev.text != "Authenticated" {
			t.Errorf("%s: token: %q", generation, ev.text)
		}
	}
}

// endsOrStays checks what follows a failed login: the instance family hangs up, the process family lets one try again.
func endsOrStays(t *testing.T, c *client) {
	t.Helper()
	if c.d.Family == "instance" {
		if err := c.closed(); !websocket.IsCloseError(err, websocket.CloseNoStatusReceived) {
			t.Errorf("got %v", err)
		}
		return
	}
	if ev := c.ask(&wire.Command{Kind: wire.Prove, Signature: "AAAA"}); ev.text != "No pending authentication" {
		t.Errorf("got %q", ev.text)
	}
}

func TestTheOldestGenerationRunsWhatItRefuses(t *testing.T) {
	e := start(t, engine.Config{Dialect: dialect(t, "instance-0.1"), Login: &engine.Login{Token: "secret"}})
	c := connect(t, e)
	corr := c.send(&wire.Command{Kind: wire.Query, Subject: "model_status"})
	if ev := c.answer(corr); ev.OK || ev.text != "Not authenticated" {
		t.Errorf("got %q", ev.text)
	}
	if ev := c.answer(corr); !ev.OK {
		t.Errorf("got %q", ev.text)
	}
	if ev := c.ask(&wire.Command{Kind: wire.Token, Token: "secret"}); ev.text != "default" {
		t.Errorf("got %q", ev.text)
	}
}

package engine_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// openSSHLine writes a public key as a line of authorized_keys.
func openSSHLine(t *testing.T, key crypto.PublicKey) string {
	t.Helper()
	public, err := ssh.NewPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))) + " ada@home"
}

func pkcs8(t *testing.T, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func pkcs1(key *rsa.PublicKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(key)}))
}

func TestUsersAreRead(t *testing.T) {
	keys := keyCases(t)
	text := "[users.nobody]\n\n[users.alice.keys]\n"
	for _, k := range keys {
		text += fmt.Sprintf("%s-line = %q\n%s-pem = '''\n%s'''\n", k.name, openSSHLine(t, k.signer.Public()), k.name, pkcs8(t, k.signer.Public()))
		if key, ok := k.signer.Public().(*rsa.PublicKey); ok {
			text += "old = '''\n" + pkcs1(key) + "'''\n"
		}
	}
	users, err := engine.ParseUsers(text)
	if err != nil || len(users) != 2 || len(users["alice"]) != 2*len(keys)+1 || len(users["nobody"]) != 0 {
		t.Fatalf("%v %v", users, err)
	}
	for _, k := range keys {
		found := 0
		for _, key := range users["alice"] {
			if key.(interface{ Equal(crypto.PublicKey) bool }).Equal(k.signer.Public()) {
				found++
			}
		}
		if found < 2 {
			t.Errorf("%s is there %d times", k.name, found)
		}
	}
}

func TestOneBadKeySpoilsTheFile(t *testing.T) {
	good, _, _ := ed25519.GenerateKey(rand.Reader)
	weak, _ := rsa.GenerateKey(rand.Reader, 1024)
	p521, _ := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	for says, key := range map[string]string{
		"RSA key is too weak: 1024 bits (minimum required: 2048 bits)": openSSHLine(t, weak.Public()),
		"P-521":                 pkcs8(t, p521.Public()),
		"neither":               "ssh-ed25519 AAAA",
		`"EC PRIVATE KEY"`:      "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
		`"k" of user "bob": it`: "",
	} {
		_, err := engine.ParseUsers(fmt.Sprintf("[users.ada.keys]\nk = %q\n[users.bob.keys]\nk = %q\n", openSSHLine(t, good), key))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if _, err := engine.ParseUsers("users = 3"); err == nil {
		t.Error("nonsense was read")
	}
}

// What servers say to a proof that cannot be read, and to one that comes unasked.
func TestProofsThatCannotBeRead(t *testing.T) {
	login := &engine.Login{Users: map[string][]crypto.PublicKey{"alice": {}}}
	for _, generation := range []string{"instance-hash", "instance-0.2", "process-0.3", "process-0.4"} {
		e := start(t, engine.Config{Dialect: dialect(t, generation), Login: login})
		for signature, want := range map[string]string{
			"AAA":    "Invalid signature encoding: Invalid padding",
			"AA-A":   "Invalid signature encoding: Invalid symbol 45, offset 2.",
			"AAA\n=": "Invalid signature encoding: Invalid symbol 10, offset 3.",
			"AAAA":   "Signature verification failed", // a user without keys is challenged all the same
		} {
			c := connect(t, e)
			c.ask(&wire.Command{Kind: wire.Identify, User: "alice"})
			if ev := c.ask(&wire.Command{Kind: wire.Prove, Signature: signature}); ev.OK || ev.text != want {
				t.Errorf("%s: %q: %q", generation, signature, ev.text)
			}
			endsOrStays(t, c)
		}
	}
}

// On the process family a second name replaces the challenge, and other commands are not heard.
func TestIdentifyingAgain(t *testing.T) {
	keys := keyCases(t)[:1]
	e := start(t, engine.Config{Dialect: dialect(t, "process-0.4"), Login: &engine.Login{
		Users: map[string][]crypto.PublicKey{"alice": {keys[0].signer.Public()}, "bob": {keys[0].signer.Public()}},
	}})
	c := connect(t, e)
	first := c.ask(&wire.Command{Kind: wire.Identify, User: "alice"})
	c.send(&wire.Command{Kind: wire.Query, Subject: "model_status"})
	second := c.ask(&wire.Command{Kind: wire.Identify, User: "bob"})
	if first.text == second.text {
		t.Error("the same challenge twice")
	}
	if ev := c.ask(&wire.Command{Kind: wire.Prove, Signature: keys[0].sign(t, challengeOf(t, second.text))}); ev.text != "Authenticated" {
		t.Errorf("%q", ev.text)
	}
	if ev := c.ask(&wire.Command{Kind: wire.Prove, Signature: "AAAA"}); ev.OK || ev.text != "Already authenticated" {
		t.Errorf("%v %q", ev.OK, ev.text)
	}
	c.quiet()
}

func TestWrongTokensWait(t *testing.T) {
	for _, generation := range []string{"instance-0.1", "instance-0.2", "process-0.3", "process-0.4"} {
		synctest.Test(t, func(t *testing.T) {
			e := start(t, engine.Config{Dialect: dialect(t, generation), Login: &engine.Login{Token: "secret"}})
			c := connect(t, e)
			began := time.Now()
			ev := c.ask(&wire.Command{Kind: wire.Token, Token: "guess"})
			if took := time.Since(began); ev.OK || ev.text != "Invalid token" || took < time.Second || took > 3*time.Second {
				t.Errorf("%s: %q after %v", generation, ev.text, took)
			}
			if generation == "instance-0.2" {
				endsOrStays(t, c)
				return
			}
			if ev := c.ask(&wire.Command{Kind: wire.Token, Token: "secret"}); !ev.OK {
				t.Errorf("%s: the right token after a wrong one: %q", generation, ev.text)
			}
		})
	}
}

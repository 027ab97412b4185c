package pie_test

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
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

var challenge = noise(48)

// guarded is a server that wants its challenge signed, and checks with verify.
func guarded(t *testing.T, generation string, verify func(signature []byte) bool) *fake {
	return newFake(t, generation, func(c *fakeConn) {
		cmd, _ := c.read()
		if cmd.Kind != wire.Identify || cmd.User != "ada" {
			c.no(&cmd, "User '"+cmd.User+"' is not authorized")
			return
		}
		c.yes(&cmd, base64.StdEncoding.EncodeToString(challenge))
		cmd, _ = c.read()
		signature, err := base64.StdEncoding.DecodeString(cmd.Signature)
		if cmd.Kind != wire.Prove || err != nil || !verify(signature) {
			c.no(&cmd, "Signature verification failed")
			return
		}
		c.yes(&cmd, "Authenticated")
		c.idle()
	})
}

func TestLoginWithKeys(t *testing.T) {
	sum, long := sha256.Sum256(challenge), sha512.Sum384(challenge)
	edPub, ed, _ := ed25519.GenerateKey(rand.Reader)
	rsaKey := rsaKey(2048)
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	for name, key := range map[string]struct {
		signer crypto.Signer
		verify func([]byte) bool
	}{
		"Ed25519": {ed, func(s []byte) bool { return ed25519.Verify(edPub, challenge, s) }},
		"RSA":     {rsaKey, func(s []byte) bool { return rsa.VerifyPKCS1v15(&rsaKey.PublicKey, crypto.SHA256, sum[:], s) == nil }},
		"P-256":   {p256, func(s []byte) bool { return ecdsa.VerifyASN1(&p256.PublicKey, sum[:], s) }},
		"P-384":   {p384, func(s []byte) bool { return ecdsa.VerifyASN1(&p384.PublicKey, long[:], s) }},
	} {
		for _, generation := range []string{"instance-0.2", "process-0.4"} {
			t.Run(name+" "+generation, func(t *testing.T) {
				f := guarded(t, generation, key.verify)
				f.dial(func(cfg *pie.Config) { cfg.User, cfg.Signer = "ada", key.signer })
			})
		}
	}
}

func TestLoginRefused(t *testing.T) {
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	p521, _ := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	for name, try := range map[string]struct {
		user   string
		signer crypto.Signer
		says   string
	}{
		"unknown user": {"bob", ed, "not authorized"},
		"no key":       {"ada", nil, "key"},
		"wrong key":    {"ada", ed, "verification failed"},
		"wrong kind":   {"ada", p521, "P-521"},
	} {
		t.Run(name, func(t *testing.T) {
			f := guarded(t, "process-0.4", func([]byte) bool { return false })
			_, err := pie.Dial(soon(t), pie.Config{URI: "ws://fake", DialContext: f.DialContext, Dialect: "process-0.4", User: try.user, Signer: try.signer})
			var e *pie.Error
			if !errors.As(err, &e) || e.Kind != pie.KindAuth || !strings.Contains(err.Error(), try.says) || e.Hint == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestGatewayThatWantsAnotherIdentity(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "identity: "+r.Header.Get("X-Pie-Identity"), http.StatusUnauthorized)
	})}
	go s.Serve(l)
	defer s.Close()
	_, err = pie.Dial(soon(t), pie.Config{URI: l.Addr().String(), User: "acme/ada"})
	var e *pie.Error
	if !errors.As(err, &e) || e.Kind != pie.KindAuth || !strings.Contains(e.Server, "acme/ada") {
		t.Errorf("%v", err)
	}
}

func TestLoginAsSomebodyElse(t *testing.T) {
	users := make(chan string, 4)
	f := newFake(t, "process-0.4", func(c *fakeConn) {
		cmd, _ := c.read()
		users <- cmd.User
		c.yes(&cmd, "Authenticated (Engine disabled authentication)")
		cmd = c.want(wire.Launch)
		c.yes(&cmd, idA)
		c.idle()
	})
	c := f.dial(nil)
	if err := c.Login(soon(t), "ada"); err != nil {
		t.Fatal(err)
	}
	if a, b := <-users, <-users; a != pie.DefaultUser || b != "ada" || c.Info().User != "ada" {
		t.Errorf("%q, then %q; now %q", a, b, c.Info().User)
	}
	launch(t, c, pie.Launch{})
	if err := errors.Join(c.Login(soon(t), "ada")); err != nil {
		t.Error(err)
	}
	if err := c.Login(soon(t), "bob"); !errors.Is(err, pie.ErrUsage) {
		t.Errorf("%v", err)
	}
}

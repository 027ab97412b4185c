package luabind_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
)

// newKey makes a key and its text, with a passphrase unless that is empty.
func newKey(t *testing.T, passphrase string) (ed25519.PrivateKey, string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(block))
}

// guarded makes the engine one of a generation that lets ann in with the key, or with the token "secret".
func guarded(generation string, key crypto.Signer) func(*host, *engine.Config) {
	return func(h *host, e *engine.Config) {
		speaking(generation)(h, e)
		e.Login = &engine.Login{Users: map[string][]crypto.PublicKey{"ann": {key.Public()}}, Token: "secret"}
		h.config.User = "ann"
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestScriptsLogIn(t *testing.T) {
	key, text := newKey(t, "")
	_, other := newKey(t, "")
	for _, generation := range []string{"instance-0.2", "process-0.4"} {
		out, err := play(t, fmt.Sprintf(`
local path, text, other = %q, %q, %q
for _, key in ipairs { path, text } do
	local c = pie.connect(nil, { key = key })
	print(c:info().user, c:ping() >= 0)
end
local c = pie.client(nil, { user = "nobody" })
c:authenticate("ann", path)
print(c:info().user)
print(pie.connect(nil, { token = "secret" }):ping() >= 0)
for _, opts in ipairs { {}, { key = other }, { user = "bob", key = path }, { token = "guess" } } do
	local c, err = try(pie.connect, nil, opts)
	print(err.kind, err.server, err.hint ~= nil)
end`, file(t, text), text, file(t, other)), guarded(generation, key))
		want := `ann	true
ann	true
ann
true
auth	nil	true
auth	Signature verification failed	true
auth	User 'bob' is not authorized	true
auth	Invalid token	true
`
		if err != nil || out != want {
			t.Errorf("%s: %v\n%s", generation, err, out)
		}
	}
}

func TestHostsKeysAndToken(t *testing.T) {
	key, text := newKey(t, "open")
	asked := 0
	ask := func(context.Context, string, int) ([]byte, error) { asked++; return []byte("open"), nil }
	path := file(t, text)
	login := func(h *host, e *engine.Config) {
		guarded("process-0.4", key)(h, e)
		h.config.Login.Passphrase = ask
	}
	script := fmt.Sprintf(`for i = 1, 3 do pie.connect(nil, { key = %q }):ping() end`, path)
	if _, err := play(t, script, login); err != nil || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	usual := func(h *host, e *engine.Config) {
		login(h, e)
		h.config.Login.Keys = []pie.KeySource{pie.SignerKey("usual", key)}
	}
	if _, err := play(t, `pie.default() pie.connect():ping()`, usual); err != nil || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	token := func(h *host, e *engine.Config) { login(h, e); h.config.Login.Token = "secret" }
	if _, err := play(t, `pie.connect():ping()`, token); err != nil {
		t.Error(err)
	}
}

// A token is for the server that it was given for.
func TestTokensAreNotShownToOthers(t *testing.T) {
	key, _ := newKey(t, "")
	h := newHost(t, guarded("process-0.4", key))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.config.Login.Token = "secret"
	served := make(chan struct{})
	go func() { defer close(served); h.engine.Serve(l) }()
	err = h.run(fmt.Sprintf(`pie.connect("ws://%s", {dialect = "process-0.4"})`, l.Addr()))
	if e := asError(t, err); e.Kind != "auth" || !strings.Contains(e.Message, "there is none") {
		t.Errorf("%v", e)
	}
	<-served
}

func TestScriptsNameCertificates(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	secret, _ := x509.MarshalPKCS8PrivateKey(key)
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	private := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	h := newHost(t)
	served := make(chan struct{})
	go func() { defer close(served); h.engine.Serve(l) }()
	h.config.Login.Certificates = pie.Certificates{CA: cert}
	err = h.run(fmt.Sprintf(`
local uri, cert, key = "wss://%s", %q, %q
print(pie.connect(uri, { dialect = "worker-0.5", ca = cert, cert = cert, cert_key = key }):info().dialect)
print(select(2, try(pie.connect, uri)).kind)`, l.Addr(), file(t, cert), file(t, private)))
	if err != nil || h.stdout.String() != "worker-0.5\nauth\n" {
		t.Errorf("%v %s", err, h.stdout.String())
	}
	<-served
}

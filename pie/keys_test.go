package pie_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
)

// signers are one key of each kind that servers take, others than the last time but for RSA, which takes long to make.
func signers(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	_, ed, err1 := ed25519.GenerateKey(rand.Reader)
	p256, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err3 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"Ed25519": ed, "RSA": rsaKey(2048), "P-256": p256, "P-384": p384}
}

var madeRSA = map[int]func() *rsa.PrivateKey{1024: onceRSA(1024), 2048: onceRSA(2048)}

func rsaKey(bits int) *rsa.PrivateKey { return madeRSA[bits]() }

func onceRSA(bits int) func() *rsa.PrivateKey {
	return sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		return key
	})
}

// passphrase opens all keys of these tests.
const passphrase = "open sesame"

func says(words string) pie.Passphrase {
	return func(context.Context, string, int) ([]byte, error) { return []byte(words), nil }
}

// formats writes a key down in every way that its kind has.
func formats(t testing.TB, key crypto.Signer) map[string]*pem.Block {
	t.Helper()
	must := func(b *pem.Block, err error) *pem.Block {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	all := map[string]*pem.Block{
		"OpenSSH":                   must(ssh.MarshalPrivateKey(key, "test")),
		"OpenSSH with a passphrase": must(ssh.MarshalPrivateKeyWithPassphrase(key, "test", []byte(passphrase))),
		"PKCS#8":                    must(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}, err),
	}
	old, name := (*pem.Block)(nil), ""
	switch key := key.(type) {
	case *rsa.PrivateKey:
		old, name = &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}, "PKCS#1"
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(key)
		old, name = must(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}, err), "SEC1"
	default:
		return all
	}
	all[name] = old
	all[name+" with a passphrase"] = must(x509.EncryptPEMBlock(rand.Reader, old.Type, old.Bytes, []byte(passphrase), x509.PEMCipherAES256)) //nolint:staticcheck // what ssh-keygen -m PEM writes
	return all
}

// write puts a secret into a file of its owner.
func write(t testing.TB, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func keyFile(t testing.TB, path string, ask pie.Passphrase) pie.KeySource {
	t.Helper()
	source, err := pie.KeyFile(path, ask)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// lockedEngine lets ada in with any of the keys.
func lockedEngine(t testing.TB, generation string, keys ...crypto.PublicKey) *engine.Engine {
	t.Helper()
	login := &engine.Login{Users: map[string][]crypto.PublicKey{"ada": keys}, Token: "secret"}
	return serveAs(t, engine.Config{Dialect: known(t, generation), Login: login})
}

// ada logs in as ada with the keys; the grace is short since servers of 0.4 answer no Close.
func ada(keys ...pie.KeySource) func(*pie.Config) {
	return func(cfg *pie.Config) { cfg.User, cfg.Keys, cfg.CloseGrace = "ada", keys, time.Millisecond }
}

// locked are generations with logins, by how they end: the first hangs up after a failed one.
var locked = []string{"instance-0.2", "process-0.4"}

// opened gives the public half of the one key of a source.
func opened(t testing.TB, source pie.KeySource) (crypto.PublicKey, error) {
	t.Helper()
	keys, err := source.Keys(soon(t))
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	signer, err := keys[0].Open(soon(t))
	if err != nil {
		return nil, err
	}
	return signer.Public(), nil
}

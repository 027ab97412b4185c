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
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
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
	d, err := wire.Find(generation)
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(engine.Config{Dialect: d, Login: &engine.Login{Users: map[string][]crypto.PublicKey{"ada": keys}, Token: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// ada logs in as ada with the keys; the grace is short since servers of 0.4 answer no Close.
func ada(keys ...pie.KeySource) func(*pie.Config) {
	return func(cfg *pie.Config) { cfg.User, cfg.Keys, cfg.CloseGrace = "ada", keys, time.Millisecond }
}

// locked are generations with logins, by how they end: the first hangs up after a failed one.
var locked = []string{"instance-0.2", "process-0.4"}

func TestEveryKindOfKeyInEveryFormatLogsIn(t *testing.T) {
	for kind, signer := range signers(t) {
		engines := make([]*engine.Engine, len(locked))
		for i, generation := range locked {
			engines[i] = lockedEngine(t, generation, signer.Public())
		}
		for format, block := range formats(t, signer) {
			key := keyFile(t, write(t, "id", pem.EncodeToMemory(block)), says(passphrase))
			for i, generation := range locked {
				t.Run(generation+" "+kind+" "+format, func(t *testing.T) {
					c := dial(t, engines[i], ada(key))
					if _, err := c.Ping(soon(t)); err != nil || c.Info().User != "ada" {
						t.Errorf("%v, %q", err, c.Info().User)
					}
				})
			}
		}
	}
}

// Keys that openssl wrote, with the passphrase "open": the same secret as plainKey has.
const (
	plainKey  = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAJBRDwgjab8cj7psuOG5q2hEqfK+Sxrlv+YFKuULs7/\n-----END PRIVATE KEY-----\n"
	pbkdf2Key = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhaolX2Vi0d1wICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEPdQPiZEwY6EJNctgQHP6UEEQIDb
DWf56ECSYnTbYAFkdqqZA9FYJQhTAZf/Prg9pP9yb2tdZMnyCp9baX0h6YPr3KIa
sEisTV+ksQpty664Z3k=
-----END ENCRYPTED PRIVATE KEY-----`
	sha1Key = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGNMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAjDBdnumBcozgICCAAw
HQYJYIZIAWUDBAECBBBVTJ92jQ2Yrf/isOV+hqACBECsI6HwRKYDsdjtfCDYX2Ar
7PBKoZpSa2Myu5FQ3pIXDg5mZmiOzhK18q2vW4ZwM9SFqOrVRNzYQSPsMipYURpM
-----END ENCRYPTED PRIVATE KEY-----`
	scryptKey = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAjo5X+sTicUHAICBAAC
AQgCAQEwHQYJYIZIAWUDBAEqBBASbUOGlout2Gu5rD2xBrs/BEAXv2Hy45PEich0
9xyQ6eBIutbBWkqCT/yvTLS+h1xuzqVZc43W8gZRxjSDbZm9eQcTonIa65z75kQz
oYGEw246
-----END ENCRYPTED PRIVATE KEY-----`
	tripleDESKey = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGKME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAj6DgMZhTMmkAICCAAw
DAYIKoZIhvcNAgkFADAUBggqhkiG9w0DBwQI8XuQtDwSoiYEOBfdCrdf9EOJosae
urfqUim4Z2V0ysD8/YLvEY2aKSNrWHOIeCPHy7DMS82usxoB6kLny0IBi/7V
-----END ENCRYPTED PRIVATE KEY-----`
)

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

func TestPKCS8WithPassphrases(t *testing.T) {
	plain, err := pie.KeyText(plainKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := opened(t, plain)
	for name, text := range map[string]string{"PBKDF2": pbkdf2Key, "SHA-1": sha1Key, "scrypt": scryptKey} {
		source, err := pie.KeyText(text, says("open"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := opened(t, source); err != nil || !want.(ed25519.PublicKey).Equal(got) {
			t.Errorf("%s: %v", name, err)
		}
		source, _ = pie.KeyText(text, says("close"))
		if _, err := opened(t, source); !errors.Is(err, pie.ErrAuth) || !strings.Contains(err.Error(), "passphrase is wrong") {
			t.Errorf("%s: %v", name, err)
		}
	}
	source, _ := pie.KeyText(tripleDESKey, says("open"))
	if _, err := opened(t, source); !errors.Is(err, pie.ErrAuth) || !strings.Contains(err.Error(), "openssl pkcs8") {
		t.Errorf("an unknown cipher: %v", err)
	}
}

func TestKeysThatCannotBeUsed(t *testing.T) {
	p521, _ := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	der := func(key any) string {
		bytes, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes}))
	}
	container, err := ssh.MarshalPrivateKeyWithPassphrase(p521, "", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	public, _ := ssh.NewPublicKey(p521.Public())
	for name, try := range map[string]struct{ text, says string }{
		"P-521":            {der(p521), "P-521"},
		"locked P-521":     {string(pem.EncodeToMemory(container)), "P-521"},
		"weak RSA":         {der(rsaKey(1024)), "1024 bits"},
		"DSA":              {dsaKey(t), "DSA"},
		"a token's":        {openSSHKind("sk-ssh-ed25519@openssh.com"), "sk-ssh-ed25519@openssh.com"},
		"public":           {string(ssh.MarshalAuthorizedKey(public)), "public half"},
		"public PEM":       {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "public half"},
		"PuTTY":            {"PuTTY-User-Key-File-3: ssh-ed25519\n", "PuTTY"},
		"empty":            {" \n", "empty"},
		"something else":   {"hello", "no private key"},
		"damaged":          {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "damaged"},
		"damaged envelope": {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", "damaged"},
	} {
		_, err := pie.KeyText(try.text, says(passphrase))
		var e *pie.Error
		if !errors.As(err, &e) || e.Kind != pie.KindAuth || !strings.Contains(err.Error(), try.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// dsaKey has the form of those of openssl dsaparam -genkey, and no secret to speak of.
func dsaKey(t *testing.T) string {
	t.Helper()
	p := new(big.Int).Lsh(big.NewInt(1), 1023)
	q := new(big.Int).Lsh(big.NewInt(1), 159)
	der, err := asn1.Marshal(struct {
		Version       int
		P, Q, G, Y, X *big.Int
	}{0, p, q, big.NewInt(2), big.NewInt(4), big.NewInt(2)})
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "DSA PRIVATE KEY", Bytes: der}))
}

// openSSHKind is the beginning of a file with a key of any kind.
func openSSHKind(kind string) string {
	public := ssh.Marshal(struct{ Kind, Rest string }{kind, "…"})
	body := ssh.Marshal(struct {
		Cipher, KDF, Options string
		N                    uint32
		Public               []byte
	}{"none", "none", "", 1, public})
	return string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: append([]byte("openssh-key-v1\x00"), body...)}))
}

func TestKeyFilesThatCannotBeRead(t *testing.T) {
	open := write(t, "id", []byte(plainKey))
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct{ path, says string }{
		"missing":  {filepath.Join(t.TempDir(), "none"), "cannot be read"},
		"a folder": {t.TempDir(), "id_ed25519"},
		"open":     {open, "chmod 600 " + open},
	} {
		_, err := pie.KeyFile(try.path, nil)
		if name == "open" && runtime.GOOS == "windows" { // where modes say nothing
			continue
		}
		if !errors.Is(err, pie.ErrAuth) || !strings.Contains(err.Error(), try.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Parameters may stand before the key, as openssl ecparam writes them.
func TestKeyBehindParameters(t *testing.T) {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, _ := x509.MarshalECPrivateKey(key)
	text := "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" +
		string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	source, err := pie.KeyText(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := opened(t, source); err != nil || !key.PublicKey.Equal(got) {
		t.Error(err)
	}
}

func TestPassphraseIsAskedForOnce(t *testing.T) {
	signer := signers(t)["Ed25519"]
	e := lockedEngine(t, "process-0.4", signer.Public())
	block, _ := ssh.MarshalPrivateKeyWithPassphrase(signer, "", []byte(passphrase))
	var asked []int
	key := keyFile(t, write(t, "id", pem.EncodeToMemory(block)), func(_ context.Context, _ string, try int) ([]byte, error) {
		asked = append(asked, try)
		if try == 1 {
			return []byte("mistyped"), nil
		}
		return []byte(passphrase), nil
	})
	for range 3 {
		dial(t, e, ada(key))
	}
	if len(asked) != 2 || asked[1] != 2 {
		t.Errorf("asked %v", asked)
	}
}

func TestNobodyIsAskedWhereNoKeyIsWanted(t *testing.T) {
	signer := signers(t)["Ed25519"]
	block, _ := ssh.MarshalPrivateKeyWithPassphrase(signer, "", []byte(passphrase))
	key := keyFile(t, write(t, "id", pem.EncodeToMemory(block)), func(context.Context, string, int) ([]byte, error) {
		t.Error("asked")
		return nil, nil
	})
	for _, generation := range []string{"process-0.4", "gateway-0.5"} {
		dial(t, serve(t, generation), ada(key))
	}
}

package pie_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
)

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
	script := write(t, "flow.lua", []byte("print(1)\n"))
	if err := os.Chmod(script, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct{ path, says string }{
		"a script": {script, "cannot be used: it has no private key in it"},
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

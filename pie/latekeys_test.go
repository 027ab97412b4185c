package pie_test

import (
	"context"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/pierun/pierun/pie"
)

func TestUsualKeys(t *testing.T) {
	home := t.TempDir()
	signer := signers(t)["P-256"]
	block, _ := ssh.MarshalPrivateKeyWithPassphrase(signer, "", []byte(passphrase))
	asked := 0
	ask := func(context.Context, string, int) ([]byte, error) { asked++; return []byte(passphrase), nil }
	usual := pie.UsualKeys(home, ask)
	if keys, err := usual.Keys(soon(t)); len(keys) != 0 || err != nil {
		t.Errorf("an empty folder: %v, %v", keys, err)
	}
	for name, text := range map[string]string{"id_ed25519": plainKey, "id_rsa": "damaged", "id_ecdsa": string(pem.EncodeToMemory(block)), "id_other": plainKey} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := usual.Keys(soon(t))
	if err != nil || len(keys) != 2 || filepath.Base(keys[0].Name) != "id_ed25519" || filepath.Base(keys[1].Name) != "id_ecdsa" {
		t.Fatalf("%v, %v", keys, err)
	}
	e := lockedEngine(t, "instance-0.2", signer.Public())
	for range 3 {
		dial(t, e, ada(usual))
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestLateKeyFile(t *testing.T) {
	late := pie.LateKeyFile(filepath.Join(t.TempDir(), "none"), nil)
	dial(t, serve(t, "process-0.4"), ada(late)) // which wants no key
	e := lockedEngine(t, "process-0.4")
	_, err := pie.Dial(soon(t), pie.Config{URI: "ws://engine", DialContext: e.DialContext, User: "ada", Keys: []pie.KeySource{late}})
	if !errors.Is(err, pie.ErrAuth) || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("%v", err)
	}
}

// Who fails to become somebody else stays who he was, with his own keys.
func TestKeysOfAnotherUser(t *testing.T) {
	mine, hers := signers(t)["Ed25519"], signers(t)["Ed25519"]
	e := lockedEngine(t, "process-0.4", hers.Public(), mine.Public())
	c := dial(t, e, func(cfg *pie.Config) { ada(pie.SignerKey("mine", mine))(cfg) })
	if err := c.Login(soon(t), "bob", pie.SignerKey("hers", hers)); !errors.Is(err, pie.ErrAuth) || c.Info().User != "ada" {
		t.Errorf("%v, %q", err, c.Info().User)
	}
	if _, err := c.Ping(soon(t)); err != nil {
		t.Errorf("the old login is gone: %v", err)
	}
}

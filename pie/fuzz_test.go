package pie_test

import (
	"context"
	"errors"
	"testing"

	"github.com/pierun/pierun/pie"
)

// FuzzKeyText: whatever a key file has in it, it is read or refused in words, and asks for no endless computation.
func FuzzKeyText(f *testing.F) {
	for _, text := range []string{plainKey, pbkdf2Key, sha1Key, scryptKey, tripleDESKey, openSSHKind("ssh-ed25519"), "ssh-ed25519 AAAA"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		source, err := pie.KeyText(text, func(context.Context, string, int) ([]byte, error) { return nil, errors.New("nobody") })
		if err == nil {
			_, err = opened(t, source)
		}
		if err != nil && !errors.Is(err, pie.ErrAuth) {
			t.Errorf("%v", err)
		}
	})
}

package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestPassphraseIsAskedFor(t *testing.T) {
	var prompts []string
	a := &app{env: Env{Getenv: environment(), Secret: func(_ context.Context, prompt string) ([]byte, error) {
		prompts = append(prompts, prompt)
		return []byte("typed"), nil
	}}}
	for try := 1; try <= 2; try++ {
		if words, err := a.passphrase(t.Context(), "id", try); string(words) != "typed" || err != nil {
			t.Errorf("%q, %v", words, err)
		}
	}
	if got := strings.Join(prompts, "|"); got != "Passphrase of the key id: |That was not it. Passphrase of the key id: " {
		t.Errorf("%q", got)
	}
	a.env.Getenv = environment("PIERUN_KEY_PASSPHRASE", "told")
	if words, err := a.passphrase(t.Context(), "id", 1); string(words) != "told" || err != nil {
		t.Errorf("%q, %v", words, err)
	}
	if _, err := a.passphrase(t.Context(), "id", 2); err == nil {
		t.Error("the environment is asked twice")
	}
	a.env = Env{Getenv: environment()}
	if _, err := a.passphrase(t.Context(), "id", 1); !errors.Is(err, errNobody) {
		t.Errorf("%v", err)
	}
}

package pie_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestSignatureVector: 48 bytes of 0x07, signed with the Ed25519 seed 00 01 … 1f, as official clients do.
func TestSignatureVector(t *testing.T) {
	const want = "2cmR2IMoIFoIAnufH4SUihP08ozCQg1H+innMub3hLstVwlsN/NHyntBF1NdQs3/fwvZPi+WXX3B0wSpBzUqAg=="
	seed := make([]byte, ed25519.SeedSize)
	for i := range seed {
		seed[i] = byte(i)
	}
	for _, generation := range locked {
		f := newFake(t, generation, func(c *fakeConn) {
			cmd := c.want(wire.Identify)
			c.yes(&cmd, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 48)))
			cmd = c.want(wire.Prove)
			if cmd.Signature != want {
				t.Errorf("%s: %s", generation, cmd.Signature)
			}
			c.yes(&cmd, "Authenticated")
			c.idle()
		})
		f.dial(func(cfg *pie.Config) { cfg.Signer = ed25519.NewKeyFromSeed(seed) })
	}
}

func TestTokens(t *testing.T) {
	for _, generation := range []string{"instance-hash", "instance-0.2", "process-0.3", "process-0.4"} {
		for _, spoken := range []string{generation, "auto"} {
			synctest.Test(t, func(t *testing.T) {
				e := lockedEngine(t, generation)
				c := dial(t, e, func(cfg *pie.Config) { cfg.Token, cfg.Dialect = "secret", spoken })
				if got := c.Info().Dialect; got != generation {
					t.Errorf("%s: %s", generation, got)
				}
				_, err := pie.Dial(t.Context(), pie.Config{URI: "ws://engine", DialContext: e.DialContext, Dialect: spoken, Token: "guess"})
				var said *pie.Error
				if !errors.As(err, &said) || said.Kind != pie.KindAuth || said.Server != "Invalid token" || said.Hint == "" {
					t.Errorf("%s as %s: %v", generation, spoken, err)
				}
			})
		}
	}
}

func TestKeysAfterALostConnection(t *testing.T) {
	for _, generation := range locked {
		signer := signers(t)["P-256"]
		e := lockedEngine(t, generation, signer.Public())
		c := dial(t, e, func(cfg *pie.Config) {
			ada(pie.SignerKey("wrong", signers(t)["Ed25519"]), pie.SignerKey("right", signer))(cfg)
			cfg.Reconnect = true
		})
		e.CutConnections()
		_, err := c.List(soon(t))
		if errors.Is(err, pie.ErrLost) { // it was on its way when the connection went
			_, err = c.List(soon(t))
		}
		if err != nil || c.Info().Reconnects != 1 {
			t.Errorf("%s: %v", generation, err)
		}
	}
}

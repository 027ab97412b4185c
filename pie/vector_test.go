package pie_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"testing"

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

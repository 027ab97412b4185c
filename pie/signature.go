package pie

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
)

// sign makes the signature over a challenge that the servers verify for the kind of key.
func sign(ctx context.Context, signer crypto.Signer, challenge []byte) ([]byte, error) {
	if err := suitable("that was given", signer.Public()); err != nil {
		return nil, err
	}
	if s, ok := signer.(*agentSigner); ok {
		return s.sign(ctx, challenge)
	}
	signature, err := crypto.SignMessage(signer, rand.Reader, challenge, hashOf(signer.Public()))
	if err != nil {
		return nil, &Error{Kind: KindAuth, Op: "login", Message: "the key could not sign", Err: err}
	}
	return signature, nil
}

// hashOf is the hash that is signed with a suitable key; 0: the message itself.
func hashOf(public crypto.PublicKey) crypto.Hash {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return crypto.SHA256
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize == 384 {
			return crypto.SHA384
		}
		return crypto.SHA256
	}
	return 0
}

package engine

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
)

// minRSABits is the size below which servers refuse an RSA key.
const minRSABits = 2048

// verify checks a signature over a challenge in the encoding that Pie uses for each kind of key.
func verify(key crypto.PublicKey, challenge, signature []byte) bool {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, challenge, signature)
	case *rsa.PublicKey:
		sum := sha256.Sum256(challenge)
		return key.N.BitLen() >= minRSABits && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	case *ecdsa.PublicKey:
		return verifyECDSA(key, challenge, signature)
	}
	return false
}

func verifyECDSA(key *ecdsa.PublicKey, challenge, signature []byte) bool {
	switch key.Curve {
	case elliptic.P256():
		sum := sha256.Sum256(challenge)
		return ecdsa.VerifyASN1(key, sum[:], signature)
	case elliptic.P384():
		sum := sha512.Sum384(challenge)
		return ecdsa.VerifyASN1(key, sum[:], signature)
	}
	return false
}

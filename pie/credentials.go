package pie

import (
	"context"
	"crypto"
	"crypto/dsa" //nolint:staticcheck // named in order to be refused with words
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// Key is a private key that a login may be proved with. Where its secret lies, and whether somebody has to be asked
// before it can sign, is hidden behind open.
type Key struct {
	// Name is what people call it: its path, or its comment in ssh-agent.
	Name string
	// Public is the public half; nil where only opening tells it.
	Public crypto.PublicKey

	open func(ctx context.Context) (crypto.Signer, error)
}

// KeySource gives the keys to log in with. It is asked when a server wants a signature, and not before: nobody is
// asked for a passphrase in vain. Its methods may be called from any goroutine.
type KeySource interface {
	// Keys lists the keys in the order in which they are to be tried, none of them opened. Errors are of kind auth;
	// ctx bounds it.
	Keys(ctx context.Context) ([]Key, error)
}

// Passphrase asks for the passphrase of a key. try counts the questions about it from 1: from 2 on the last answer was
// wrong. An error ends the questions and is what the login fails with.
type Passphrase func(ctx context.Context, key string, try int) ([]byte, error)

// SignerKey is a source of one key that is at hand.
func SignerKey(name string, signer crypto.Signer) KeySource {
	return oneKey{signerKey(name, signer)}
}

func signerKey(name string, signer crypto.Signer) Key {
	return Key{Name: name, Public: signer.Public(), open: func(context.Context) (crypto.Signer, error) { return signer, nil }}
}

// oneKey is a source of a key that is known already.
type oneKey struct{ key Key }

func (o oneKey) Keys(context.Context) ([]Key, error) { return []Key{o.key}, nil }

// Open makes the key ready to sign, which may ask for its passphrase. Errors are of kind auth, or cancelled when ctx
// ended first.
func (k Key) Open(ctx context.Context) (crypto.Signer, error) {
	if k.Public != nil {
		if err := suitable(k.Name, k.Public); err != nil {
			return nil, err
		}
	}
	signer, err := k.open(ctx)
	if err != nil {
		return nil, err
	}
	return signer, suitable(k.Name, signer.Public())
}

// String is the name and, where it is known, the fingerprint as ssh-add prints it.
func (k Key) String() string {
	if public, err := ssh.NewPublicKey(k.Public); err == nil {
		return k.Name + " (" + ssh.FingerprintSHA256(public) + ")"
	}
	return k.Name
}

// same says whether two keys are halves of the same secret.
func (k Key) same(public crypto.PublicKey) bool {
	comparable, ok := k.Public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && public != nil && comparable.Equal(public)
}

// minRSABits is the size below which servers refuse an RSA key.
const minRSABits = 2048

// suitable refuses the keys that no Pie server takes, before anything is signed with them.
func suitable(name string, public crypto.PublicKey) error {
	const otherKey = "use an Ed25519 key (ssh-keygen -t ed25519), RSA of 2048 bits or more, or ECDSA on P-256 or P-384"
	refuse := func(why string) error {
		return authError(fmt.Sprintf("the key %s cannot be used: %s", name, why), "", otherKey)
	}
	switch key := public.(type) {
	case ed25519.PublicKey:
		return nil
	case *rsa.PublicKey:
		if n := key.N.BitLen(); n < minRSABits {
			return refuse(fmt.Sprintf("RSA of %d bits is too weak for Pie servers, which want %d", n, minRSABits))
		}
		return nil
	case *ecdsa.PublicKey:
		if bits := key.Curve.Params().BitSize; bits != 256 && bits != 384 {
			return refuse("Pie servers do not take ECDSA on " + key.Curve.Params().Name)
		}
		return nil
	case *dsa.PrivateKey:
		return refuse("Pie servers do not take DSA")
	case unknownKey:
		return refuse("Pie servers do not take keys of the kind " + string(key))
	}
	return refuse(fmt.Sprintf("Pie servers do not take keys of its kind (%T)", public))
}

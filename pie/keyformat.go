package pie

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"

	"golang.org/x/crypto/ssh"
)

// keyFile is the text of a private key, read as far as it goes without a passphrase.
type keyFile struct {
	name   string
	block  *pem.Block
	locked bool             // it needs a passphrase
	signer crypto.Signer    // unless locked
	public crypto.PublicKey // nil: the passphrase tells
}

const (
	errPassphrase = internal("wrong passphrase")

	openSSHBlock   = "OPENSSH PRIVATE KEY"
	encryptedBlock = "ENCRYPTED PRIVATE KEY" // PKCS#8
)

// parseKeyFile reads a private key in any of the formats of ssh-keygen and openssl.
func parseKeyFile(name string, text []byte) (keyFile, error) {
	f := keyFile{name: name, block: privateBlock(text)}
	if f.block == nil {
		return f, notPrivate(name, text)
	}
	if f.block.Type == encryptedBlock {
		f.locked = true
		return f, nil
	}
	if f.block.Type == openSSHBlock {
		if f.public = openSSHPublic(f.block.Bytes); f.public != nil {
			if err := suitable(name, f.public); err != nil {
				return f, err
			}
		}
	}
	raw, err := ssh.ParseRawPrivateKey(pem.EncodeToMemory(f.block))
	var missing *ssh.PassphraseMissingError
	if errors.As(err, &missing) {
		f.locked = true
		return f, nil
	}
	f.signer, err = f.asSigner(raw, err)
	return f, err
}

// unlock opens a key with its passphrase; errPassphrase if that is not it.
func (f *keyFile) unlock(passphrase []byte) (crypto.Signer, error) {
	if f.block.Type == encryptedBlock {
		return f.asSigner(decryptPKCS8(f.block.Bytes, passphrase))
	}
	return f.asSigner(ssh.ParseRawPrivateKeyWithPassphrase(pem.EncodeToMemory(f.block), passphrase))
}

func (f *keyFile) asSigner(raw any, err error) (crypto.Signer, error) {
	if errors.Is(err, x509.IncorrectPasswordError) || errors.Is(err, errPassphrase) {
		return nil, errPassphrase
	}
	if err != nil {
		return nil, keyTrouble(f.name, "it is damaged, or of a format or cipher that is not known", "ssh-keygen -p -f FILE writes it anew", err)
	}
	if pointer, ok := raw.(*ed25519.PrivateKey); ok {
		raw = *pointer
	}
	signer, ok := raw.(crypto.Signer)
	if !ok {
		return nil, suitable(f.name, raw)
	}
	return signer, nil
}

// privateBlock is the first private key among the PEM blocks of a text, which may have parameters before it.
func privateBlock(text []byte) *pem.Block {
	for {
		block, rest := pem.Decode(text)
		if block == nil || strings.HasSuffix(block.Type, "PRIVATE KEY") {
			return block
		}
		text = rest
	}
}

// notPrivate says what a text is that is no private key.
func notPrivate(name string, text []byte) error {
	text = bytes.TrimSpace(text)
	switch {
	case len(text) == 0:
		return keyTrouble(name, "it is empty", "", nil)
	case bytes.HasPrefix(text, []byte("PuTTY-User-Key-File")):
		return keyTrouble(name, "it is in PuTTY's format", "export it from PuTTYgen as an OpenSSH key", nil)
	case bytes.Contains(text, []byte("PUBLIC KEY----")), isPublicLine(text):
		hint := "name the private half"
		if private, found := strings.CutSuffix(name, ".pub"); found {
			hint += ": " + private
		}
		return keyTrouble(name, "it is the public half", hint, nil)
	}
	return keyTrouble(name, "it has no private key in it", "a private key begins with -----BEGIN … PRIVATE KEY-----", nil)
}

func isPublicLine(text []byte) bool {
	_, _, _, _, err := ssh.ParseAuthorizedKey(text)
	return err == nil
}

// openSSHPublic reads the public half that OpenSSH keeps readable beside the secret: an unknownKey where it is of a kind
// that is not known here, nil if there is none.
func openSSHPublic(container []byte) crypto.PublicKey {
	var head struct {
		Cipher, KDF, Options string
		N                    uint32
		Public               []byte
		Rest                 []byte `ssh:"rest"`
	}
	rest, found := bytes.CutPrefix(container, []byte("openssh-key-v1\x00"))
	if !found || ssh.Unmarshal(rest, &head) != nil {
		return nil
	}
	return sshPublic(head.Public)
}

// sshPublic reads a public key as SSH writes them.
func sshPublic(blob []byte) crypto.PublicKey {
	var first struct {
		Kind string
		Rest []byte `ssh:"rest"`
	}
	if ssh.Unmarshal(blob, &first) != nil {
		return nil
	}
	key, err := ssh.ParsePublicKey(blob)
	if c, ok := key.(ssh.CryptoPublicKey); err == nil && ok && plainKinds[first.Kind] {
		return c.CryptoPublicKey()
	}
	return unknownKey(first.Kind)
}

// plainKinds are keys that sign what they are given; those on security tokens (sk-…) sign something around it.
var plainKinds = map[string]bool{
	ssh.KeyAlgoED25519: true, ssh.KeyAlgoRSA: true, ssh.KeyAlgoECDSA256: true, ssh.KeyAlgoECDSA384: true,
	ssh.KeyAlgoECDSA521: true,
}

// unknownKey is the name of a kind of key that is not known here.
type unknownKey string

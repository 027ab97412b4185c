package engine

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"golang.org/x/crypto/ssh"
)

// ParseUsers reads the text of an authorized_users.toml for Login.Users: a table [users.NAME.keys] for each user, with
// public keys by name, each an OpenSSH line, a PKCS#8 PEM block or, of RSA, a PKCS#1 PEM block. As on released servers
// one bad key is an error for the whole text, which names it.
func ParseUsers(text string) (map[string][]crypto.PublicKey, error) {
	var file struct {
		Users map[string]struct {
			Keys map[string]string `toml:"keys"`
		} `toml:"users"`
	}
	read, err := toml.Decode(text, &file)
	if err != nil {
		return nil, err
	}
	if kind := read.Type("users"); kind != "" && kind != "Hash" { // "" is a table, or nobody at all
		return nil, errors.New("there is no table [users.NAME.keys] in it")
	}
	users := make(map[string][]crypto.PublicKey, len(file.Users))
	for user, entry := range file.Users {
		users[user] = []crypto.PublicKey{}
		for _, name := range sortedNames(entry.Keys) {
			key, err := parsePublic(entry.Keys[name])
			if err != nil {
				return nil, fmt.Errorf("the key %q of user %q: %w", name, user, err)
			}
			users[user] = append(users[user], key)
		}
	}
	return users, nil
}

func sortedNames(keys map[string]string) []string {
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// parsePublic reads one public key and refuses those that nobody may log in with.
func parsePublic(text string) (crypto.PublicKey, error) {
	key, err := readPublic(strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case ed25519.PublicKey:
		return key, nil
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSABits {
			return nil, fmt.Errorf("RSA key is too weak: %d bits (minimum required: %d bits)", bits, minRSABits)
		}
		return key, nil
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() && key.Curve != elliptic.P384() {
			return nil, fmt.Errorf("ECDSA on %s is not taken (P-256 and P-384 are)", key.Curve.Params().Name)
		}
		return key, nil
	}
	return nil, errors.New("it is of a kind that is not taken (Ed25519, RSA and ECDSA are)")
}

func readPublic(text string) (crypto.PublicKey, error) {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		switch block.Type {
		case "PUBLIC KEY":
			return x509.ParsePKIXPublicKey(block.Bytes)
		case "RSA PUBLIC KEY":
			return x509.ParsePKCS1PublicKey(block.Bytes)
		}
		return nil, fmt.Errorf("a PEM block of type %q is no public key", block.Type)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil {
		return nil, errors.New("it is neither an OpenSSH public key nor a PEM block")
	}
	if plain, ok := key.(ssh.CryptoPublicKey); ok && !strings.HasPrefix(key.Type(), "sk-") {
		return plain.CryptoPublicKey(), nil
	}
	return nil, fmt.Errorf("keys of the kind %s are not taken", key.Type())
}

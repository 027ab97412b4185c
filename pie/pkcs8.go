package pie

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // what older files were derived with
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"hash"

	"golang.org/x/crypto/scrypt"
)

// A PKCS#8 file with a passphrase says how the key was made from it and how the secret is enciphered (RFC 8018, PBES2).
// The standard library reads only the ones without; this reads what openssl and ssh-keygen write: PBKDF2 or scrypt, and
// AES in CBC mode.

type pkcs8Envelope struct {
	How    pkix.AlgorithmIdentifier
	Secret []byte
}

type pbes2Parameters struct{ Derive, Encipher pkix.AlgorithmIdentifier }

type pbkdf2Parameters struct {
	Salt   []byte
	Rounds int
	Length int                      `asn1:"optional"`
	Hash   pkix.AlgorithmIdentifier `asn1:"optional"`
}

type scryptParameters struct {
	Salt    []byte
	N, R, P int
	Length  int `asn1:"optional"`
}

// Bounds of what a file may ask us to compute.
const (
	maxRounds       = 50_000_000
	maxScryptMemory = 1 << 30 // bytes
)

// Object identifiers, as text.
const (
	oidPBES2  = "1.2.840.113549.1.5.13"
	oidPBKDF2 = "1.2.840.113549.1.5.12"
	oidScrypt = "1.3.6.1.4.1.11591.4.11"
)

// aesKeySizes are the ciphers, by object identifier: AES-128, 192 and 256 in CBC mode.
var aesKeySizes = map[string]int{
	"2.16.840.1.101.3.4.1.2": 16, "2.16.840.1.101.3.4.1.22": 24, "2.16.840.1.101.3.4.1.42": 32,
}

// pbkdf2Hashes are the hashes of HMAC, by object identifier; none named is SHA-1.
var pbkdf2Hashes = map[string]func() hash.Hash{
	"": sha1.New, "1.2.840.113549.2.7": sha1.New, "1.2.840.113549.2.8": sha256.New224, "1.2.840.113549.2.9": sha256.New,
	"1.2.840.113549.2.10": sha512.New384, "1.2.840.113549.2.11": sha512.New,
}

const errCipher = internal("its cipher is not known: openssl pkcs8 -topk8 -v2 aes-256-cbc writes one that is")

// decryptPKCS8 opens the DER bytes of an enciphered PKCS#8 key; errPassphrase if that is not it.
func decryptPKCS8(der, passphrase []byte) (any, error) {
	var envelope pkcs8Envelope
	var how pbes2Parameters
	if err := unmarshalAll(der, &envelope); err != nil {
		return nil, err
	}
	if envelope.How.Algorithm.String() != oidPBES2 {
		return nil, errCipher
	}
	if err := unmarshalAll(envelope.How.Parameters.FullBytes, &how); err != nil {
		return nil, err
	}
	size, known := aesKeySizes[how.Encipher.Algorithm.String()]
	if !known {
		return nil, errCipher
	}
	key, err := deriveKey(how.Derive, passphrase, size)
	if err != nil {
		return nil, err
	}
	plain, err := decryptCBC(key, how.Encipher.Parameters.FullBytes, envelope.Secret)
	if err != nil {
		return nil, err
	}
	private, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, errPassphrase // the padding was right by chance
	}
	return private, nil
}

func deriveKey(how pkix.AlgorithmIdentifier, passphrase []byte, size int) ([]byte, error) {
	switch how.Algorithm.String() {
	case oidPBKDF2:
		var p pbkdf2Parameters
		if err := unmarshalAll(how.Parameters.FullBytes, &p); err != nil {
			return nil, err
		}
		newHash := pbkdf2Hashes[p.Hash.Algorithm.String()]
		if newHash == nil || p.Rounds < 1 || p.Rounds > maxRounds {
			return nil, errCipher
		}
		return pbkdf2.Key(newHash, string(passphrase), p.Salt, p.Rounds, size)
	case oidScrypt:
		var p scryptParameters
		if err := unmarshalAll(how.Parameters.FullBytes, &p); err != nil {
			return nil, err
		}
		if p.N < 2 || p.R < 1 || p.P < 1 || p.P > 64 || p.N > maxScryptMemory/128/p.R {
			return nil, errCipher
		}
		return scrypt.Key(passphrase, p.Salt, p.N, p.R, p.P, size)
	}
	return nil, errCipher
}

// decryptCBC deciphers and takes the padding off.
func decryptCBC(key, parameters, secret []byte) ([]byte, error) {
	var start []byte
	if err := unmarshalAll(parameters, &start); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if len(start) != aes.BlockSize || len(secret) == 0 || len(secret)%aes.BlockSize != 0 {
		return nil, errors.New("the enciphered part is damaged")
	}
	plain := make([]byte, len(secret))
	cipher.NewCBCDecrypter(block, start).CryptBlocks(plain, secret)
	n := int(plain[len(plain)-1])
	if n < 1 || n > aes.BlockSize || !bytes.HasSuffix(plain, bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, errPassphrase
	}
	return plain[:len(plain)-n], nil
}

func unmarshalAll(der []byte, into any) error {
	rest, err := asn1.Unmarshal(der, into)
	if err == nil && len(rest) > 0 {
		err = errors.New("there is more than a key in it")
	}
	return err
}

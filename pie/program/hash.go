package program

import (
	"encoding/hex"

	"github.com/zeebo/blake3"
)

// hashDigits is the length of a hash as text: 32 bytes in hex.
const hashDigits = 64

// Hash is the BLAKE3 of b as 64 lower-case hex digits: how every server names bytes.
func Hash(b []byte) string {
	sum := blake3.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func isHash(s string) bool {
	if len(s) != hashDigits {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

package program

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/zeebo/blake3"
)

// Synthesize is the text of a minimal manifest, for bytes that came without one. An empty language leaves out the
// [runtime] section, which is for programs installed from source; an empty entry is then "main".
func Synthesize(name, version, language, entry string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[package]\nname = %s\nversion = %s\n", tomlString(name), tomlString(version))
	if language != "" {
		if entry == "" {
			entry = "main"
		}
		fmt.Fprintf(&b, "\n[runtime]\nlanguage = %s\nentry = %s\n", tomlString(language), tomlString(entry))
	}
	return b.String()
}

// HashVersion is a version made from b: equal bytes have equal versions, and a changed build gets a new one. Servers
// from 0.3 on keep an installed name@version and report success, so a fixed version would run the old code for ever.
// The form 0.A.B with A and B from the first 32 bits of the hash is the one that Pie's own JavaScript client uses.
func HashVersion(b []byte) string {
	sum := blake3.Sum256(b)
	digits := hex.EncodeToString(sum[:4])
	major, _ := strconv.ParseUint(digits[:4], 16, 32)
	minor, _ := strconv.ParseUint(digits[4:], 16, 32)
	return fmt.Sprintf("0.%d.%d", major, minor)
}

// tomlString quotes s as a TOML basic string.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

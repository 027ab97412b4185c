package program

import (
	"errors"
	"fmt"
	"strings"
)

// ErrName is wrapped by every error about the form of a name, a version or a hash.
var ErrName = errors.New("bad program name")

// maxName bounds each part of a reference in bytes; servers use them as file names.
const maxName = 128

// Ref names a program: by name, by name and version, or by the hash of its bytes. The zero value names nothing.
//
// Namespace is "" unless it was written; only the instance-0.2 generation has namespaces. Version "" or "latest"
// means the newest. Hash is BLAKE3 as 64 lower-case hex digits; a Ref may carry it alone.
type Ref struct{ Namespace, Name, Version, Hash string }

// ParseRef reads "name", "name@version", "namespace/name", "namespace/name@version", each with "#hash" behind it if
// need be, or a bare hash. It is lenient about versions, which old servers are too; [CheckName] has the strict rule.
func ParseRef(s string) (Ref, error) {
	if isHash(s) {
		return Ref{Hash: s}, nil
	}
	rest, hash, hashed := strings.Cut(s, "#")
	if hashed && !isHash(hash) {
		return Ref{}, fmt.Errorf("%w %q: what follows # is the 64 hex digits of a hash", ErrName, s)
	}
	name, version, versioned := strings.Cut(rest, "@")
	ref := Ref{Name: name, Version: version, Hash: hash}
	if before, after, found := strings.Cut(name, "/"); found {
		ref.Namespace, ref.Name = before, after
		if !isIdentifier(before) {
			return Ref{}, badName(s)
		}
	}
	if !isIdentifier(ref.Name) {
		return Ref{}, badName(s)
	}
	if versioned && !isVersion(version) {
		return Ref{}, fmt.Errorf("%w %q: %q is no version; write name@1.2.3, or the name alone for the newest", ErrName, s, version)
	}
	return ref, nil
}

// String is the form that ParseRef reads.
func (r Ref) String() string {
	if r.Name == "" {
		return r.Hash
	}
	s := r.Name
	if r.Namespace != "" {
		s = r.Namespace + "/" + s
	}
	if r.Version != "" {
		s += "@" + r.Version
	}
	if r.Hash != "" {
		s += "#" + r.Hash
	}
	return s
}

// Newest says whether no particular version was asked for.
func (r Ref) Newest() bool { return r.Version == "" || r.Version == "latest" }

// CheckName applies the rule of generations from process-0.3 on: a name of letters, digits, "_" and "-" that begins
// with a letter or a digit, and a version of three numbers. An empty version is not accepted. What breaks the rule
// can be uploaded to those servers and is never launched, so it is refused before it is sent.
func CheckName(name, version string) error {
	if !isIdentifier(name) {
		return badName(name)
	}
	if !isTriple(version) {
		return fmt.Errorf("%w %q: the version has to be three numbers, as in %s@0.1.0", ErrName, name+"@"+version, name)
	}
	return nil
}

func badName(s string) error {
	if s == "" {
		return fmt.Errorf("%w: it is empty", ErrName)
	}
	return fmt.Errorf("%w %s: a name is letters, digits, _ and -, and begins with a letter or a digit; a version follows as @1.2.3", ErrName, quoted(s))
}

// quoted keeps an overlong or unprintable name from filling the terminal.
func quoted(s string) string {
	if len(s) > maxName {
		s = s[:maxName] + "…"
	}
	return fmt.Sprintf("%q", s)
}

func isIdentifier(s string) bool {
	if s == "" || len(s) > maxName || !isAlphanumeric(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && s[i] != '_' && s[i] != '-' {
			return false
		}
	}
	return true
}

// isVersion accepts whatever cannot leave a folder or an URL's path segment.
func isVersion(s string) bool {
	if s == "" || len(s) > maxName || !isAlphanumeric(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && !strings.ContainsRune("._+-", rune(s[i])) {
			return false
		}
	}
	return true
}

func isTriple(s string) bool {
	if strings.Count(s, ".") != 2 || len(s) > maxName {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if !isDigits(part) {
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

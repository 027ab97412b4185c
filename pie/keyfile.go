package pie

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// maxKeyFile is more than any key file is long, in bytes.
const maxKeyFile = 1 << 20

// KeyFile is the private key in a file: OpenSSH's own format, or PEM as PKCS#8, PKCS#1 or SEC1, each also with a
// passphrase, which ask is asked for when the key is needed (nil: such a key is refused). A path that begins with ~/ is
// in the home folder. The file is read at once, and errors, of kind auth, tell what is wrong with it; others than its
// owner must not be able to read it.
func KeyFile(path string, ask Passphrase) (KeySource, error) {
	text, err := readSecret(expandHome(path))
	if err != nil {
		return nil, err
	}
	return keyText(path, text, ask)
}

// KeyText is KeyFile with the text of the file in place of its path.
func KeyText(text string, ask Passphrase) (KeySource, error) {
	return keyText("that was given as text", []byte(text), ask)
}

func keyText(name string, text []byte, ask Passphrase) (KeySource, error) {
	f, err := parseKeyFile(name, text)
	if err != nil {
		return nil, err
	}
	if !f.locked {
		return SignerKey(name, f.signer), suitable(name, f.signer.Public())
	}
	if f.public != nil {
		if err := suitable(name, f.public); err != nil {
			return nil, err
		}
	}
	l := &lockedKey{file: f, ask: ask, asking: newLock()}
	return oneKey{Key{Name: name, Public: f.public, open: l.open}}, nil
}

// usualNames are the keys that are tried when none is named, in this order.
var usualNames = [...]string{"id_ed25519", "id_rsa", "id_ecdsa"}

// UsualKeys are the keys that a folder, ~/.ssh as a rule, has under their usual names. They are looked for when a
// server wants a signature; those that are not there are none.
func UsualKeys(folder string, ask Passphrase) KeySource {
	f := &lateFiles{ask: ask, optional: true, read: map[string]KeySource{}}
	for _, name := range usualNames {
		f.paths = append(f.paths, filepath.Join(folder, name))
	}
	return f
}

// LateKeyFile is KeyFile for a path that may be wrong as long as no server wants a signature: it is read only then.
func LateKeyFile(path string, ask Passphrase) KeySource {
	return &lateFiles{paths: []string{path}, ask: ask, read: map[string]KeySource{}}
}

// lateFiles are key files that are read when they are needed. What was read is kept, since it may have been unlocked.
type lateFiles struct {
	paths    []string
	optional bool // they need not be there
	ask      Passphrase

	mu   sync.Mutex
	read map[string]KeySource
}

func (f *lateFiles) Keys(ctx context.Context) ([]Key, error) {
	var keys []Key
	var troubles []error
	for _, path := range f.paths {
		source, err := f.file(path)
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		found, _ := source.Keys(ctx) // a file gives its keys without asking anybody
		keys = append(keys, found...)
	}
	if len(keys) == 0 {
		return nil, errors.Join(troubles...)
	}
	return keys, nil
}

func (f *lateFiles) file(path string) (KeySource, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if source := f.read[path]; source != nil {
		return source, nil
	}
	if _, err := os.Stat(expandHome(path)); f.optional && errors.Is(err, fs.ErrNotExist) {
		return noKeys{}, nil
	}
	source, err := KeyFile(path, f.ask)
	if err == nil {
		f.read[path] = source
	}
	return source, err
}

// noKeys is a source without keys.
type noKeys struct{}

func (noKeys) Keys(context.Context) ([]Key, error) { return nil, nil }

// readSecret reads a private key's file, which only its owner may read. What the file is comes first: the mode of one
// that is no private key is nobody's trouble.
func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, keyTrouble(path, "it cannot be read", "name the file of your private key", reason(err))
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, keyTrouble(path, "it cannot be read", "", reason(err))
	case info.IsDir():
		return nil, keyTrouble(path, "it is a folder", "name the file in it, such as "+filepath.Join(path, usualNames[0]), nil)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	switch {
	case err != nil:
		return nil, keyTrouble(path, "it cannot be read", "", reason(err))
	case privateBlock(text) == nil:
		return nil, notPrivate(path, text)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, keyTrouble(path, fmt.Sprintf("others may read it (mode %04o)", info.Mode().Perm()), "chmod 600 "+path, nil)
	}
	return text, nil
}

// reason is what the system says, without the name of the call and the path.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func expandHome(path string) string {
	rest, found := strings.CutPrefix(path, "~/")
	if home, err := os.UserHomeDir(); found && err == nil {
		return filepath.Join(home, rest)
	}
	return path
}

// keyTrouble says why a key is of no use.
func keyTrouble(name, why, hint string, err error) error {
	return &Error{Kind: KindAuth, Op: "login", Message: fmt.Sprintf("the key %s cannot be used: %s", name, why), Hint: hint, Err: err}
}

// lockedKey is a key that needs a passphrase. Once opened it stays so.
type lockedKey struct {
	file   keyFile
	ask    Passphrase
	asking lock // held by who asks, so that people are asked once for all who wait
	signer crypto.Signer
}

// passphraseTries is how often people may mistype.
const passphraseTries = 3

func (l *lockedKey) open(ctx context.Context) (crypto.Signer, error) {
	if err := l.asking.acquire(ctx); err != nil {
		return nil, err
	}
	defer l.asking.release()
	if l.signer != nil {
		return l.signer, nil
	}
	if l.ask == nil {
		return nil, keyTrouble(l.file.name, "it has a passphrase, and nobody can be asked for it", "add it to ssh-agent: ssh-add "+l.file.name, nil)
	}
	for try := 1; try <= passphraseTries; try++ {
		if err := l.try(ctx, try); !errors.Is(err, errPassphrase) {
			return l.signer, err
		}
	}
	return nil, keyTrouble(l.file.name, "the passphrase is wrong", "", nil)
}

// try asks once.
func (l *lockedKey) try(ctx context.Context, n int) error {
	passphrase, err := l.ask(ctx, l.file.name, n)
	switch {
	case ctx.Err() != nil:
		return contextError(ctx, "login")
	case err != nil:
		return keyTrouble(l.file.name, "it has a passphrase", "", err)
	}
	l.signer, err = l.file.unlock(passphrase)
	clear(passphrase)
	return err
}

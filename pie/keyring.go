package pie

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"strings"
)

// keyring are the keys of a client. Guarded by Client.mu.
type keyring struct {
	sources []KeySource
	current *openKey // answers challenges; nil: none has been needed yet
}

// openKey is a key that can sign.
type openKey struct {
	Key
	signer crypto.Signer
}

// newKeyring holds the keys of a configuration; a signer that is at hand comes first.
func newKeyring(cfg Config) keyring {
	r := keyring{sources: cfg.Keys}
	if cfg.Signer != nil {
		r.current = &openKey{signerKey("that was given", cfg.Signer), cfg.Signer}
	}
	return r
}

// maxKeys is how many keys a server is shown before we give up: each costs a login.
const maxKeys = 20

// keyWanted is a login that needs a key, or another one.
type keyWanted struct {
	said  *Error   // what to show when there is no other key
	tried *openKey // the server did not accept it; nil: there was none
}

func (k *keyWanted) Error() string { return k.said.Error() }

func (k *keyWanted) Unwrap() error { return k.said }

// enter opens a link, with one key after the other until the server takes one. People may be asked for passphrases
// between the attempts: neither a connection nor a deadline of ours waits for them.
func (c *Client) enter(ctx context.Context) (*link, error) {
	var t trial
	for {
		l, err := c.open(ctx)
		var wanted *keyWanted
		if err == nil {
			return l, c.announceAll(ctx, l)
		}
		if !errors.As(err, &wanted) {
			return nil, err
		}
		key, err := t.next(ctx, c, wanted)
		if err != nil {
			return nil, err
		}
		c.useKey(key)
	}
}

func (c *Client) useKey(key *openKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys.current = key
}

// key is what challenges are answered with now.
func (c *Client) key() *openKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keys.current
}

// trial is the search for a key that a server takes.
type trial struct {
	begun    bool
	left     []KeySource
	listed   []Key
	refused  []Key
	troubles []error
}

// next opens the next key, or says how the search ended.
func (t *trial) next(ctx context.Context, c *Client, wanted *keyWanted) (*openKey, error) {
	if !t.begun {
		t.begun = true
		c.mu.Lock()
		t.left = c.keys.sources
		c.mu.Unlock()
	}
	if wanted.tried != nil {
		t.refused = append(t.refused, wanted.tried.Key)
	}
	for len(t.refused) < maxKeys && t.more(ctx) {
		key := t.listed[0]
		t.listed = t.listed[1:]
		if t.known(key) {
			continue
		}
		signer, err := key.Open(ctx)
		if err == nil {
			key.Public = signer.Public()
			return &openKey{key, signer}, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		t.troubles = append(t.troubles, err)
	}
	if ctx.Err() != nil {
		return nil, contextError(ctx, "login")
	}
	return nil, t.outcome(c.who(), wanted.said)
}

// more makes sure that there is a listed key; false when there are none left.
func (t *trial) more(ctx context.Context) bool {
	for len(t.listed) == 0 && len(t.left) > 0 && ctx.Err() == nil {
		keys, err := t.left[0].Keys(ctx)
		if err != nil {
			t.troubles = append(t.troubles, err)
		}
		t.listed, t.left = keys, t.left[1:]
	}
	return len(t.listed) > 0 && ctx.Err() == nil
}

// known says whether the server has refused the key already, under another name.
func (t *trial) known(key Key) bool {
	for _, r := range t.refused {
		if key.same(r.Public) {
			return true
		}
	}
	return false
}

// outcome is why no key let the user in: last is what the login said last.
func (t *trial) outcome(user string, last *Error) error {
	e := *last
	if len(t.refused) == 0 && len(t.troubles) == 1 {
		return with(t.troubles[0], "login", "")
	}
	if n := len(t.refused); n > 1 {
		names := make([]string, n)
		for i, key := range t.refused {
			names[i] = key.String()
		}
		e.Message = fmt.Sprintf("the server accepted none of %d keys for user %q: %s", n, user, strings.Join(names, ", "))
	}
	for _, trouble := range t.troubles {
		e.Message += "; " + trouble.Error()
	}
	return &e
}

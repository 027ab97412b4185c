package pie

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/pierun/pierun/pie/wire"
)

// challengeSize is how many random bytes a server gives to sign.
const challengeSize = 48

// login says who we are, in the way of the link's dialect.
func (c *Client) login(ctx context.Context, l *link) error {
	switch {
	case c.cfg.Token != "" && l.dialect.Features.LoginCommand != wire.NoCommand:
		return l.loginToken(ctx, c.cfg.Token, c.who())
	case l.dialect.Features.LoginCommand == wire.Token:
		return l.loginToken(ctx, "", c.who())
	case l.dialect.Features.LoginCommand == wire.Identify:
		a := l.do(ctx, &wire.Command{Kind: wire.Identify, User: c.who()}, &request{op: "login"}, c.cfg.RequestTimeout)
		return l.loginAnswer(ctx, a)
	}
	return nil
}

// loginAnswerOrToken goes on after identifying: a token, where there is one, is tried instead of a signature.
func (l *link) loginAnswerOrToken(ctx context.Context, a reply) error {
	if l.c.cfg.Token != "" && l.dialect.Features.LoginCommand != wire.NoCommand {
		return l.loginToken(ctx, l.c.cfg.Token, l.c.who())
	}
	return l.loginAnswer(ctx, a)
}

// who is the user name to log in with.
func (c *Client) who() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.user
}

func (l *link) loginToken(ctx context.Context, token, user string) error {
	a := l.do(ctx, &wire.Command{Kind: wire.Token, Token: token, User: user}, &request{op: "login"}, l.c.cfg.RequestTimeout)
	if a.err != nil || a.ok {
		return a.err
	}
	return authError("the server did not accept the token", a.text, "")
}

// loginAnswer finishes what identifying began: the answer may be a challenge.
func (l *link) loginAnswer(ctx context.Context, a reply) error {
	switch {
	case a.err != nil:
		return a.err
	case !a.ok:
		return authError(fmt.Sprintf("the server does not let user %q in", l.c.who()), a.text,
			"give the user name that the server knows")
	}
	challenge, is := challengeOf(a.text)
	if !is {
		return nil
	}
	return l.prove(ctx, challenge)
}

// challengeOf tells a challenge from the words of a finished login.
func challengeOf(text string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(text)
	return b, err == nil && len(b) == challengeSize
}

func (l *link) prove(ctx context.Context, challenge []byte) error {
	signer := l.c.cfg.Signer
	if signer == nil {
		return authError(fmt.Sprintf("the server wants user %q to sign in with a key, and none was given", l.c.who()), "",
			"give the private key whose public half the server has for this user")
	}
	signature, err := sign(signer, challenge)
	if err != nil {
		return err
	}
	cmd := &wire.Command{Kind: wire.Prove, Signature: base64.StdEncoding.EncodeToString(signature)}
	a := l.do(ctx, cmd, &request{op: "login"}, l.c.cfg.RequestTimeout)
	if a.err != nil || a.ok {
		return a.err
	}
	return authError(fmt.Sprintf("the server did not accept the key of user %q", l.c.who()), a.text,
		"is it the key whose public half the server has for this user?")
}

// sign makes the signature that the servers verify for the kind of key.
func sign(signer crypto.Signer, challenge []byte) ([]byte, error) {
	var digest []byte
	var opts crypto.SignerOpts
	switch key := signer.Public().(type) {
	case ed25519.PublicKey:
		digest, opts = challenge, crypto.Hash(0)
	case *rsa.PublicKey:
		if n := key.N.BitLen(); n < 2048 {
			return nil, authError(fmt.Sprintf("an RSA key of %d bits is too weak for the server", n), "", "use one of 2048 bits or more, or Ed25519")
		}
		sum := sha256.Sum256(challenge)
		digest, opts = sum[:], crypto.SHA256
	case *ecdsa.PublicKey:
		digest, opts = ecdsaDigest(key, challenge)
	}
	if digest == nil {
		return nil, authError("the server does not take keys of this kind", "", "use Ed25519, RSA, or ECDSA on P-256 or P-384")
	}
	signature, err := signer.Sign(rand.Reader, digest, opts)
	if err != nil {
		return nil, &Error{Kind: KindAuth, Op: "login", Message: "the key could not sign", Err: err}
	}
	return signature, nil
}

func ecdsaDigest(key *ecdsa.PublicKey, challenge []byte) ([]byte, crypto.SignerOpts) {
	switch key.Curve.Params().BitSize {
	case 256:
		sum := sha256.Sum256(challenge)
		return sum[:], crypto.SHA256
	case 384:
		sum := sha512.Sum384(challenge)
		return sum[:], crypto.SHA384
	}
	return nil, nil
}

func authError(message, server, hint string) *Error {
	return &Error{Kind: KindAuth, Op: "login", Message: message, Server: server, Hint: hint}
}

// Login makes user the owner of what follows. For the user who is logged in already it does nothing. For another one
// the client connects again, which is refused with kind usage once something was launched: its owner would change.
func (c *Client) Login(ctx context.Context, user string) error {
	if user == "" || strings.TrimSpace(user) != user {
		return &Error{Kind: KindUsage, Op: "login", Message: fmt.Sprintf("%q is no user name", user)}
	}
	c.mu.Lock()
	same, launched := user == c.user, c.launches > 0
	c.mu.Unlock()
	switch {
	case same:
		return nil
	case launched:
		return &Error{Kind: KindUsage, Op: "login", Message: "the user cannot change after something was launched",
			Hint: "log in first, or connect a second client"}
	}
	return c.relogin(ctx, user)
}

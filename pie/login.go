package pie

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/pierun/pierun/pie/wire"
)

// tokenHint is where tokens come from.
const tokenHint = "give the token that the server prints at its start; each start has its own"

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
	return authError("the server did not accept the token", a.text, tokenHint)
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
	key := l.c.key()
	if key == nil {
		return &keyWanted{said: authError(fmt.Sprintf("the server wants user %q to sign in with a key, and there is none", l.c.who()), "",
			"give the private key whose public half the server has for this user")}
	}
	signature, err := sign(ctx, key.signer, challenge)
	if e := (*Error)(nil); errors.As(err, &e) && e.Kind == KindAuth {
		return &keyWanted{said: e, tried: key}
	}
	if err != nil {
		return err
	}
	cmd := &wire.Command{Kind: wire.Prove, Signature: base64.StdEncoding.EncodeToString(signature)}
	a := l.do(ctx, cmd, &request{op: "login"}, l.c.cfg.RequestTimeout)
	if a.err != nil || a.ok {
		return a.err
	}
	refused := authError(fmt.Sprintf("the server did not accept the key %s for user %q", key, l.c.who()), a.text,
		"put its public half into the server's authorized_users.toml for this user, or give the key whose public half is there")
	return &keyWanted{said: refused, tried: key}
}

func authError(message, server, hint string) *Error {
	return &Error{Kind: KindAuth, Op: "login", Message: message, Server: server, Hint: hint}
}

// Login makes user the owner of what follows. For the user who is logged in already it does nothing. For another one
// the client connects again, which is refused with kind usage once something was launched: its owner would change.
// keys, where given, are tried from now on instead of those of the Config.
func (c *Client) Login(ctx context.Context, user string, keys ...KeySource) error {
	if user == "" || strings.TrimSpace(user) != user {
		return &Error{Kind: KindUsage, Op: "login", Message: fmt.Sprintf("%q is no user name", user)}
	}
	c.mu.Lock()
	same, launched, ring := user == c.user, c.launches > 0, c.keys
	c.mu.Unlock()
	switch {
	case same:
		return nil
	case launched:
		return &Error{Kind: KindUsage, Op: "login", Message: "the user cannot change after something was launched",
			Hint: "log in first, or connect a second client"}
	}
	if len(keys) > 0 {
		ring = keyring{sources: keys}
	}
	return c.relogin(ctx, user, ring)
}

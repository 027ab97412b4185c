package backendai

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// Login opens a session at the web server, in ModeSession; the cookie stays in the client. Calls log in by themselves
// when they have to, and once more where the web server has forgotten the login since.
func (c *Client) Login(ctx context.Context) error {
	if c.cfg.User == "" && c.cfg.Mode == ModeSession {
		return misuse("to log in by name needs a user and a password; with a token, log in by that")
	}
	return c.enter(ctx, call{op: "log in as " + c.cfg.User, path: "/server/login", body: encodeJSON(struct {
		User     string `json:"username"`
		Password string `json:"password"`
	}{c.cfg.User, c.cfg.Password})})
}

// TokenLogin is Login with the token of a single sign-on ("": Config.Token), which the site's authority has given out.
// name is what the web server calls it; "" is what they do unless told otherwise.
func (c *Client) TokenLogin(ctx context.Context, token, name string) error {
	body := map[string]string{}
	if token = orElse(token, c.cfg.Token); token != "" {
		body[orElse(name, "sToken")] = token
	}
	return c.enter(ctx, call{op: "log in with a token", path: "/server/token-login", body: encodeJSON(body)})
}

// logIn is the login that the configuration has the means for.
func (c *Client) logIn(ctx context.Context) error {
	if c.cfg.Token != "" {
		return c.TokenLogin(ctx, "", "")
	}
	return c.Login(ctx)
}

// enter makes the call of a login.
func (c *Client) enter(ctx context.Context, k call) error {
	if c.cfg.Mode != ModeSession {
		return misuse("login is for the SESSION mode; in API mode every request is signed")
	}
	k.method, k.unsigned, k.quiet = "POST", true, true
	a, err := c.send(ctx, k, nil)
	if err != nil {
		return err
	}
	in, err := authenticated(k, a)
	if err == nil && !in {
		err = refusedLogin(k, a)
	}
	if c.loggedIn.Store(err == nil); err == nil {
		c.logins.Add(1)
	}
	c.noteAccount(a)
	return err
}

// noteAccount keeps the access key that a login tells.
func (c *Client) noteAccount(a *answer) {
	var b struct {
		Data struct {
			AccessKey string `json:"access_key"`
		} `json:"data"`
	}
	if json.Unmarshal(a.body, &b) == nil && b.Data.AccessKey != "" {
		c.account.Store(&b.Data.AccessKey)
	}
}

func authenticated(k call, a *answer) (bool, error) {
	var b struct{ Authenticated *bool }
	if err := a.decode(k, &b); err != nil {
		return false, err
	}
	if b.Authenticated == nil {
		return false, a.unreadable(k, "is the endpoint a Backend.AI web server?", errors.New("the answer does not say whether the login was taken"))
	}
	return *b.Authenticated, nil
}

// refusedLogin is a 200 that says no.
func refusedLogin(k call, a *answer) error {
	var b struct {
		Data struct {
			Title   string `json:"title"`
			Details string `json:"details"`
		} `json:"data"`
	}
	_ = json.Unmarshal(a.body, &b)
	return &Error{Type: ErrServer, Op: k.op, Method: k.method, Path: k.path, Status: a.status, Reason: "OK", Problem: "auth-failed",
		Title: orElse(b.Data.Title, "the login was refused"), Msg: b.Data.Details, Hint: loginHint(k)}
}

func loginHint(k call) string {
	if strings.HasSuffix(k.path, "/token-login") {
		return "tokens live for a short time only: is it a fresh one, and does the site take any?"
	}
	return "check BACKEND_USER and BACKEND_PASSWORD"
}

// CheckLogin asks whether the cookie still holds.
func (c *Client) CheckLogin(ctx context.Context) (bool, error) {
	k := call{op: "check the login", method: "POST", path: "/server/login-check", unsigned: true, quiet: true}
	a, err := c.send(ctx, k, nil)
	if err != nil {
		return false, err
	}
	return authenticated(k, a)
}

// Logout ends the session at the web server.
func (c *Client) Logout(ctx context.Context) error {
	c.loggedIn.Store(false)
	c.manager.Store(nil) // the next call logs in again
	_, err := c.send(ctx, call{op: "log out", method: "POST", path: "/server/logout", body: []byte("{}"), unsigned: true, quiet: true}, nil)
	return err
}

// Keys is what Authorize gives.
type Keys struct {
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
	Role      string `json:"role"`
	Status    string `json:"status"`
}

// Authorize exchanges a name and a password for the user's main key pair. It is not signed.
func (c *Client) Authorize(ctx context.Context, domain, user, password string) (*Keys, error) {
	body := struct {
		Type     string `json:"type"`
		Domain   string `json:"domain"`
		User     string `json:"username"`
		Password string `json:"password"`
	}{"keypair", orElse(domain, c.cfg.Domain), user, password}
	var b struct{ Data Keys }
	err := c.get(ctx, call{op: "authorize " + user, method: "POST", path: "/auth/authorize", body: encodeJSON(body), unsigned: true}, &b)
	return &b.Data, err
}

// Verify makes the smallest signed request: it fails when the keys, the clock or the address are wrong.
func (c *Client) Verify(ctx context.Context) error {
	var b struct{ Authorized string }
	return c.get(ctx, call{op: "verify the keys", method: "GET", path: "/auth", query: query{"echo", "hi"}}, &b)
}

// SSHKey is the public key that sessions let in; "" if there is none.
func (c *Client) SSHKey(ctx context.Context) (string, error) {
	var b struct {
		Public string `json:"ssh_public_key"`
	}
	err := c.get(ctx, call{op: "get the SSH key", method: "GET", path: "/auth/ssh-keypair"}, &b)
	return b.Public, err
}

// RenewSSHKey makes a new pair and returns both halves; the private one is not kept by the manager's answers.
func (c *Client) RenewSSHKey(ctx context.Context) (public, private string, err error) {
	var b struct {
		Public  string `json:"ssh_public_key"`
		Private string `json:"ssh_private_key"`
	}
	err = c.get(ctx, call{op: "renew the SSH key", method: "PATCH", path: "/auth/ssh-keypair"}, &b)
	return b.Public, b.Private, err
}

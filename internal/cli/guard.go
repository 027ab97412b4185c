package cli

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// guard is who the engine lets in; nil is everybody.
func (o *options) guard(d *wire.Dialect) *engine.Login {
	users, token := o.text("users"), o.text("token")
	if users == "" && token == "" {
		return nil
	}
	switch d.Features.LoginCommand {
	case wire.NoCommand:
		o.err = usagef("--dialect process, or --dialect instance", "servers of %s ask nobody who they are: --users and --token are for older generations", d.Generation)
		return nil
	case wire.Token:
		if users != "" {
			o.fail("users", "is for generations with keys: %s has a token alone", d.Generation)
		}
	}
	login := &engine.Login{Token: token}
	if users == "" {
		return login
	}
	text, err := os.ReadFile(users)
	if err != nil {
		o.fail("users", "%s cannot be read: %v", users, cause(err))
		return nil
	}
	if login.Users, err = engine.ParseUsers(string(text)); err != nil {
		o.fail("users", "%s cannot be used: %v", users, err)
	} else if !anyKey(login.Users) && o.err == nil {
		o.err = usagef("write a table for each user and below it a line for each key: [users.alice.keys] and laptop = \"ssh-ed25519 AAAA…\"",
			"--users %s has no key of any user, so that nobody could log in", users)
	}
	return login
}

func anyKey(users map[string][]crypto.PublicKey) bool {
	for _, keys := range users {
		if len(keys) > 0 {
			return true
		}
	}
	return false
}

// serverTLS is nil for ws.
func (o *options) serverTLS() *tls.Config {
	cert, key, authorities := o.text("tls-cert"), o.text("tls-key"), o.text("tls-client-ca")
	if cert == "" {
		if key != "" || authorities != "" {
			o.fail("tls-cert", "is missing: the server needs a certificate of its own")
		}
		return nil
	}
	cfg, err := pie.Certificates{Cert: cert, Key: key}.ServerTLS()
	if err != nil {
		o.refuse(inFlags(err))
		return nil
	}
	if authorities != "" {
		cfg.ClientCAs, cfg.ClientAuth = o.authorities("tls-client-ca"), tls.RequireAndVerifyClientCert
	}
	return cfg
}

// inFlags has the hint for a key that is missing name the flag.
func inFlags(err error) error {
	var e *pie.Error
	if !errors.As(err, &e) || e.Hint != "name the key, too" {
		return err
	}
	told := *e
	told.Hint = "--tls-key FILE names the key, unless it stands in the file of --tls-cert"
	return &told
}

// authorities are those of a file alone: the system's are for servers, and would let in half the world.
func (o *options) authorities(flag string) *x509.CertPool {
	pool := x509.NewCertPool()
	text, err := os.ReadFile(o.text(flag))
	if err != nil {
		o.fail(flag, "%s cannot be read: %v", o.text(flag), cause(err))
	} else if !pool.AppendCertsFromPEM(text) {
		o.fail(flag, "%s has no certificate in it", o.text(flag))
	}
	return pool
}

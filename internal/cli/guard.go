package cli

import (
	"crypto/tls"
	"crypto/x509"
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
	}
	return login
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
	cfg, err := pie.Certificates{Cert: cert, Key: key}.TLS()
	if err != nil {
		o.refuse(err)
		return nil
	}
	if authorities != "" {
		cfg.ClientCAs, cfg.ClientAuth = o.authorities("tls-client-ca"), tls.RequireAndVerifyClientCert
	}
	return cfg
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

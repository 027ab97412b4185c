package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/luabind"
	"github.com/pierun/pierun/pie"
)

// loginFlags say what to log in with, beside the name.
func loginFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "key", Usage: "log in with the private key in `FILE` (default: that of Pie's own command line, else ssh-agent's keys and the usual ones of ~/.ssh)"},
		&cli.StringFlag{Name: "token", Usage: "log in with the server's internal token `TEXT`; without it $PIE_TOKEN, which other users of this machine cannot see"},
		&cli.StringFlag{Name: "ca", Usage: "for wss://, trust the certificate authorities in `FILE`, too"},
		&cli.StringFlag{Name: "cert", Usage: "for wss://, show the client certificate in `FILE`"},
		&cli.StringFlag{Name: "cert-key", Usage: "the private key of --cert, `FILE`, unless it stands there, too"},
	}
}

// login gathers what to log in with: the flags, the environment, what Pie's own command line is set to, and what is
// usual. No key is read before a server wants one, but for the one that the command line names. server is the address
// of the default one; "" is the embedded engine.
func (a *app) login(o *options, server string) luabind.Login {
	l := luabind.Login{
		Passphrase:   a.passphrase,
		Token:        cmp.Or(o.text("token"), a.env.Getenv("PIE_TOKEN")),
		Certificates: pie.Certificates{CA: o.text("ca"), Cert: o.text("cert"), Key: o.text("cert-key")},
	}
	if socket := a.env.Getenv("SSH_AUTH_SOCK"); socket != "" {
		l.Agent = pie.Agent(socket)
	}
	if _, err := l.Certificates.TLS(); err != nil {
		o.refuse(err)
	}
	if l.Certificates != (pie.Certificates{}) && server != "" && !strings.HasPrefix(server, "wss://") && o.err == nil {
		o.err = usagef("--server wss://…", "--ca and --cert are for wss://, and the server is %s", server)
	}
	l.Keys = a.keys(o, l.Agent)
	return l
}

// prove puts what to log in with into the configuration of a client.
func (a *app) prove(o *options, cfg *pie.Config) {
	l := a.login(o, cfg.URI)
	cfg.Keys, cfg.Token = l.Keys, l.Token
	cfg.TLS, _ = l.Certificates.TLS() // login has told what is wrong with them
}

// refuse keeps what is wrong with a file that the command line names.
func (o *options) refuse(err error) {
	var e *pie.Error
	if o.err == nil && errors.As(err, &e) {
		bare := *e
		bare.Op, bare.Hint = "", ""
		o.err = usagef(e.Hint, "%v", &bare)
	}
}

func (a *app) keys(o *options, agent pie.KeySource) []pie.KeySource {
	if o.ctx.IsSet("key") {
		key, err := pie.KeyFile(o.text("key"), a.passphrase)
		if err != nil {
			o.refuse(err)
		}
		return []pie.KeySource{pie.ThroughAgent(agent, key)}
	}
	set := a.settings()
	switch {
	case set.EnableAuth != nil && !*set.EnableAuth:
		return []pie.KeySource{switchedOff(set.path)}
	case set.PrivateKeyPath != "":
		return []pie.KeySource{pie.ThroughAgent(agent, pie.LateKeyFile(set.PrivateKeyPath, a.passphrase))}
	}
	var keys []pie.KeySource
	if agent != nil {
		keys = append(keys, agent)
	}
	if home := homeOf(a.env.Getenv); home != "" {
		keys = append(keys, pie.UsualKeys(filepath.Join(home, ".ssh"), a.passphrase))
	}
	return keys
}

// switchedOff stands for the keys of somebody who has said that there are none: it is the path of that setting.
type switchedOff string

func (s switchedOff) Keys(context.Context) ([]pie.Key, error) {
	return nil, &pie.Error{Kind: pie.KindAuth, Op: "login", Message: fmt.Sprintf("the server wants a key, and %s says enable_auth = false", string(s)),
		Hint: "name a key: --key FILE, or correct that file"}
}

// configuredServer is the server that Pie's own command line is set to.
func (a *app) configuredServer(o *options) string {
	set := a.settings()
	if set.err != nil && o.err == nil {
		o.err = usagef("write ws://host:port instead", "config means the server of Pie's own command line, but %v", set.err)
	}
	return fmt.Sprintf("ws://%s:%d", cmp.Or(set.Host, "127.0.0.1"), cmp.Or(set.Port, 8080))
}

package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

const (
	defaultListen  = "127.0.0.1:8080" // where Pie's own servers listen
	defaultDialect = "gateway-0.5"    // what the newest released servers speak
)

func (a *app) engineCommand() *cli.Command {
	return &cli.Command{
		Name:  "engine",
		Usage: "serve the embedded engine, which is simulated, to other programs",
		Description: `pierun engine                                       # gateway-0.5 on 127.0.0.1:8080
pierun engine --listen 127.0.0.1:0 --dialect process # any free port; it is printed
pierun engine --rate 40 --seed 7                    # 40 tokens a second, always the same ones
pierun engine --dialect process --users ~/.pie/authorized_users.toml
pierun engine --origin http://localhost:5173         # let in the web pages that are served there, and no others`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Usage: "listen on `HOST:PORT` (port 0: a free one)", Value: defaultListen},
			&cli.StringFlag{Name: "dialect", Usage: "speak `NAME`, a family or a generation as in pierun version", Value: defaultDialect},
			&cli.StringFlag{Name: "rate", Usage: "`N` tokens a second in each completion; 0: as fast as they are read", Value: "0"},
			seedFlag("the words of completions"),
			&cli.StringFlag{Name: "users", Usage: "let in whoever has a key in `FILE`, an authorized_users.toml, and nobody else: a table [users.NAME.keys] for each user, with lines as laptop = \"ssh-ed25519 AAAA…\""},
			&cli.StringFlag{Name: "token", Usage: "let in whoever has the internal token `TEXT`"},
			&cli.StringSliceFlag{Name: "origin", Usage: "let in web pages of `ORIGIN`: http://host:port, null for files, * for all; may be given again. Without it no browser gets in"},
			&cli.StringFlag{Name: "tls-cert", Usage: "speak wss, with the certificate in `FILE`"},
			&cli.StringFlag{Name: "tls-key", Usage: "the private key of --tls-cert, `FILE`, unless it stands there, too"},
			&cli.StringFlag{Name: "tls-client-ca", Usage: "with --tls-cert, let in only clients with a certificate of the authorities in `FILE`"},
		},
		Action: a.engine,
	}
}

func (a *app) engine(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	o := &options{ctx: ctx}
	cfg := engine.Config{Dialect: o.dialect(), TokenRate: o.rate("rate"), Page: a.pages(o)}
	if seed := o.integer("seed"); seed != nil {
		cfg.Seed = *seed
	}
	if _, _, err := net.SplitHostPort(o.text("listen")); err != nil {
		o.fail("listen", "must be HOST:PORT, not %q", o.text("listen"))
	}
	if cfg.Dialect == nil && o.err == nil {
		cfg.Dialect, o.err = wire.Find(defaultDialect)
	}
	if o.err == nil {
		cfg.Login = o.guard(cfg.Dialect)
	}
	secure := o.serverTLS()
	if o.err != nil {
		return o.err
	}
	return a.serve(ctx.Context, cfg, secure, o.text("listen"))
}

// reachable is an address as somebody can dial it.
func reachable(listening net.Addr) string {
	at, ok := listening.(*net.TCPAddr)
	if !ok || !at.IP.IsUnspecified() {
		return listening.String()
	}
	return fmt.Sprintf("127.0.0.1:%d, and on every other address of this machine", at.Port)
}

// serve answers connections until ctx ends, which is the only good end.
func (a *app) serve(ctx context.Context, cfg engine.Config, secure *tls.Config, address string) error {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return stopped(ctx, fmt.Errorf("cannot listen on %s: %w (--listen 127.0.0.1:0 takes any free port)", address, cause(err)))
	}
	server, err := engine.New(cfg)
	if err != nil {
		_ = listener.Close()
		return err
	}
	a.say("simulated: %s, no language model answers here", cfg.Dialect.Generation)
	scheme := "ws"
	if secure != nil {
		scheme, listener = "wss", tls.NewListener(listener, secure)
	}
	_, _ = fmt.Fprintf(a.env.Stderr, "listening on %s://%s\n", scheme, reachable(listener.Addr()))
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	err = server.Serve(listener)
	_ = server.Close()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

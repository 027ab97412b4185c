package cli

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	lua "github.com/yuin/gopher-lua"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie/wire"
)

// The flags that several commands have. All values are read as text, so that a wrong one is answered in our words.
func serverFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "server", Usage: "talk to the Pie server at `URL`, ws://host:port or wss://…, or config: the one that Pie's own command line is set to; without it $PIE_SERVER, without that the embedded engine, which is simulated"},
		&cli.StringFlag{Name: "user", Usage: "log in as `NAME` (default: that of Pie's own command line, else the login name)"},
		&cli.StringFlag{Name: "dialect", Usage: "do not find out what the server speaks: a family or a generation, `NAME` as in pierun version"},
	}, loginFlags()...)
}

func seedFlag(what string) cli.Flag {
	return &cli.StringFlag{Name: "seed", Usage: "fix " + what + " with the whole number `N`"}
}

// options reads the flags of one command. The first problem stays in err; what is read after it is zero.
type options struct {
	ctx *cli.Context
	err error
}

func (o *options) text(flag string) string { return o.ctx.String(flag) }

// fail keeps the first problem.
func (o *options) fail(flag, format string, a ...any) {
	if o.err == nil {
		o.err = usagef("", "--"+flag+" "+format, a...)
	}
}

// duration is zero when the flag is not there.
func (o *options) duration(flag string) time.Duration {
	if !o.ctx.IsSet(flag) {
		return 0
	}
	d, err := luavalue.ParseDuration(lua.LString(o.text(flag)))
	switch {
	case err != nil:
		o.fail(flag, "%v", err)
	case d == 0:
		o.fail(flag, "must be longer than nothing")
	}
	return d
}

// integer is nil when the flag is not there.
func (o *options) integer(flag string) *int64 {
	if !o.ctx.IsSet(flag) {
		return nil
	}
	n, err := strconv.ParseInt(o.text(flag), 10, 64)
	if err != nil {
		o.fail(flag, "must be a whole number, not %q", o.text(flag))
	}
	return &n
}

// size is zero when the flag is not there.
func (o *options) size(flag string) int64 {
	if !o.ctx.IsSet(flag) {
		return 0
	}
	n, err := luavalue.ParseSize(lua.LString(o.text(flag)))
	if err != nil || n == 0 {
		o.fail(flag, `must be a size like "4MiB", not %q`, o.text(flag))
	}
	return n
}

// rate is a number that is not negative.
func (o *options) rate(flag string) float64 {
	if !o.ctx.IsSet(flag) {
		return 0
	}
	f, err := strconv.ParseFloat(o.text(flag), 64)
	if err != nil || !(f >= 0 && f <= 1e12) {
		o.fail(flag, "must be a number of tokens per second, not %q", o.text(flag))
		return 0
	}
	return f
}

// choice is one of the words; empty when the flag is not there.
func (o *options) choice(flag string, words ...string) string {
	word := o.text(flag)
	if word == "" && !o.ctx.IsSet(flag) || slices.Contains(words, word) {
		return word
	}
	o.fail(flag, "must be %s, not %q%s", alternatives(words), word, meant(word, words))
	return ""
}

// dialect is nil when the flag is not there, or says to find out.
func (o *options) dialect() *wire.Dialect {
	word := o.text("dialect")
	if word == "" || word == "auto" {
		return nil
	}
	d, err := wire.Find(word)
	if err != nil {
		o.fail("dialect", "must be auto, %s, not %q%s", alternatives(dialectNames()), word, meant(word, dialectNames()))
	}
	return d
}

// server is the address to dial; "" is the embedded engine. An empty --server is a variable that somebody forgot to set,
// who does not want a simulation.
func (a *app) server(o *options) string {
	said, address := "--server", o.text("server")
	if !o.ctx.IsSet("server") {
		said, address = "$PIE_SERVER", a.env.Getenv("PIE_SERVER")
	}
	switch {
	case address == "config":
		return a.configuredServer(o)
	case address == "" && said == "--server" && o.err == nil:
		o.err = usagef("give it an address, or leave it out: then $PIE_SERVER counts, and without that the embedded engine answers", "--server is empty")
	}
	if address != "" && !isServer(address) && o.err == nil {
		o.err = usagef("write ws://host:port, or wss://host/path for a server behind TLS", "%s is no address of a server: %q", said, address)
	}
	return address
}

// isServer says whether the address can be dialled at all; host:port alone is understood as ws.
func isServer(address string) bool {
	if !strings.Contains(address, "://") {
		address = "ws://" + address
	}
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "ws" || u.Scheme == "wss")
}

// user is the name to log in with.
func (a *app) user(o *options) string {
	if o.ctx.IsSet("user") {
		return o.text("user")
	}
	return userName(a.env)
}

// dialectNames lists the families and then their generations, oldest first.
func dialectNames() []string {
	var families, generations []string
	for _, d := range wire.Generations() {
		if !slices.Contains(families, d.Family) {
			families = append(families, d.Family)
		}
		generations = append(generations, d.Generation)
	}
	return append(families, generations...)
}

func alternatives(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func meant(word string, among []string) string {
	if closest := luavalue.Closest(word, among); closest != "" {
		return "; did you mean " + closest + "?"
	}
	return ""
}

package luabind

import (
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// Login is what the clients of a run log in with where the script says nothing else. The zero value logs in by name
// alone and trusts the system's certificate authorities.
type Login struct {
	// Keys are tried when a server asks for a signature and the script has named no key.
	Keys []pie.KeySource
	// Agent signs for keys that the script names and that it holds, so that nobody has to type their passphrases; nil:
	// there is none.
	Agent pie.KeySource
	// Passphrase asks for that of a key that the script names; nil: keys with one are refused.
	Passphrase pie.Passphrase
	// Token is the internal token of Config.Server. Servers that the script names by their address are not shown it.
	Token string
	// Certificates are for wss:// addresses. The options of a client win over them one by one.
	Certificates pie.Certificates
}

// setLogin reads the options that say who a client is, and whom it trusts. named says that the script gave the address.
func (rt *Runtime) setLogin(L *lua.LState, fn string, o luavalue.Options, cfg *pie.Config, named bool) {
	cfg.User = o.String("user", rt.cfg.User)
	cfg.Keys = rt.cfg.Login.Keys
	if o.Has("key") {
		cfg.Keys = rt.keys(L, fn, o.String("key", ""))
	}
	if cfg.Token = o.String("token", ""); cfg.Token == "" && !named {
		cfg.Token = rt.cfg.Login.Token
	}
	given := pie.Certificates{CA: o.String("ca", ""), Cert: o.String("cert", ""), Key: o.String("cert_key", "")}
	if given != (pie.Certificates{}) && !isSecure(cfg.URI) {
		raise(L, fn, luavalue.KindUsage, "certificates are for addresses that begin with wss://", "%s: a connection to %s uses no certificates", fn, cfg.URI)
	}
	if !isSecure(cfg.URI) {
		return
	}
	secure, err := rt.cfg.Login.Certificates.With(given).TLS()
	if err != nil {
		fail(L, fn, err)
	}
	cfg.TLS = secure
}

// keys are what a script means by a path, or the text of a private key. A key is read once in a run, so that nobody
// types a passphrase twice.
func (rt *Runtime) keys(L *lua.LState, fn, given string) []pie.KeySource {
	if source := rt.namedKeys[given]; source != nil {
		return []pie.KeySource{source}
	}
	read := pie.KeyFile
	if pie.IsPEM(given) {
		read = pie.KeyText
	}
	source, err := read(given, rt.cfg.Login.Passphrase)
	if err != nil {
		fail(L, fn, err)
	}
	source = pie.ThroughAgent(rt.cfg.Login.Agent, source)
	rt.namedKeys[given] = source
	return []pie.KeySource{source}
}

func isSecure(uri string) bool { return strings.HasPrefix(uri, "wss://") }

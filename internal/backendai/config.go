package backendai

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"github.com/pierun/pierun/internal/clock"
)

// DefaultEndpoint is used where neither an argument, nor the environment, nor a file names one.
const DefaultEndpoint = "https://api.backend.ai"

// Mode says who answers at the endpoint.
type Mode string

const (
	// ModeAPI is the manager itself; every request is signed with the key pair.
	ModeAPI Mode = "API"
	// ModeSession is a web server in front of it; Login gets a cookie, nothing is signed.
	ModeSession Mode = "SESSION"
)

// modeOf reads a mode in any case; a word that is none stays as it was written.
func modeOf(word string) Mode {
	for _, m := range []Mode{ModeAPI, ModeSession} {
		if strings.EqualFold(word, string(m)) {
			return m
		}
	}
	return Mode(word)
}

// Clock is where the time comes from; nil means the system's.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// Config says which manager is meant, who asks, and within which bounds. The zero value of each field but the keys
// has a default, given beside it. [Load] fills it from arguments, environment and pierun.toml.
type Config struct {
	AccessKey, SecretKey string   // required in ModeAPI
	Endpoints            []string // absolute http or https URLs; nil: DefaultEndpoint. The next is tried when one cannot be reached
	Mode                 Mode     // "": ModeAPI
	User, Password       string   // required in ModeSession, unless there is a Token
	Token                string   // of a single sign-on, in ModeSession: logs in in the place of User
	Domain, Group        string   // domain and project of new sessions; "": "default"
	APIVersion           string   // "v6.20220615"; "": ask the manager
	Mounts               []string // virtual folders that new sessions get unless they name their own

	UserAgent      string // "": "Backend.AI Client for pierun"
	AgentSignature string // appended to the user agent after "; "

	CAFile        string      // PEM file of authorities to trust besides the system's
	SkipTLSVerify bool        // accept any certificate; for test sites
	TLS           *tls.Config // taken as it is, instead of the two above

	ConnectTimeout time.Duration // 0: 10 s
	RequestTimeout time.Duration // 0: 60 s, for one request with its answer
	LongTimeout    time.Duration // 0: 10 min, for what waits for a container: create, destroy, restart, transfers
	ReadTimeout    time.Duration // 0: none; the longest silence of the manager before the first byte of an answer
	MaxBody        int64         // 0: 64 MiB

	DialContext func(ctx context.Context, network, addr string) (net.Conn, error) // nil: net.Dialer
	Clock       Clock                                                             // nil: the system's
	Ledger      Ledger                                                            // told of sessions that are made and end; nil: nobody is
	Connected   func(ctx context.Context, c *Client)                              // called once, on a goroutine of the client's, when the manager has answered; its context ends five seconds after Close was called; nil: nothing is
}

// ConfigError is a setting that is missing or wrong. Variable is the environment variable that carries it. Word, if not
// "", is a name that nothing has, and Among those that there are.
type ConfigError struct {
	Variable, Message string
	Missing           bool // it is not there at all

	Word  string
	Among []string
}

func (e *ConfigError) Error() string { return e.Message }

// Check says what is missing or wrong, naming the variable to set, and changes nothing.
func (c Config) Check() error {
	if err := c.checkMode(); err != nil {
		return err
	}
	if c.APIVersion != "" {
		if _, err := ParseVersion(c.APIVersion); err != nil {
			return &ConfigError{Variable: "BACKEND_API_VERSION", Message: "the API version to speak (api_version, or BACKEND_API_VERSION): " + err.Error()}
		}
	}
	_, err := c.endpoints()
	return err
}

func (c Config) checkMode() error {
	switch c.Mode {
	case "", ModeAPI:
		return firstError(
			missing(c.AccessKey, "BACKEND_ACCESS_KEY", "access_key", "an access key"),
			missing(c.SecretKey, "BACKEND_SECRET_KEY", "secret_key", "the secret of the access key"))
	case ModeSession:
		if c.Token != "" {
			return nil
		}
		return firstError(
			missing(c.User, "BACKEND_USER", "user", "the user name of the web server"),
			missing(c.Password, "BACKEND_PASSWORD", "password", "the password of the web server"))
	}
	return &ConfigError{Variable: "BACKEND_ENDPOINT_TYPE", Message: "the connection mode (mode, or BACKEND_ENDPOINT_TYPE): " + quote(string(c.Mode)) +
		` is no connection mode; it is "API" (signed requests to the manager) or "SESSION" (login at a web server), in any case of letters`}
}

func missing(value, variable, key, what string) error {
	if value != "" {
		return nil
	}
	return &ConfigError{Variable: variable, Missing: true, Message: "Backend.AI needs " + what + ": set " + variable + ", or " + key +
		" in the [backendai] section of pierun.toml or in a script's backendai.client{…}"}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Addresses are the endpoints that are asked: the default one where none is named.
func (c Config) Addresses() []string {
	if len(c.Endpoints) == 0 {
		return []string{DefaultEndpoint}
	}
	return c.Endpoints
}

func (c Config) endpoints() ([]endpoint, error) {
	var out []endpoint
	for _, text := range c.Addresses() {
		e, err := parseEndpoint(text)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// withDefaults fills the zero values.
func (c Config) withDefaults() Config {
	c.Mode = orElse(c.Mode, ModeAPI)
	c.Domain, c.Group = orElse(c.Domain, "default"), orElse(c.Group, "default")
	c.UserAgent = orElse(c.UserAgent, "Backend.AI Client for pierun")
	c.ConnectTimeout = orElse(c.ConnectTimeout, 10*time.Second)
	c.RequestTimeout = orElse(c.RequestTimeout, time.Minute)
	c.LongTimeout = orElse(c.LongTimeout, 10*time.Minute)
	c.MaxBody = orElse(c.MaxBody, 64<<20)
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Ledger == nil {
		c.Ledger = noLedger{}
	}
	return c
}

func orElse[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

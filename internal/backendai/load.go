package backendai

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Sources are the places settings come from. What an argument says wins over the environment, and that over the file.
type Sources struct {
	Arguments Config                           // fields that are set win
	LookupEnv func(name string) (string, bool) // os.LookupEnv; nil: no environment
	File      string                           // a pierun.toml; "" or a file that does not exist: none
}

// Load puts a Config together and checks it. A variable that is set to nothing is an error that names it, since it
// is nearly always a failed substitution in a shell.
func Load(from Sources) (Config, error) {
	file, err := readFile(from.File)
	if err != nil {
		return Config{}, err
	}
	env, err := readEnv(from.LookupEnv)
	if err != nil {
		return Config{}, err
	}
	cfg := merge(merge(from.Arguments, env), file)
	cfg.Mode = modeOf(string(cfg.Mode))
	return cfg, cfg.Check()
}

// Told says whether the environment or the file has any setting of Backend.AI. A file that cannot be read has one.
func (from Sources) Told() bool {
	for _, name := range variables() {
		if from.LookupEnv == nil {
			break
		}
		if _, set := from.LookupEnv(name); set {
			return true
		}
	}
	return told(from.File)
}

// variables are those that readEnv reads.
func variables() []string {
	var names []string
	_, _ = readEnv(func(name string) (string, bool) {
		names = append(names, name)
		return "", false
	})
	return names
}

// FromEnv is Load with the process's environment alone.
func FromEnv() (Config, error) { return Load(Sources{LookupEnv: os.LookupEnv}) }

// merge fills what first leaves open from second.
func merge(first, second Config) Config {
	text := func(a *string, b string) { *a = orElse(*a, b) }
	text(&first.AccessKey, second.AccessKey)
	text(&first.SecretKey, second.SecretKey)
	text(&first.User, second.User)
	text(&first.Password, second.Password)
	text(&first.Domain, second.Domain)
	text(&first.Group, second.Group)
	text(&first.APIVersion, second.APIVersion)
	text(&first.CAFile, second.CAFile)
	first.Mode = orElse(first.Mode, second.Mode)
	first.SkipTLSVerify = first.SkipTLSVerify || second.SkipTLSVerify
	first.ConnectTimeout = orElse(first.ConnectTimeout, second.ConnectTimeout)
	first.RequestTimeout = orElse(first.RequestTimeout, second.RequestTimeout)
	first.ReadTimeout = orElse(first.ReadTimeout, second.ReadTimeout)
	if len(first.Endpoints) == 0 {
		first.Endpoints = second.Endpoints
	}
	if len(first.Mounts) == 0 {
		first.Mounts = second.Mounts
	}
	return first
}

// environment reads variables and keeps the first fault.
type environment struct {
	lookup func(string) (string, bool)
	err    error
}

func readEnv(lookup func(string) (string, bool)) (Config, error) {
	if lookup == nil {
		return Config{}, nil
	}
	e := &environment{lookup: lookup}
	cfg := Config{
		AccessKey: e.text("BACKEND_ACCESS_KEY"), SecretKey: e.text("BACKEND_SECRET_KEY"),
		User: e.text("BACKEND_USER"), Password: e.text("BACKEND_PASSWORD"),
		Domain: e.text("BACKEND_DOMAIN"), Group: e.text("BACKEND_GROUP"),
		APIVersion: e.text("BACKEND_API_VERSION"), CAFile: e.text("BACKEND_CA_FILE"),
		Endpoints: splitList(e.text("BACKEND_ENDPOINT")), Mounts: splitList(e.text("BACKEND_VFOLDER_MOUNTS")),
		Mode:           modeOf(e.text("BACKEND_ENDPOINT_TYPE")),
		SkipTLSVerify:  e.flag("BACKEND_SKIP_SSLCERT_VALIDATION"),
		ConnectTimeout: e.seconds("BACKEND_CONNECTION_TIMEOUT"), ReadTimeout: e.seconds("BACKEND_READ_TIMEOUT"),
	}
	return cfg, e.err
}

func (e *environment) fail(name, format string, args ...any) {
	if e.err == nil {
		e.err = &ConfigError{Variable: name, Message: name + " " + fmt.Sprintf(format, args...)}
	}
}

func (e *environment) text(name string) string {
	value, set := e.lookup(name)
	value = strings.TrimSpace(value)
	if set && value == "" {
		e.fail(name, "is set but empty: give it a value or unset it")
	}
	return value
}

func (e *environment) flag(name string) bool {
	switch value := strings.ToLower(e.text(name)); value {
	case "", "0", "no", "n", "off", "false", "f":
		return false
	case "1", "yes", "y", "on", "true", "t":
		return true
	default:
		e.fail(name, "is %s: say yes or no", quote(value))
		return false
	}
}

func (e *environment) seconds(name string) time.Duration {
	value := e.text(name)
	if value == "" {
		return 0
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || !(n >= 0 && n <= 1e6) {
		e.fail(name, "is %s: give a number of seconds from 0 to 1000000", quote(value))
		return 0
	}
	return time.Duration(n * float64(time.Second))
}

func splitList(text string) []string {
	var out []string
	for _, word := range strings.Split(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}

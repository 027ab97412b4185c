package cli

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"
)

// userName is the name to log in with where neither the command line nor the script says one: that of Pie's own
// command line, else the login name. "" leaves it to the client.
func userName(env Env) string {
	getenv := env.Getenv
	if name := cmp.Or(settingsOf(getenv).Username, getenv("USER"), getenv("LOGNAME"), getenv("USERNAME")); name != "" || env.Login == nil {
		return name
	}
	return env.Login()
}

// systemLogin asks the system who runs this process; "" if it cannot tell.
func systemLogin() string {
	who, err := user.Current()
	if err != nil {
		return ""
	}
	return who.Username[strings.LastIndexByte(who.Username, '\\')+1:] // Windows puts the domain before it
}

// settings are those of Pie's own command line.
type settings struct {
	Host           string `toml:"host"`
	Port           int    `toml:"port"`
	Username       string `toml:"username"`
	PrivateKeyPath string `toml:"private_key_path"`
	EnableAuth     *bool  `toml:"enable_auth"`

	path string
	err  error // why there are none
}

// settings reads the configuration of Pie's command line; one that is not there or damaged says nothing.
func (a *app) settings() settings { return settingsOf(a.env.Getenv) }

func settingsOf(getenv func(string) string) settings {
	var s settings
	path := settingsPath(getenv)
	text, err := os.ReadFile(path)
	if err == nil {
		_, err = toml.Decode(string(text), &s)
	}
	if err != nil {
		return settings{path: path, err: fmt.Errorf("%s cannot be read: %w", path, cause(err))}
	}
	s.path = path
	return s
}

// settingsPath is where Pie's own command line keeps its configuration; "" without a home.
func settingsPath(getenv func(string) string) string {
	folder := getenv("PIE_CLI_HOME")
	if folder == "" {
		home := homeOf(getenv)
		if home == "" {
			return ""
		}
		folder = filepath.Join(home, ".pie")
	}
	return filepath.Join(folder, "cli_config.toml")
}

// homeOf is the home folder; "" without one.
func homeOf(getenv func(string) string) string { return cmp.Or(getenv("HOME"), getenv("USERPROFILE")) }

package cli

import (
	"cmp"
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
	if name := cmp.Or(configuredUser(getenv), getenv("USER"), getenv("LOGNAME"), getenv("USERNAME")); name != "" || env.Login == nil {
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

// configuredUser reads the configuration of Pie's command line; one that is not there or damaged says nothing.
func configuredUser(getenv func(string) string) string {
	var config struct {
		Username string `toml:"username"`
	}
	text, err := os.ReadFile(settingsPath(getenv))
	if err != nil {
		return ""
	}
	if _, err := toml.Decode(string(text), &config); err != nil {
		return ""
	}
	return config.Username
}

// settingsPath is where Pie's own command line keeps its configuration; "" without a home.
func settingsPath(getenv func(string) string) string {
	folder := getenv("PIE_CLI_HOME")
	if folder == "" {
		home := cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
		if home == "" {
			return ""
		}
		folder = filepath.Join(home, ".pie")
	}
	return filepath.Join(folder, "cli_config.toml")
}

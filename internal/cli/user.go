package cli

import (
	"cmp"
	"os"
	"path/filepath"

	"github.com/BurntSushi/toml"
)

// userName is the name to log in with where neither the command line nor the script says one: that of Pie's own
// command line, else the login name. "" leaves it to the client.
func userName(getenv func(string) string) string {
	return cmp.Or(configuredUser(getenv), getenv("USER"), getenv("LOGNAME"), getenv("USERNAME"))
}

// configuredUser reads the configuration of Pie's command line; one that is not there or damaged says nothing.
func configuredUser(getenv func(string) string) string {
	folder := getenv("PIE_CLI_HOME")
	if folder == "" {
		home := cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
		if home == "" {
			return ""
		}
		folder = filepath.Join(home, ".pie")
	}
	var config struct {
		Username string `toml:"username"`
	}
	text, err := os.ReadFile(filepath.Join(folder, "cli_config.toml"))
	if err != nil {
		return ""
	}
	if _, err := toml.Decode(string(text), &config); err != nil {
		return ""
	}
	return config.Username
}

package journal

import (
	"errors"
	"path/filepath"
	"runtime"
)

// Dir is the folder of the journals: pierun/runs under $XDG_STATE_HOME or, without it, under ~/.local/state (macOS:
// ~/Library/Application Support, Windows: %LocalAppData%). getenv is os.Getenv.
func Dir(getenv func(string) string) (string, error) {
	root, err := stateRoot(runtime.GOOS, getenv)
	if err != nil {
		return "", err
	}
	return filepath.Join(root, "pierun", "runs"), nil
}

func stateRoot(system string, getenv func(string) string) (string, error) {
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	if system == "windows" {
		if dir := getenv("LocalAppData"); dir != "" {
			return dir, nil
		}
		return "", errors.New("%LocalAppData% is not set")
	}
	home := getenv("HOME")
	if home == "" {
		return "", errors.New("neither $XDG_STATE_HOME nor $HOME is set")
	}
	if system == "darwin" {
		return filepath.Join(home, "Library", "Application Support"), nil
	}
	return filepath.Join(home, ".local", "state"), nil
}

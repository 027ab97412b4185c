package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Installed is a program that this host has put on a server. Nothing says that it is still there.
type Installed struct {
	Server string    `json:"server"`
	Name   string    `json:"name"` // what it is launched by: name@version, or a hash
	Hash   string    `json:"hash"` // BLAKE3 of its bytes
	At     time.Time `json:"at"`
}

// installedName is the file of all runs, beside the folder of their journals.
const installedName = "installed.jsonl"

// AddInstalled remembers p. dir is that of the journals ([Dir]); lines of several runs at once do not mix.
func AddInstalled(dir string, p Installed) error {
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(installedPath(dir), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// AllInstalled gives the last word about each name on each server, the oldest first. No file is no programs; damaged
// lines are skipped.
func AllInstalled(dir string) ([]Installed, error) {
	f, err := os.Open(installedPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	type key struct{ server, name string }
	at := map[key]int{}
	var list []Installed
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var p Installed
		if json.Unmarshal(lines.Bytes(), &p) != nil || p.Name == "" {
			continue
		}
		k := key{p.Server, p.Name}
		if i, known := at[k]; known {
			list[i] = p
			continue
		}
		at[k] = len(list)
		list = append(list, p)
	}
	return list, lines.Err()
}

func installedPath(dir string) string { return filepath.Join(filepath.Dir(dir), installedName) }

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/internal/journal"
)

// lookHere looks at this host: settings, the journal's place, the clock, limits.
func (a *app) lookHere(found *findings) {
	found.fine("system", "%s %s/%s, %d processors, %s of memory", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), size(int64(machineMemory())))
	a.lookAtSettings(found)
	a.lookAtProject(found)
	a.lookAtState(found)
	now := clock.System{}.Now()
	if now.Year() < 2026 {
		found.add("clock", trouble, "it says "+now.Format(time.RFC3339), "set it: certificates and timeouts depend on it")
	} else {
		found.fine("clock", "%s", now.Format(time.RFC3339))
	}
	if files := openFiles(); files > 0 && files < fewFiles {
		found.add("limits", odd, fmt.Sprintf("%d open files", files), "ulimit -n 4096, if scripts open many files or connections")
	} else if files > 0 {
		found.fine("limits", "%d open files", files)
	}
}

// fewFiles is too few for a busy script.
const fewFiles = 256

// lookAtSettings reads the configuration of Pie's own command line.
func (a *app) lookAtSettings(found *findings) {
	path := settingsPath(a.env.Getenv)
	if path == "" {
		found.add("settings", odd, "neither $HOME nor $PIE_CLI_HOME is set", "set one, or give --user")
		return
	}
	text, err := os.ReadFile(path)
	var read map[string]any
	switch {
	case errors.Is(err, fs.ErrNotExist):
		found.fine("settings", "there is no %s: the login name is used", path)
	case err != nil:
		found.add("settings", odd, fmt.Sprintf("%s cannot be read: %v", path, cause(err)), "chmod u+r "+path)
	default:
		if _, err = toml.Decode(string(text), &read); err != nil {
			found.add("settings", odd, fmt.Sprintf("%s is damaged, and passed over: %v", path, err), "correct it, or remove it")
			return
		}
		found.fine("settings", "%s", path)
	}
}

// lookAtState sees whether launches can be written down.
func (a *app) lookAtState(found *findings) {
	dir, err := journal.Dir(a.env.Getenv)
	if err != nil {
		found.add("journal", odd, err.Error()+": launches are not written down, so a crash would leave them running", "set $XDG_STATE_HOME to a folder of yours")
		return
	}
	if err := writable(dir); err != nil {
		found.add("journal", odd, fmt.Sprintf("%s cannot be written: %v", dir, cause(err)), "give yourself that folder, or set $XDG_STATE_HOME to one that is yours")
		return
	}
	found.fine("journal", "%s", dir)
}

// writable tries the nearest folder that is there, and leaves nothing behind.
func writable(dir string) error {
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is no folder", dir)
		}
		if err == nil || filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".pierun-*")
	if err != nil {
		return err
	}
	return cmp.Or(f.Close(), os.Remove(f.Name()))
}

// lookAround tells what dead runs have left on any server.
func (a *app) lookAround(found *findings, here *connection) {
	runs, err := a.runs()
	if err != nil {
		found.add("left over", odd, "the journal cannot be read: "+err.Error(), "see journal above")
		return
	}
	left := map[string]int{}
	var servers []string
	for _, run := range journal.Orphans(runs) {
		for _, e := range run.Entries {
			if left[e.Server]++; left[e.Server] == 1 {
				servers = append(servers, e.Server)
			}
		}
	}
	for _, server := range servers {
		mend := "the next run there ends them, and so does: pierun kill --mine"
		if !sameServer(server, here.cfg.URI) {
			mend += " --server " + server
		}
		found.add("left over", odd, fmt.Sprintf("%d launches on %s by runs that died", left[server], server), mend)
	}
	if len(servers) == 0 {
		found.fine("left over", "nothing, by the journal")
	}
}

// size words a number of bytes.
func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KiB", n>>10)
	}
	if n < 10<<30 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d GiB", n>>30)
}

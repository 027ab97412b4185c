package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sources are the programs of the other clients, and pierun's script.
//
//go:embed clients
var sources embed.FS

// client is one way to talk to the server.
type client struct {
	name, about string
	share       map[string]int // by case or word, "" for all others: what to divide the work of the fast ones by
	prepare     func(ctx context.Context, folder string) (command []string, err error)
	limit       bool // shows what is possible; no client of Pie
}

// shareOf is what the client's work of a case is divided by.
func (c *client) shareOf(k *benchCase) int {
	for _, name := range []string{k.name, k.word, ""} {
		if n := c.share[name]; n > 0 {
			return n
		}
	}
	return 1
}

func clients(o *options) []client {
	self := func(name string) func(context.Context, string) ([]string, error) {
		return func(context.Context, string) ([]string, error) {
			exe, err := os.Executable()
			return []string{exe, "client", name}, err
		}
	}
	return []client{
		{name: "lua", about: "pierun, a Lua loop", prepare: o.preparePierun},
		{name: "go", about: "package pie, a Go loop", prepare: self("go")},
		{name: "rust", about: "pie-client 0.6.0 (Rust)", prepare: prepareRust, share: map[string]int{"silent": 20, "events-10000": 20}},
		{name: "python", about: "pie-client 0.5.3 (Python)", prepare: preparePython, share: map[string]int{"": 10, "echo": 2}},
		{name: "js", about: "@pie-project/client 0.5.2 (JavaScript)", prepare: prepareJS, share: map[string]int{"": 20, "echo": 2}},
		{name: "floor", about: "gorilla/websocket, read and decoded, nothing kept", prepare: self("floor"), limit: true},
		{name: "bare", about: "the same, each message written by itself", prepare: self("bare"), limit: true},
		{name: "bytes", about: "bytes read, no message looked for: what the server can send", prepare: self("bytes"), limit: true},
	}
}

func clientNames() (names []string) {
	for _, c := range clients(&options{}) {
		names = append(names, c.name)
	}
	return names
}

// prepared is a client that can be run.
type prepared struct {
	client
	command []string
	env     []string
}

// prepareAll installs what was asked for; what cannot be installed is told in one line and left out.
func prepareAll(ctx context.Context, o *options, folder string) (list []prepared) {
	for _, c := range clients(o) {
		if len(o.clients) > 0 && !isOne(c.name, o.clients) {
			continue
		}
		command, err := c.prepare(ctx, folder)
		if err != nil {
			fmt.Fprintf(os.Stderr, "bench: without %s: %v\n", c.name, err)
			continue
		}
		p := prepared{client: c, command: command}
		if c.name == "go" && o.profile != "" {
			p.env = append(p.env, "BENCH_PROFILE="+o.profile)
		}
		list = append(list, p)
	}
	return list
}

func isOne(name string, names []string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// preparePierun builds the command from this source.
func (o *options) preparePierun(ctx context.Context, folder string) ([]string, error) {
	script, err := unpack("flow.lua", filepath.Join(folder, "lua"))
	if err != nil {
		return nil, err
	}
	bin := o.pierun
	if bin == "" {
		bin = filepath.Join(folder, "pierun")
		err = tool(ctx, "", "go", "build", "-tags", "urfave_cli_no_docs,netgo,osusergo", "-trimpath", "-ldflags=-s -w", "-o", bin, "github.com/pierun/pierun")
	}
	return []string{bin, "--quiet", script}, err
}

func preparePython(ctx context.Context, folder string) ([]string, error) {
	folder = filepath.Join(folder, "python")
	script, err := unpack("bench.py", folder)
	python := filepath.Join(folder, "venv", "bin", "python")
	if err == nil && !exists(filepath.Join(folder, "ready")) {
		err = tool(ctx, folder, "python3", "-m", "venv", "venv")
		if err == nil {
			err = tool(ctx, folder, python, "-m", "pip", "install", "--quiet", "pie-client==0.5.3")
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, "ready"), nil, 0o644)
		}
	}
	return []string{python, script}, err
}

func prepareJS(ctx context.Context, folder string) ([]string, error) {
	folder = filepath.Join(folder, "javascript")
	script, err := unpack("bench.mjs", folder)
	if err == nil && !exists(filepath.Join(folder, "node_modules", "ws")) {
		err = tool(ctx, folder, "npm", "install", "--silent", "--no-fund", "--no-audit", "@pie-project/client@0.5.2", "ws@8")
	}
	return []string{"node", script}, err
}

func prepareRust(ctx context.Context, folder string) ([]string, error) {
	folder = filepath.Join(folder, "rust")
	for _, name := range []string{"rust/Cargo.toml", "rust/src/main.rs"} {
		if _, err := unpack(name, filepath.Join(folder, filepath.Dir(strings.TrimPrefix(name, "rust/")))); err != nil {
			return nil, err
		}
	}
	return []string{filepath.Join(folder, "target", "release", "bench")}, tool(ctx, folder, "cargo", "build", "--quiet", "--release")
}

// unpack writes one of our sources into a folder, unless it is there already, and gives its path.
func unpack(name, folder string) (string, error) {
	data, err := fs.ReadFile(sources, "clients/"+name)
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, filepath.Base(name))
	if old, err := os.ReadFile(path); err == nil && string(old) == string(data) {
		return path, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, data, 0o644)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// tool runs an installer; its error is the last line it said.
func tool(ctx context.Context, folder, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return fmt.Errorf("%s: %w: %s", name, err, lines[len(lines)-1])
}

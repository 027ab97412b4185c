package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
)

// notProgram says of a file that certainly is no program what it is, before anything is uploaded. Source is left to the
// server: which languages there are is known there alone.
func notProgram(pkg *program.Package, path string) error {
	switch {
	case len(bytes.TrimSpace(pkg.Bytes)) == 0:
		return usagef("build the program first", "%s is empty: there is no program in it", path)
	case startsWith(pkg.Bytes, "\x7fELF", "MZ\x90", "\xcf\xfa\xed\xfe", "\xfe\xed\xfa\xcf", "\xca\xfe\xba\xbe"):
		return usagef("build it for WebAssembly: cargo build --target wasm32-wasip2 --release", "%s is a program for the system, and Pie servers run WebAssembly", path)
	case startsWith(pkg.Bytes, "PK\x03\x04", "\x1f\x8b"):
		return usagef("unpack it, and install the program in it", "%s is an archive", path)
	case isLua(pkg) && isFlow(pkg.Bytes):
		return usagef("run it with pierun "+path, "%s is a flow, which runs here and talks to programs; it is no program", path)
	}
	return nil
}

func startsWith(text []byte, beginnings ...string) bool {
	for _, b := range beginnings {
		if bytes.HasPrefix(text, []byte(b)) {
			return true
		}
	}
	return false
}

func isLua(pkg *program.Package) bool {
	return strings.EqualFold(filepath.Ext(pkg.File), ".lua") || pkg.Manifest != nil && pkg.Manifest.Language == "lua"
}

// isFlow says whether a script talks to a server, which no program in Lua does: it has the module inferlet.
func isFlow(script []byte) bool {
	talks := regexp.MustCompile(`\bpie\s*\.\s*(run|launch|connect|client|default)\b`)
	return talks.Match(script) && !bytes.Contains(script, []byte("inferlet"))
}

// refuseLua refuses a program in Lua where a real server answers, none of which has that language.
func refuseLua(ctx context.Context, client *pie.Client, pkg *program.Package, path string) error {
	if !isLua(pkg) {
		return nil
	}
	simulated, err := client.Simulated(ctx)
	if err != nil || simulated {
		return nil
	}
	return noLua(client.Info().Dialect, path)
}

func noLua(dialect, path string) error {
	return usagef("if it is a flow, run it with pierun "+path, "%s is written in Lua, which a server of %s has no programs in", path, dialect)
}

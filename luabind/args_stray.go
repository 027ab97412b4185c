package luabind

import (
	"slices"
	"strings"

	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// sight is what the code that was compiled so far can know of the words after FILE.
type sight uint8

const (
	blind   sight = iota // nothing
	pending              // nothing, but it requires modules that may look
	looking              // it reads arg, args or its "...", or code that nobody can foresee
)

// sightOf looks at compiled code. A module's "..." is its name.
func sightOf(chunk *lua.LFunction, module bool) sight {
	switch {
	case sched.Reads(chunk, "arg", "args", "load", "loadstring", "loadfile", "dofile", "_G", "getfenv"),
		!module && sched.ReadsArguments(chunk):
		return looking
	case sched.Reads(chunk, "require", "package"):
		return pending
	}
	return blind
}

// see notes what a chunk can know of the words.
func (rt *Runtime) see(chunk *lua.LFunction, module bool) {
	rt.sight = max(rt.sight, sightOf(chunk, module))
}

// checkWords ends the run, before anything is connected, when a word after FILE is a flag of the command that the
// script has not declared: it most likely was meant to stand before FILE.
func (rt *Runtime) checkWords(L *lua.LState) {
	if e := rt.strayFlag(); e != nil {
		rt.exit(L, e.Code, e.Message)
	}
}

// unseen refuses such a flag where the script, as far as it has come, cannot have seen it; nil otherwise.
func (rt *Runtime) unseen(most sight) error {
	if rt.sight > most {
		return nil
	}
	if e := rt.strayFlag(); e != nil {
		return e
	}
	return nil
}

// strayFlag words the refusal; nil: there is no such flag.
func (rt *Runtime) strayFlag() *ExitError {
	for _, word := range rt.cfg.Args {
		flag, _, _ := strings.Cut(word, "=")
		switch {
		case word == "--":
			return nil
		case rt.declared[flag] || !slices.Contains(rt.cfg.HostFlags, flag):
			continue
		}
		return &ExitError{Code: 2, Message: "put " + flag + " before " + rt.cfg.ScriptWord +
			": what follows it belongs to the script, and this one does not know " + flag}
	}
	return nil
}

// declareFlags tells that the script knows these words (with their dashes) itself.
func (rt *Runtime) declareFlags(flags ...string) {
	for _, flag := range flags {
		rt.declared[flag] = true
	}
}

package engine

import (
	"cmp"
	"strconv"
	"strings"
	"sync"

	"github.com/pierun/pierun/pie/program"
)

// store is the programs that are installed, by name@version and by hash.
type store struct {
	mu     sync.Mutex
	named  map[string]*installed
	hashed map[string]*installed
}

// installed is one program.
type installed struct {
	program   Program
	manifest  program.Manifest
	hash      string
	builtin   bool
	broken    string // why every launch of it is refused
	onDisplay string // name@version as lists show it
	pinned    bool   // it was launched where that means that it is never replaced
}

func newStore(programs []Program) *store {
	st := &store{named: map[string]*installed{}, hashed: map[string]*installed{}}
	for _, p := range programs {
		m := p.Manifest()
		if m.Namespace == "" {
			m.Namespace = standardNamespace
		}
		st.add(&installed{program: p, manifest: m, hash: program.Hash(placeholder(m)), builtin: true})
	}
	return st
}

// standardNamespace is where names without one are looked up.
const standardNamespace = "std"

func (in *installed) key() string {
	return or(in.manifest.Namespace, standardNamespace) + "/" + in.manifest.Name + "@" + in.manifest.Version
}

func (st *store) add(in *installed) {
	in.onDisplay = in.manifest.Name + "@" + in.manifest.Version
	st.mu.Lock()
	defer st.mu.Unlock()
	st.named[in.key()] = in
	st.hashed[in.hash] = in
}

// pin marks what has been launched.
func (st *store) pin(in *installed) {
	st.mu.Lock()
	in.pinned = true
	st.mu.Unlock()
}

func (st *store) isPinned(in *installed) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return in.pinned
}

func (st *store) byHash(hash string) *installed {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.hashed[hash]
}

// byName finds exactly this version.
func (st *store) byName(namespace, name, version string) *installed {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.named[or(namespace, standardNamespace)+"/"+name+"@"+version]
}

// newest finds the highest version of a name.
func (st *store) newest(namespace, name string) (best *installed) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, in := range st.named {
		m := &in.manifest
		if m.Name != name || or(m.Namespace, standardNamespace) != or(namespace, standardNamespace) {
			continue
		}
		if best == nil || compareVersions(m.Version, best.manifest.Version) > 0 {
			best = in
		}
	}
	return best
}

// compareVersions orders versions number by number; what is no number is ordered as text.
func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		if c := cmp.Compare(x, y); errX == nil && errY == nil && c != 0 {
			return c
		}
		if c := cmp.Compare(as[i], bs[i]); (errX != nil || errY != nil) && c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}

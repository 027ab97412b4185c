package pie

import (
	"sync"

	"github.com/pierun/pierun/pie/program"
)

// programs is what this client has installed: newer servers know programs by name, older ones by hash, and a script
// may use either.
type programs struct {
	mu     sync.Mutex
	byHash map[string]program.Ref
	byName map[string]program.Ref // the latest of each name; its Hash is set
}

func (p *programs) add(ref program.Ref, hash string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byHash == nil {
		p.byHash, p.byName = make(map[string]program.Ref), make(map[string]program.Ref)
	}
	ref.Hash = hash
	p.byHash[hash] = ref
	if ref.Name != "" {
		p.byName[ref.Name] = ref
		p.byName[ref.Name+"@"+ref.Version] = ref
	}
}

// forget is for another server, which has none of them.
func (p *programs) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.byHash)
	clear(p.byName)
}

func (p *programs) hash(hash string) (program.Ref, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ref, ok := p.byHash[hash]
	return ref, ok
}

// name finds what ref asks for among the installed ones.
func (p *programs) name(ref program.Ref) (program.Ref, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.byName) == 0 {
		return program.Ref{}, false
	}
	key := ref.Name
	if !ref.Newest() {
		key += "@" + ref.Version
	}
	got, ok := p.byName[key]
	if ok && ref.Namespace != "" && got.Namespace != ref.Namespace {
		return program.Ref{}, false
	}
	return got, ok
}

package engine

import "fmt"

// spend takes n tokens from the launch's budget, if it has one.
func (p *process) spend(n int) error {
	p.e.stats.tokens.Add(int64(n))
	if p.launch.budget == 0 {
		return p.check(p.ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spent += uint64(n)
	if p.spent > p.launch.budget {
		return fmt.Errorf("GenStep::execute forward: pin: token budget exhausted for context 1 (requested %d tokens)", n)
	}
	return p.whyNot(p.ctx)
}

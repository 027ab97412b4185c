package engine

import (
	"cmp"
	"slices"

	"github.com/pierun/pierun/pie/wire"
)

// maxListed is how many the instance family lists.
const maxListed = 50

// list answers with the processes that this connection's user may see.
func (s *session) list(c *wire.Command) {
	s.e.faults.delay(s)
	infos := []wire.InstanceInfo{}
	for _, p := range s.visible() {
		if info, ok := p.info(); ok {
			infos = append(infos, info)
		}
	}
	s.out.send(&wire.Event{Kind: wire.Listing, For: c.Kind, Corr: c.Corr, OK: true, Instances: infos})
	s.done()
}

func (s *session) visible() []*process {
	processes := slices.DeleteFunc(s.e.all(), func(p *process) bool {
		return p.launch.user != s.user && !s.seesAll()
	})
	slices.SortFunc(processes, func(a, b *process) int {
		return cmp.Or(b.started.Compare(a.started), cmp.Compare(a.id, b.id))
	})
	if s.e.rules.listing == listNewest50 && len(processes) > maxListed {
		processes = processes[:maxListed]
	}
	return processes
}

// seesAll is so for gateways, where all are one user, and for the internal user of the instance family.
func (s *session) seesAll() bool {
	return s.e.features.SharedUser || s.e.features.Arguments && s.user == internalUser
}

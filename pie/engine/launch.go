package engine

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// launch starts a process. Its answer is queued before the program runs, so that no event can precede it.
func (s *session) launch(c *wire.Command) {
	in, why := s.findForLaunch(c)
	switch {
	case s.e.wedged.Load():
		return
	case why != "":
		s.refuseLaunch(c, why)
		return
	}
	if s.e.rules.compiles == compileAtLaunch {
		s.e.store.pin(in)
	}
	p := newProcess(s.e, in.program, s.launchInfo(c, in))
	if !s.e.admit(p) {
		return
	}
	if p.launch.attach {
		s.reply(c, true, p.id)
		s.take(p)
	} else {
		s.reply(c, true, s.toldID(p))
		s.beginTurn(nil)
	}
	s.e.begin(p)
}

// findForLaunch finds the program, or says why it cannot be launched.
func (s *session) findForLaunch(c *wire.Command) (in *installed, why string) {
	in, why = s.e.resolve(c)
	if in == nil {
		if s.e.rules.wedges {
			s.e.wedged.Store(true) // what launching unknown bytes does to 0.1.0, until it is restarted
		}
		return nil, why
	}
	if why := s.e.faults.refusal(); why != "" {
		return nil, why
	}
	return in, launchExtras(s.e.features, c)
}

// refuseLaunch answers a launch with a failure, whose turn no gateway ends.
func (s *session) refuseLaunch(c *wire.Command, why string) {
	s.reply(c, false, why)
	s.beginTurn(nil)
}

// toldID is the id of a process that nobody is attached to, on generations that tell it.
func (s *session) toldID(p *process) string {
	if s.e.features.StrictNames {
		return ""
	}
	return p.id
}

// take attaches a process that has not begun to run.
func (s *session) take(p *process) {
	p.mu.Lock()
	s.adopt(p, s.beginTurn(p))
	p.mu.Unlock()
}

func (s *session) launchInfo(c *wire.Command, in *installed) launchInfo {
	info := launchInfo{
		program: in.onDisplay, user: s.user, input: c.Input, budget: c.TokenBudget,
		files:  ownFiles(c.Files),
		attach: c.Capture || !s.e.features.Detached,
	}
	info.capture = info.attach || s.e.keepsOutput()
	if s.e.features.Arguments {
		info.args = slices.Clone(c.Args)
		info.input, _ = program.Input(c.Args)
	}
	return info
}

// ownFiles copies files out of the frame that they arrived in.
func ownFiles(files map[string][]byte) map[string][]byte {
	own := maps.Clone(files)
	for name, data := range own {
		own[name] = slices.Clone(data)
	}
	return own
}

// launchMany starts one process per input. Ids are told even when the output is not captured.
func (s *session) launchMany(c *wire.Command) {
	in, why := s.findForMany(c)
	if why != "" {
		s.answer(c, false, why)
		return
	}
	processes, ids := []*process{}, []string{}
	for _, info := range s.infosOf(c, in) {
		p := newProcess(s.e, in.program, info)
		if !s.e.admit(p) {
			return
		}
		processes, ids = append(processes, p), append(ids, p.id)
	}
	list, _ := json.Marshal(ids) // strings always can be
	s.answer(c, true, string(list))
	for _, p := range processes {
		if p.launch.attach {
			s.take(p)
		}
		s.e.begin(p)
	}
}

func (s *session) findForMany(c *wire.Command) (*installed, string) {
	if why := budgetMismatch(c); why != "" {
		return nil, why
	}
	in, why := s.e.resolve(c)
	if in == nil {
		return nil, why
	}
	return in, s.e.faults.refusal()
}

// infosOf is what each process of a batch is launched with.
func (s *session) infosOf(c *wire.Command, in *installed) []launchInfo {
	infos := make([]launchInfo, len(c.Inputs))
	for i, input := range c.Inputs {
		infos[i] = launchInfo{program: in.onDisplay, user: s.user, input: input, capture: c.Capture, attach: c.Capture}
		if c.Budgets != nil {
			infos[i].budget = c.Budgets[i]
		}
	}
	return infos
}

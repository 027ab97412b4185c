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
	s.beginAll(c, []*process{p}, s.toldID(p))
	if !p.launch.attach {
		s.beginTurn(nil)
	}
}

// beginAll makes new processes known, tells the answer, attaches what is to be attached and lets them run. All of that
// is one step for everybody else: who hears of a process finds it attached, and no event of it comes before the answer.
func (s *session) beginAll(c *wire.Command, processes []*process, answer string) {
	s.e.faults.delay(s)
	s.out.awaitRoom()
	for _, p := range processes {
		p.mu.Lock()
		s.e.admit(p)
	}
	s.mu.Lock()
	s.out.tell(&wire.Event{Kind: wire.Answer, For: c.Kind, Corr: c.Corr, OK: true, Text: []byte(answer)})
	for _, p := range processes {
		if p.launch.attach {
			s.adopt(p)
		}
	}
	s.mu.Unlock()
	for _, p := range processes {
		p.mu.Unlock()
		s.e.begin(p)
	}
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

// toldID is the id in the answer to a launch: some generations do not tell that of a process nobody is attached to.
func (s *session) toldID(p *process) string {
	if s.e.features.StrictNames && !p.launch.attach {
		return ""
	}
	return p.id
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
		processes, ids = append(processes, p), append(ids, p.id)
	}
	list, _ := json.Marshal(ids) // strings always can be
	s.beginAll(c, processes, string(list))
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

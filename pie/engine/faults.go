package engine

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Faults are what goes wrong on purpose. Counts are over the whole engine, from 1, so that a script of events goes
// wrong at the same place each time; the zero value is a server without faults.
type Faults struct {
	// Latency delays each answer. Commands of one connection wait for each other, as on servers.
	Latency time.Duration
	// RefuseEvery refuses every nth launch. 0: none.
	RefuseEvery int
	// FailEvery ends every nth process in an exception before its program runs. 0: none.
	FailEvery int
	// StarveEvery ends every nth process for lack of resources, in the generation's way of saying so. 0: none.
	StarveEvery int
	// LoseEndEvery loses every nth end of a process that has a reader, as 0.2 and 0.4 do now and then. 0: none.
	LoseEndEvery int
	// CutAfter ends each connection after that many messages to the client. 0: never.
	CutAfter int
	// CutSilently makes a cut connection half-open: nothing comes, nothing is read, and it does not close.
	CutSilently bool
	// CutTimes is how many connections are cut; the later ones live. 0: all.
	CutTimes int
	// Stuck makes every terminate a yes that ends nothing, as with a guest that computes and never waits.
	Stuck bool
	// Mute lists kinds of commands that are neither run nor answered.
	Mute []wire.CommandKind
}

// faultScript is the faults of one engine and how far their counts have come.
type faultScript struct {
	current                                 atomic.Pointer[Faults]
	launches, processes, ends, cuts, hungry atomic.Int64
}

func newFaultScript(f *Faults) *faultScript {
	script := &faultScript{}
	script.set(f)
	return script
}

func (f *faultScript) set(faults *Faults) {
	if faults == nil {
		faults = &Faults{}
	}
	own := *faults
	own.Mute = slices.Clone(faults.Mute)
	f.current.Store(&own)
}

// SetFaults changes what goes wrong from now on; counts go on. Nil: nothing any more. Connections that are open keep
// the cut that they were opened with.
func (e *Engine) SetFaults(faults *Faults) { e.faults.set(faults) }

// due counts one more and says whether it is its turn.
func due(count *atomic.Int64, every int) bool {
	return every > 0 && count.Add(1)%int64(every) == 0
}

func (f *faultScript) mutes(k wire.CommandKind) bool {
	return slices.Contains(f.current.Load().Mute, k)
}

// refusal is why a launch is refused; "" when it is not.
func (f *faultScript) refusal() string {
	if due(&f.launches, f.current.Load().RefuseEvery) {
		return "launch refused (scripted fault)"
	}
	return ""
}

func (f *faultScript) exception() error {
	if due(&f.processes, f.current.Load().FailEvery) {
		return errors.New("scripted fault")
	}
	return nil
}

func (f *faultScript) stuck() bool { return f.current.Load().Stuck }

func (f *faultScript) starves() bool { return due(&f.hungry, f.current.Load().StarveEvery) }

func (f *faultScript) dropsEnd() bool { return due(&f.ends, f.current.Load().LoseEndEvery) }

func (f *faultScript) delay(s *session) { s.pause(f.current.Load().Latency) }

type cutKind uint8

const (
	cutNot cutKind = iota
	cutHard
	cutStall
)

// arm sets the cut of a new connection.
func (f *faultScript) arm(s *session) {
	faults := f.current.Load()
	if faults.CutAfter <= 0 || faults.CutTimes > 0 && f.cuts.Add(1) > int64(faults.CutTimes) {
		return
	}
	s.cut = cutHard
	if faults.CutSilently {
		s.cut = cutStall
	}
	s.out.cutAfter = faults.CutAfter
}

package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// Environment of the fault tests: how many cases in all, and the one seed to play.
const (
	faultCases = "PIERUN_FAULT_CASES"
	faultSeed  = "PIERUN_FAULT_SEED"
)

const defaultCases = 560

// TestFaultsOfTheWire plays flows over wires that cut, delay, halve and corrupt, seeded, in every generation.
func TestFaultsOfTheWire(t *testing.T) {
	first, seeds := faultSeeds(t)
	outcomes := tally{}
	for _, d := range wire.Generations() {
		for _, f := range flows() {
			t.Run(d.Generation+"/"+f.name, func(t *testing.T) {
				frames := countFrames(t, d.Generation, f)
				for seed := first; seed < first+seeds; seed++ {
					playFault(t, d.Generation, f, seed, frames, outcomes)
				}
			})
		}
	}
	t.Logf("%d generations × %d flows × %d seeds: %v", len(wire.Generations()), len(flows()), seeds, outcomes)
}

// tally counts how it went.
type tally map[string]int

func (n tally) of(f *faultTrial) {
	if f.c == nil {
		n["no connection"]++
	}
	for _, s := range f.seen {
		n[string(s.i.Status())]++
	}
}

func faultSeeds(t *testing.T) (first, seeds int) {
	t.Helper()
	if one := os.Getenv(faultSeed); one != "" {
		n, err := strconv.Atoi(one)
		if err != nil {
			t.Fatal(err)
		}
		return n, 1
	}
	cases := defaultCases
	if many := os.Getenv(faultCases); many != "" {
		var err error
		if cases, err = strconv.Atoi(many); err != nil {
			t.Fatal(err)
		}
	}
	return 0, max(1, cases/(len(wire.Generations())*len(flows())))
}

// countFrames plays the flow on a sound wire.
func countFrames(t *testing.T, generation string, f flow) (frames [2]int) {
	t.Helper()
	t.Run("sound", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { frames = playOn(t, generation, f, nil, tally{}) })
	})
	if frames[0] < 2 || frames[1] < 2 {
		t.Fatalf("frames down and up: %v", frames)
	}
	return frames
}

func playFault(t *testing.T, generation string, f flow, seed int, frames [2]int, outcomes tally) {
	t.Helper()
	h := fnv.New64a()
	fmt.Fprint(h, generation, f.name)
	fault := newBreakage(rand.New(rand.NewPCG(h.Sum64(), uint64(seed))), frames)
	t.Run(fmt.Sprint(seed), func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			defer func() {
				if t.Failed() {
					t.Logf("%s=%d: %v", faultSeed, seed, fault)
				}
			}()
			playOn(t, generation, f, fault, outcomes)
		})
	})
}

// playOn plays a flow over a wire with a fault and checks what has to be true afterwards. That no goroutine is left
// is checked by the bubble, which ends only when all have.
func playOn(t *testing.T, generation string, f flow, fault *breakage, outcomes tally) [2]int {
	t.Helper()
	s := memoryServer(t, generation)
	p := &proxy{dial: s.dial, fault: fault}
	ft := &faultTrial{trial: &trial{T: t, server: s, fate: fates()[generation]}, clean: fault == nil || fault.kind == delay}
	cfg := s.config()
	cfg.DialContext, cfg.Liveness = p.DialContext, 20*time.Second
	c, err := pie.Dial(ft.soon(), cfg)
	if err != nil {
		ft.failed("connect", err)
	} else {
		ft.c = c
		f.play(ft)
		_ = c.Close(context.Background())
		for _, s := range ft.seen {
			ft.judge(s, fault)
		}
	}
	outcomes.of(ft)
	frames := p.frames()
	_ = s.engine.Close()
	synctest.Wait()
	if left := s.engine.Instances(); len(left) > 0 {
		t.Errorf("the engine still runs %v", left)
	}
	return frames
}

// judge compares what a client saw of an instance with what was said, and with the engine's record.
func (f *faultTrial) judge(s *sight, fault *breakage) {
	f.Helper()
	if !s.i.Settled() {
		f.Errorf("%s has not settled: %s", s.i.ID(), s.i.Status())
	}
	if fault != nil && fault.kind == corrupt {
		return // nothing in the protocol tells a changed text from a right one
	}
	if !s.isPrefix() {
		f.Errorf("got %q, which is no prefix of %q", s.got, s.said)
	}
	synctest.Wait()
	there := hasInstance(f.engine.Instances(), s.i.ID())
	var e *pie.Error
	switch {
	case s.end.Kind == pie.Completed && len(s.got) != len(s.said):
		f.Errorf("completed after %q of %q", s.got, s.said)
	case s.end.Kind != 0 && there:
		f.Errorf("%v, and the engine still runs it", s.end.Kind)
	case errors.As(s.err, &e) && e.Running == pie.False && there:
		f.Errorf("lost and said not to run, but the engine runs it")
	case errors.As(s.err, &e) && e.Running == pie.True && !there:
		f.Errorf("lost and said to run, but the engine does not have it")
	}
}

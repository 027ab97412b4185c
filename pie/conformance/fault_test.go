package conformance_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// Environment of the fault tests: how many cases in all ("every": each fault at each frame once), and the one seed
// to play.
const (
	faultCases = "PIERUN_FAULT_CASES"
	faultSeed  = "PIERUN_FAULT_SEED"
)

const defaultCases = 720

// TestFaultsOfTheWire plays flows over wires that cut, delay, halve and corrupt, seeded, in every generation.
func TestFaultsOfTheWire(t *testing.T) {
	first, seeds := faultSeeds(t)
	outcomes, cases, places := tally{}, 0, 0
	for _, d := range wire.Generations() {
		for _, f := range flows() {
			t.Run(d.Generation+"/"+f.name, func(t *testing.T) {
				b := newBreakages(d.Generation+f.name, countFrames(t, d.Generation, f))
				n := cmp.Or(seeds, b.places())
				for seed := first; seed < first+n; seed++ {
					playFault(t, d.Generation, f, seed, b.of(seed), outcomes)
				}
				cases, places = cases+n, places+b.places()
			})
		}
	}
	t.Logf("%d generations × %d flows: %d cases at %d places: %v", len(wire.Generations()), len(flows()), cases, places, outcomes)
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

// faultSeeds are those of each flow; none stands for as many as there are places to break it.
func faultSeeds(t *testing.T) (first, seeds int) {
	t.Helper()
	if os.Getenv(faultCases) == "every" {
		return 0, 0
	}
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

func playFault(t *testing.T, generation string, f flow, seed int, fault *breakage, outcomes tally) {
	t.Helper()
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
	ft := &faultTrial{trial: &trial{T: t, server: s, fate: fates()[generation]}, clean: fault == nil || fault.kind == delay,
		tampered: fault != nil && fault.kind == corrupt}
	cfg := s.config()
	cfg.DialContext, cfg.Liveness, cfg.Reconnect = p.DialContext, 20*time.Second, f.reconnects
	c, err := pie.Dial(ft.soon(), cfg)
	if err != nil {
		ft.failed("connect", err)
	} else {
		ft.c = c
		f.play(ft)
		_ = c.Close(context.Background())
		synctest.Wait()
		ft.judge(fault)
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

package luabind

import (
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"
)

// flowModule is the module flow. Scheduler's goroutine.
type flowModule struct {
	rt     *Runtime
	random *rand.Rand // for jitter; not math.random, whose sequence belongs to the script
}

// openFlow makes the module flow.
func openFlow(rt *Runtime) lua.LValue {
	rt.openProgressType()
	m := &flowModule{rt: rt, random: rand.New(rand.NewPCG(uint64(rt.seed), 1))}
	return rt.L.SetFuncs(rt.L.CreateTable(0, 4), map[string]lua.LGFunction{
		"map": m.mapCall, "retry": m.retryCall, "progress": m.progressCall,
	})
}

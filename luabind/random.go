package luabind

import (
	"math"
	"math/rand/v2"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// openRandom seeds math.random: a fresh seed for each run unless the Config fixes one.
func (rt *Runtime) openRandom() {
	rt.seed = rand.Int64N(1 << 53) // short enough to be typed after --seed again
	if rt.cfg.Seed != nil {
		rt.seed = *rt.cfg.Seed
	}
	rt.random = newRandom(rt.seed)
	rt.L.SetFuncs(libTable(rt.L, "math"), map[string]lua.LGFunction{
		"random": rt.mathRandom, "randomseed": rt.mathRandomSeed,
	})
}

func newRandom(seed int64) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 0)) }

// math.random([m[, n]]) as in Lua 5.1.
func (rt *Runtime) mathRandom(L *lua.LState) int {
	if L.GetTop() == 0 {
		L.Push(lua.LNumber(rt.random.Float64()))
		return 1
	}
	low, high := 1, luavalue.ArgInt(L, 1, "math.random", 1)
	if L.GetTop() > 1 {
		low, high = high, luavalue.ArgInt(L, 2, "math.random", 1)
	}
	if low > high {
		luavalue.WrongArg(L, L.GetTop(), "math.random", "leaves nothing to choose: %d to %d is empty", low, high)
	}
	L.Push(lua.LNumber(int64(low) + rt.random.Int64N(int64(high)-int64(low)+1)))
	return 1
}

// math.randomseed(n) fixes what follows.
func (rt *Runtime) mathRandomSeed(L *lua.LState) int {
	n := luavalue.Arg[lua.LNumber](L, 1, "math.randomseed", "a number")
	rt.random = newRandom(int64(math.Float64bits(float64(n))))
	return 0
}

package cli

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/pierun/pierun/luabind/luavalue"
)

// memoryEvery is how often the memory in use is looked at, which takes a microsecond: a script that fills memory as fast
// as it can gets at some hundred MiB between two looks.
const memoryEvery = 50 * time.Millisecond

// memoryFlag is the flag of [options.memoryLimit].
const memoryFlag = "memory-limit"

// memoryLimit is how much memory a run may hold, in bytes; zero is any amount.
func (o *options) memoryLimit() int64 {
	word := o.text(memoryFlag)
	switch {
	case word == "off":
		return 0
	case !o.ctx.IsSet(memoryFlag):
		return defaultMemoryLimit()
	}
	n, err := luavalue.ParseSize(lua.LString(word))
	if err != nil || n == 0 {
		o.fail(memoryFlag, `must be a size like "4GiB", or off, not %q`, word)
	}
	return n
}

// withinMemory gives a context that ends, with an error of the script as its cause, once the process holds more than
// limit bytes: the kernel would end it without a word, and leave behind what it runs on servers. Nearing the limit, the
// collector works harder, unless the environment says how hard it shall. stop ends the watch.
func withinMemory(ctx context.Context, limit int64, getenv func(string) string) (within context.Context, stop func()) {
	if limit == 0 {
		return ctx, func() {}
	}
	if getenv("GOMEMLIMIT") == "" && limit/4*3 < machineMemory()/2 {
		debug.SetMemoryLimit(limit / 4 * 3)
	}
	within, cancel := context.WithCancelCause(ctx)
	go watchMemory(within, limit, cancel)
	return within, func() { cancel(context.Canceled) }
}

func watchMemory(ctx context.Context, limit int64, over context.CancelCauseFunc) {
	look := time.NewTicker(memoryEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		if held := heldMemory(); held > limit {
			over(luavalue.Errorf(luavalue.KindScript, "the run was ended because it held %s of memory, more than the %s of --%s", size(held), size(limit), memoryFlag).
				WithHint("keep less at once: hand flow.map an iterator in place of a list, and write results with on_result; or raise --%s", memoryFlag))
			return
		}
	}
}

// heldMemory is what the process has from the system, in bytes.
func heldMemory() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

package luabind

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// logger is the module log: one line on standard error for each call at or above the level. Scheduler's goroutine.
type logger struct {
	rt    *Runtime
	out   slog.Handler
	level slog.LevelVar
}

// openLog makes the module log.
func openLog(rt *Runtime) lua.LValue {
	l := &logger{rt: rt}
	rt.log = l
	if err := l.level.UnmarshalText([]byte(rt.cfg.LogLevel)); err != nil {
		l.level.Set(slog.LevelInfo)
	}
	l.out = slog.NewTextHandler(rt.stderr, &slog.HandlerOptions{Level: &l.level, ReplaceAttr: shortTime})
	return rt.L.SetFuncs(rt.L.CreateTable(0, 8), map[string]lua.LGFunction{
		"debug": l.at("log.debug", slog.LevelDebug), "info": l.at("log.info", slog.LevelInfo),
		"warn": l.at("log.warn", slog.LevelWarn), "error": l.at("log.error", slog.LevelError), "level": l.setLevel,
	})
}

// shortTime leaves the date out: a line is read while the script runs, or beside others of the same run.
func shortTime(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey && len(groups) == 0 {
		return slog.String(slog.TimeKey, a.Value.Time().Format("15:04:05.000"))
	}
	return a
}

// at makes log.debug(message[, fields]) and the like.
func (l *logger) at(fn string, level slog.Level) lua.LGFunction {
	return func(L *lua.LState) int {
		if !l.out.Enabled(context.Background(), level) {
			return 0
		}
		fields := L.Get(2)
		if fields != lua.LNil {
			luavalue.ArgTable(L, 2, fn)
		}
		l.write(L, level, sched.ToString(L, L.Get(1)), fields)
		return 0
	}
}

func (l *logger) write(L *lua.LState, level slog.Level, message string, fields lua.LValue) {
	attrs := []slog.Attr{slog.String("task", l.rt.sched.Current().Name())}
	if t, ok := fields.(*lua.LTable); ok {
		attrs = append(attrs, logFields(L, t)...)
	}
	l.put(level, message, attrs...)
}

// tellSeed says how to have the same sequence of math.random again.
func (l *logger) tellSeed() {
	if l.out.Enabled(context.Background(), slog.LevelDebug) {
		l.put(slog.LevelDebug, "math.random is seeded; --seed gives the same numbers again", slog.Int64("seed", l.rt.seed))
	}
}

func (l *logger) put(level slog.Level, message string, attrs ...slog.Attr) {
	record := slog.NewRecord(l.rt.cfg.Clock.Now().Round(time.Millisecond), level, message, 0)
	record.AddAttrs(attrs...)
	_ = l.out.Handle(context.Background(), record) // nobody is left to be told that standard error is closed
}

// logFields lists the fields by name.
func logFields(L *lua.LState, t *lua.LTable) []slog.Attr {
	var fields []slog.Attr
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		fields = append(fields, slog.Any(k.String(), logValue(L, v)))
	}
	slices.SortFunc(fields, func(a, b slog.Attr) int { return strings.Compare(a.Key, b.Key) })
	return fields
}

// logValue is a table as JSON where it has that form, any other value as tostring has it.
func logValue(L *lua.LState, v lua.LValue) any {
	switch t := v.(type) {
	case lua.LNumber:
		if f := float64(t); f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return int64(f)
		}
		return float64(t)
	case *lua.LTable:
		if text, err := luavalue.Encode(t, luavalue.EncodeOptions{Sort: true}); err == nil {
			return string(text)
		}
	}
	return sched.ToString(L, v)
}

// log.level([name]) sets the lowest level that is printed and gives the one that holds now.
func (l *logger) setLevel(L *lua.LState) int {
	if L.Get(1) != lua.LNil {
		name := luavalue.ArgString(L, 1, "log.level")
		if !slices.Contains([]string{"debug", "info", "warn", "error"}, name) {
			luavalue.WrongArg(L, 1, "log.level", `must be "debug", "info", "warn" or "error", not %q`, name)
		}
		_ = l.level.UnmarshalText([]byte(name)) // one of the four
	}
	L.Push(lua.LString(strings.ToLower(l.level.Level().String())))
	return 1
}

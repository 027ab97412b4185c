package luabind

import (
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// launchOptionNames are the options of launch; run takes "on_event" as well.
var launchOptionNames = [...]string{
	"timeout", "idle_timeout", "launch_timeout", "detached", "scope", "buffer", "keep", "max_output", "save_dir",
	"token_budget", "props", "session", "files", "on_event",
}

// Defaults of the launch options.
const (
	defaultLaunchTimeout = 10 * time.Minute
	defaultKeep          = 1 << 20
	defaultBuffer        = 16 << 20
	defaultMaxOutput     = 64 << 20
)

// launchOptions are the limits of one instance that the host itself keeps. Zero limits are none.
type launchOptions struct {
	timeout, idle, launch time.Duration
	scope                 *sched.Scope // nil: the innermost
	buffer, maxOutput     int64        // of unread bytes; maxOutput while somebody waits for the end
	keep                  int
	onEvent               *lua.LFunction
	over                  string // the limit that is over at the call; "": none
}

// usualOptions are those of a launch that is given none.
func usualOptions() launchOptions {
	return launchOptions{launch: defaultLaunchTimeout, buffer: defaultBuffer, keep: defaultKeep, maxOutput: defaultMaxOutput}
}

// options reads the options at stack index idx into the launch.
func (l *launch) options(L *lua.LState, idx int, run bool) {
	names := launchOptionNames[:]
	if !run {
		names = names[:len(names)-1]
	}
	if o := luavalue.Opts(L, idx, l.op, names...); !o.None() {
		l.given(L, o, run)
	}
	if l.spec.Buffer = l.opts.buffer; run { // it waits from the first event on
		l.spec.Buffer = l.opts.maxOutput
	}
}

// given takes what the table of options says.
func (l *launch) given(L *lua.LState, o luavalue.Options, run bool) {
	l.opts = new(launchOptions)
	l.limits(o)
	l.opts.scope = l.scopeOption(o)
	l.opts.onEvent = o.Function("on_event")
	l.spec.Detached = o.Bool("detached", false)
	l.spec.SaveDir = saveDirOption(L, o, l.op)
	l.spec.Props = l.propsOption(o)
	l.spec.Session = o.String("session", "")
	l.spec.TokenBudget = budgetOption(o)
	l.spec.Files = filesOption(o)
	if l.spec.Detached && l.opts.timeout+l.opts.idle > 0 {
		o.Fail("detached", "leaves nobody to keep timeout or idle_timeout")
	}
	if run && l.spec.Detached {
		o.Fail("detached", "has nothing to give here: use launch and attach_instance")
	}
}

// budgetOption is the most tokens that the program may compute; 0 is no limit.
func budgetOption(o luavalue.Options) uint64 {
	budget := o.Int("token_budget", 0)
	if budget <= 0 && o.Has("token_budget") {
		o.Fail("token_budget", "must be at least 1, not %d", budget)
	}
	return uint64(budget)
}

func (l *launch) limits(o luavalue.Options) {
	l.opts.timeout = l.patience(o, "timeout", 0)
	l.opts.launch = l.patience(o, "launch_timeout", defaultLaunchTimeout)
	if o.Has("idle_timeout") {
		l.opts.idle = positive(o, "idle_timeout", 0)
	}
	l.opts.buffer = o.Size("buffer", defaultBuffer)
	l.opts.keep = int(min(o.Size("keep", defaultKeep), 1<<30))
	l.opts.maxOutput = o.Size("max_output", max(l.opts.buffer, defaultMaxOutput))
}

// patience reads how long to wait, def if it is left out. With 0 the time is over at the call: nothing is launched.
func (l *launch) patience(o luavalue.Options, name string, def time.Duration) time.Duration {
	d := o.Duration(name, def)
	if d == 0 && o.Has(name) {
		l.opts.over = name
	}
	return d
}

// scopeOption reads the owner: what task.scope handed to its function.
func (l *launch) scopeOption(o luavalue.Options) *sched.Scope {
	v := o.Value("scope")
	if v == lua.LNil {
		return nil
	}
	if u, ok := v.(*lua.LUserData); ok {
		if s, ok := u.Value.(*sched.Scope); ok {
			if s.Ended() {
				o.Fail("scope", "has ended already")
			}
			return s
		}
	}
	o.Fail("scope", "must be a scope of task.scope, not %s", luavalue.Named(v))
	return nil
}

// saveDirOption reads the folder for files; a wrong one is better known before the first file comes.
func saveDirOption(L *lua.LState, o luavalue.Options, op string) string {
	dir := o.String("save_dir", "")
	if dir != "" && !isFolder(dir) {
		raise(L, op, luavalue.KindIO, "fs.mkdir makes it", "%s: save_dir: there is no folder %s", op, dir)
	}
	return dir
}

// propsOption reads the properties: JSON text, or a table to be made one.
func (l *launch) propsOption(o luavalue.Options) string {
	v := o.Value("props")
	t, ok := v.(*lua.LTable)
	if !ok {
		if _, text := v.(lua.LString); !text && v != lua.LNil {
			o.Fail("props", "must be a table or a string of JSON, not %s", luavalue.Named(v))
		}
		return o.String("props", "")
	}
	text, err := luavalue.Encode(t, luavalue.EncodeOptions{Sort: true})
	if err != nil {
		o.Fail("props", "cannot be sent as JSON: %s", err)
	}
	return string(text)
}

// filesOption reads files = {name = bytes}.
func filesOption(o luavalue.Options) map[string][]byte {
	t := o.Table("files")
	if t == nil {
		return nil
	}
	files := map[string][]byte{}
	t.ForEach(func(k, v lua.LValue) {
		name, isName := k.(lua.LString)
		data, isText := v.(lua.LString)
		if !isName || !isText {
			o.Fail("files", "must be a table of name = bytes")
		}
		files[string(name)] = []byte(data)
	})
	return files
}

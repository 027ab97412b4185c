package luabind

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// baiSpecNames are the options that describe a session.
func baiSpecNames() []string {
	return []string{"image", "name", "type", "group", "domain", "tag", "architecture", "resources", "shmem", "env", "mounts", "mount_map",
		"ports", "scaling_group", "cluster_size", "cluster_mode", "command", "starts_at", "batch_timeout", "bootstrap", "dependencies",
		"callback_url", "priority", "owner_access_key", "fresh"}
}

// baiSpec reads what session to create.
func baiSpec(o luavalue.Options, op string) backendai.SessionSpec {
	s := backendai.SessionSpec{Image: o.String("image", ""), Name: o.String("name", ""), Type: backendai.SessionType(o.String("type", "")),
		Group: o.String("group", ""), Domain: o.String("domain", ""), Tag: o.String("tag", ""), Architecture: o.String("architecture", ""),
		ScalingGroup: o.String("scaling_group", ""), ClusterSize: o.Int("cluster_size", 0), ClusterMode: o.String("cluster_mode", ""),
		StartupCommand: o.String("command", ""), StartsAt: o.String("starts_at", ""), BatchTimeout: o.Duration("batch_timeout", 0),
		BootstrapScript: o.String("bootstrap", ""), CallbackURL: o.String("callback_url", ""), OwnerAccessKey: o.String("owner_access_key", ""),
		Fresh: o.Bool("fresh", false)}
	if o.Has("cluster_size") && s.ClusterSize < 1 {
		o.Fail("cluster_size", "must be 1 or more, not %d", s.ClusterSize)
	}
	if s.Image == "" {
		o.Fail("image", "is missing: name what the session is made from")
	}
	if s.Name == "" {
		s.Name = newSessionName()
	}
	s.Resources = slotsOption(o)
	s.Shmem = shmemOption(o)
	s.Environ, s.MountMap = wordsOption(o, "env"), wordsOption(o, "mount_map")
	s.Mounts, s.Dependencies = listOption(o, "mounts", op), listOption(o, "dependencies", op)
	s.PreopenPorts = portsOption(o)
	if o.Has("priority") {
		n := o.Int("priority", 0)
		s.Priority = &n
	}
	return s
}

// slotsOption reads resources; "cuda" and "gpu" are whole GPUs, "fgpu" and "vgpu" fractions.
func slotsOption(o luavalue.Options) map[string]string {
	short := map[string]string{"cuda": "cuda.device", "gpu": "cuda.device", "fgpu": "cuda.shares", "vgpu": "cuda.shares",
		"rocm": "rocm.device", "tpu": "tpu.device"}
	out := map[string]string{}
	for name, amount := range wordsOption(o, "resources") {
		if full := short[name]; full != "" {
			name = full
		}
		out[name] = amount
	}
	return out
}

// wordsOption reads a table of name → text or number.
func wordsOption(o luavalue.Options, name string) map[string]string {
	t := o.Table(name)
	if t == nil {
		return nil
	}
	out := map[string]string{}
	t.ForEach(func(k, v lua.LValue) {
		if k.Type() != lua.LTString {
			o.Fail(name, "must be a table of names and values; this one has the key %s", luavalue.Named(k))
		}
		if v.Type() != lua.LTString && v.Type() != lua.LTNumber {
			o.Fail(name, "has %s = %s: give texts or numbers", k, v.Type())
		}
		out[k.String()] = sizeWord(v)
	})
	return out
}

// shmemOption is an amount: a text or a number.
func shmemOption(o luavalue.Options) string {
	v := o.Value("shmem")
	if t := v.Type(); t != lua.LTString && t != lua.LTNumber && t != lua.LTNil {
		o.Fail("shmem", `must be a size such as "64m", not %s`, luavalue.Named(v))
	}
	return sizeWord(v)
}

// listTable is an option that is a list.
func listTable(o luavalue.Options, name string) *lua.LTable {
	t := o.Table(name)
	if t == nil {
		return nil
	}
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		if k.Type() != lua.LTNumber {
			o.Fail(name, "must be a list; this table has names (%s)", luavalue.Named(k))
		}
	}
	return t
}

// sizeWord is a text or a number as managers take it.
func sizeWord(v lua.LValue) string {
	if n, ok := v.(lua.LNumber); ok {
		return strconv.FormatFloat(float64(n), 'f', -1, 64)
	}
	if v == lua.LNil {
		return ""
	}
	return v.String()
}

func listOption(o luavalue.Options, name, op string) []string {
	if t := listTable(o, name); t != nil {
		return append([]string{}, textList(o.L, t, op)...)
	}
	return nil
}

func portsOption(o luavalue.Options) []int {
	t := listTable(o, "ports")
	if t == nil {
		return nil
	}
	var out []int
	for i := 1; i <= t.Len(); i++ {
		n, ok := t.RawGetInt(i).(lua.LNumber)
		if !ok || float64(int(n)) != float64(n) {
			o.Fail("ports", "must be a list of whole numbers, not have %s", luavalue.Named(t.RawGetInt(i)))
		}
		out = append(out, int(n))
	}
	return out
}

// scopeOption is the owner: the scope of the option, else the innermost.
func scopeOption(o luavalue.Options, rt *Runtime) *sched.Scope {
	v := o.Value("scope")
	if v == lua.LNil {
		return rt.sched.Current().Scope()
	}
	if u, ok := v.(*lua.LUserData); ok {
		if sc, ok := u.Value.(*sched.Scope); ok && !sc.Ended() {
			return sc
		}
	}
	o.Fail("scope", "must be a scope of task.scope that has not ended")
	return nil
}

// progressOption tells stages: to a function of the script, or with true on standard error.
func (rt *Runtime) progressOption(o luavalue.Options) func(L *lua.LState, text string, fields map[string]string) {
	switch v := o.Value("progress").(type) {
	case *lua.LFunction:
		return func(L *lua.LState, text string, fields map[string]string) {
			call(L, v, lua.LString(text), fromGo(L, maps.Clone(fields)))
		}
	case lua.LBool:
		if v {
			return func(_ *lua.LState, text string, _ map[string]string) { fmt.Fprintln(rt.stderr, "backendai:", text) }
		}
	case *lua.LNilType:
	default:
		o.Fail("progress", "must be true or a function")
	}
	return func(*lua.LState, string, map[string]string) {}
}

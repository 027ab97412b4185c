package luabind

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// loader is require: modules of the host, package.preload, and .lua files beside the script. Scheduler's goroutine.
type loader struct {
	rt      *Runtime
	loaded  *lua.LTable // package.loaded
	preload *lua.LTable // package.preload
	loading map[string]*loading
	waits   map[*sched.Task]*loading // who waits for which, to tell a circle
}

// loading is a module whose chunk has begun and not ended: later callers wait for it.
type loading struct {
	by      *sched.Task
	waiting []*sched.Task
	done    bool
	err     *luavalue.Error // why it failed, once done
}

func newLoader(rt *Runtime) *loader {
	return &loader{rt: rt, loading: map[string]*loading{}, waits: map[*sched.Task]*loading{}}
}

// open puts the host's modules into package.loaded and replaces require.
func (ld *loader) open() {
	pkg, ok := ld.rt.L.GetGlobal("package").(*lua.LTable)
	if !ok {
		pkg = ld.rt.L.CreateTable(0, 4)
		ld.rt.L.SetGlobal("package", pkg)
	}
	ld.loaded, ld.preload = ld.table(pkg, "loaded"), ld.table(pkg, "preload")
	for name, value := range ld.rt.modules {
		ld.loaded.RawSetString(name, value)
	}
	ld.rt.L.SetGlobal("require", ld.rt.L.NewFunction(ld.require))
}

func (ld *loader) table(pkg *lua.LTable, name string) *lua.LTable {
	if t, ok := pkg.RawGetString(name).(*lua.LTable); ok {
		return t
	}
	t := ld.rt.L.CreateTable(0, 16)
	pkg.RawSetString(name, t)
	return t
}

// require(name) returns the module's value, loading it at the first call.
func (ld *loader) require(L *lua.LState) int {
	name := luavalue.ArgString(L, 1, "require")
	if name == "args" {
		ld.rt.sight = looking
	}
	for ld.loading[name] != nil {
		ld.await(L, name, ld.loading[name])
	}
	value := ld.loaded.RawGetString(name)
	if value == lua.LNil {
		value = ld.load(L, name)
	}
	L.Push(value)
	return 1
}

// await waits for another task that is loading the module, and fails as it fails.
func (ld *loader) await(L *lua.LState, name string, l *loading) {
	task := ld.rt.sched.Current()
	if ld.circle(task, l) {
		luavalue.Raisef(L, luavalue.KindScript, "module %q requires itself, directly or through others", name)
	}
	ld.waits[task] = l
	defer delete(ld.waits, task)
	for !l.done {
		l.waiting = append(l.waiting, task)
		task.Suspend(L, -1)
	}
	if l.err != nil {
		luavalue.Raise(L, l.err)
	}
}

// circle tells whether l can only end after task has gone on.
func (ld *loader) circle(task *sched.Task, l *loading) bool {
	for ; l != nil; l = ld.waits[l.by] {
		if l.by == task {
			return true
		}
	}
	return false
}

// load finds and runs the module's chunk in the current task. Whoever waits is told when it ends, also by an error.
func (ld *loader) load(L *lua.LState, name string) lua.LValue {
	chunk := ld.find(L, name)
	l := &loading{by: ld.rt.sched.Current()}
	ld.loading[name] = l
	defer ld.finish(name, l)
	L.Push(chunk)
	L.Push(lua.LString(name))
	ld.call(L, l)
	value := L.Get(-1)
	L.Pop(1)
	if set := ld.loaded.RawGetString(name); value == lua.LNil && set != lua.LNil {
		value = set
	}
	if value == lua.LNil {
		value = lua.LTrue
	}
	ld.loaded.RawSetString(name, value)
	return value
}

// call runs the chunk on top of the stack and keeps its error for those who wait, on its way up.
func (ld *loader) call(L *lua.LState, l *loading) {
	defer func() {
		if r := recover(); r != nil {
			l.err = loadFailure(L, r)
			panic(r)
		}
	}()
	L.Call(1, 1)
}

// loadFailure is what those who wait are told when the chunk ended with the panic r.
func loadFailure(L *lua.LState, r any) *luavalue.Error {
	if err, ok := r.(error); ok {
		return luavalue.FromGo(L, err)
	}
	return luavalue.Errorf(luavalue.KindScript, "the module failed while it was loaded: %v", r)
}

func (ld *loader) finish(name string, l *loading) {
	delete(ld.loading, name)
	l.done = true
	for _, task := range l.waiting {
		task.Wake()
	}
}

// find gives the module's chunk: package.preload, then a file. Nothing found raises script with all places.
func (ld *loader) find(L *lua.LState, name string) *lua.LFunction {
	if fn, ok := ld.preload.RawGetString(name).(*lua.LFunction); ok {
		return fn
	}
	var looked []string
	for _, path := range ld.places(name) {
		text, err := os.ReadFile(path)
		if err == nil {
			return ld.compile(L, path, string(text))
		}
		looked = append(looked, fmt.Sprintf("no file %s", path))
		if !os.IsNotExist(err) {
			looked[len(looked)-1] = fmt.Sprintf("cannot read %s: %v", path, err)
		}
	}
	ld.notFound(L, name, looked)
	return nil
}

// places are the files that name may stand for; dots separate folders. Where the script is a symbolic link, what lies
// beside the link comes before what lies beside the script itself.
func (ld *loader) places(name string) []string {
	var files []string
	for _, dir := range append([]string{ld.rt.dir}, linkedFrom(ld.rt.cfg.Script)...) {
		base := filepath.Join(dir, filepath.FromSlash(strings.ReplaceAll(name, ".", "/")))
		files = append(files, base+".lua", filepath.Join(base, "init.lua"))
	}
	return files
}

// linkedFrom is the folder of the file that a symbolic link leads to; none for anything else.
func linkedFrom(script string) []string {
	if info, err := os.Lstat(script); err != nil || info.Mode()&os.ModeSymlink == 0 {
		return nil
	}
	file, err := filepath.EvalSymlinks(script)
	if err != nil {
		return nil
	}
	return []string{filepath.Dir(file)}
}

func (ld *loader) compile(L *lua.LState, path, text string) *lua.LFunction {
	fn, err := ld.rt.sched.Compile(strings.NewReader(ld.rt.source(path, text)), path)
	if err != nil {
		luavalue.Raise(L, luavalue.FromGo(L, err))
	}
	ld.rt.see(fn, true)
	return fn
}

func (ld *loader) notFound(L *lua.LState, name string, looked []string) {
	e := luavalue.Errorf(luavalue.KindScript, "module %q not found: no module of pierun, %s", name, strings.Join(looked, ", ")).WithOp("require")
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(ld.rt.modules)), func(name string) bool { return name == "try" })
	e.WithHint("pierun has %s", strings.Join(names, ", "))
	if near := luavalue.Closest(name, names); near != "" {
		e.WithHint("did you mean %q?", near)
	}
	luavalue.Raise(L, e)
}

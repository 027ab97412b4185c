package luabind

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/scripts"
	lua "github.com/yuin/gopher-lua"
)

// stubClasses says which class of the stubs stands for which metatable.
var stubClasses = map[string]string{
	clientMeta: "pie.Client", instanceMeta: "pie.Instance", blobMeta: "pie.Blob", resultMeta: "pie.Result",
	taskMeta: "task.Task", scopeMeta: "task.Scope", channelMeta: "task.Channel", semaphoreMeta: "task.Semaphore",
	limiterMeta: "task.Limiter", writerMeta: "jsonl.Writer", progressMeta: "flow.Progress",
	baiConfigMeta: "backendai.Config", baiClientMeta: "backendai.Client", baiSessionMeta: "backendai.Session",
	mcpOfferMeta: "mcp.Offer", mcpServerMeta: "mcp.Server",
	baiTerminalMeta: "backendai.Terminal", baiForwardMeta: "backendai.Forward",
}

// stub is what the stubs say of one class, or of the globals under "".
type stub struct {
	functions map[string]string // name → the comment above it
	fields    []string
}

// stubs reads all stub files.
func stubs(t *testing.T) map[string]*stub {
	t.Helper()
	all := map[string]*stub{"": {functions: map[string]string{}}}
	names, err := fs.Glob(scripts.Types(), "*.lua")
	if err != nil || len(names) == 0 {
		t.Fatal("no stubs", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(scripts.Types(), name)
		if err != nil {
			t.Fatal(err)
		}
		readStub(all, string(text))
	}
	return all
}

var (
	classLine    = regexp.MustCompile(`^---@class ([\w.]+)`)
	fieldLine    = regexp.MustCompile(`^---@field (\w+)`)
	tableLine    = regexp.MustCompile(`^(?:local )?(\w+) = \{\}`)
	functionLine = regexp.MustCompile(`^function (?:(\w+)[.:])?(\w+)\(`)
)

// readStub reads one file: classes with their fields, the variable that stands for each, and functions.
func readStub(all map[string]*stub, text string) {
	class, variables, comment := "", map[string]string{"": ""}, ""
	for _, line := range strings.Split(text, "\n") {
		if m := classLine.FindStringSubmatch(line); m != nil {
			class = m[1]
			all[class] = &stub{functions: map[string]string{}}
		} else if m := fieldLine.FindStringSubmatch(line); m != nil && class != "" {
			all[class].fields = append(all[class].fields, m[1])
		} else if m := tableLine.FindStringSubmatch(line); m != nil {
			variables[m[1]] = class
		} else if m := functionLine.FindStringSubmatch(line); m != nil {
			all[variables[m[1]]].functions[m[2]] = comment
		}
		if strings.HasPrefix(line, "---") {
			comment += strings.TrimPrefix(strings.TrimPrefix(line, "---"), " ") + "\n"
		} else {
			comment = ""
		}
	}
}

// bindings gives the names of functions and of other fields for each class that a runtime has, and "" for the globals.
func bindings(t *testing.T) (functions, fields map[string][]string) {
	t.Helper()
	rt, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	functions, fields = map[string][]string{}, map[string][]string{}
	for name, value := range rt.modules {
		switch v := value.(type) {
		case *lua.LTable:
			functions[name], fields[name] = split(v)
		case *lua.LFunction:
			functions[""] = append(functions[""], name)
		}
	}
	for meta, methods := range methodTables(rt) {
		class, ok := stubClasses[meta]
		if !ok {
			t.Errorf("no class of the stubs is named for the metatable %s", meta)
		}
		functions[class], _ = split(methods)
	}
	return functions, fields
}

// methodTables finds the methods of each type of userdata and marked table in the registry.
func methodTables(rt *Runtime) map[string]*lua.LTable {
	found := map[string]*lua.LTable{}
	rt.L.G.Registry.ForEach(func(k, v lua.LValue) {
		mt, ok := v.(*lua.LTable)
		if !ok || !strings.HasPrefix(k.String(), "pierun.") {
			return
		}
		for _, name := range []string{"__methods", "__index"} {
			if methods, ok := mt.RawGetString(name).(*lua.LTable); ok {
				found[k.String()] = methods
				return
			}
		}
	})
	return found
}

func split(t *lua.LTable) (functions, fields []string) {
	t.ForEach(func(k, v lua.LValue) {
		if _, ok := v.(*lua.LFunction); ok {
			functions = append(functions, k.String())
		} else {
			fields = append(fields, k.String())
		}
	})
	return functions, fields
}

// TestStubsAreTheBindings: what the stubs promise is there, and what is there is in the stubs.
func TestStubsAreTheBindings(t *testing.T) {
	documented := stubs(t)
	functions, fields := bindings(t)
	for class, names := range functions {
		s := documented[class]
		if s == nil {
			t.Errorf("no stub for %s", class)
			continue
		}
		compare(t, "functions of "+class, slices.Collect(maps.Keys(s.functions)), names)
	}
	for class, names := range fields {
		compare(t, "fields of "+class, documented[class].fields, names)
	}
	for class, s := range documented {
		if len(s.functions) > 0 && functions[class] == nil {
			t.Errorf("the stubs have functions of %q, which no runtime has", class)
		}
	}
}

func compare(t *testing.T, what string, documented, bound []string) {
	t.Helper()
	for _, name := range documented {
		if !slices.Contains(bound, name) {
			t.Errorf("%s: %s is in the stub only", what, name)
		}
	}
	for _, name := range bound {
		if !slices.Contains(documented, name) {
			t.Errorf("%s: %s is not in the stub", what, name)
		}
	}
}

// TestStubsHaveExamples: every function is explained and has an example that compiles.
func TestStubsHaveExamples(t *testing.T) {
	rt, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	for class, s := range stubs(t) {
		for name, comment := range s.functions {
			words, rest, found := strings.Cut(comment, "```lua\n")
			code, _, closed := strings.Cut(rest, "```\n")
			if !found || !closed || strings.TrimSpace(words) == "" || strings.TrimSpace(code) == "" {
				t.Errorf("%s %s has no words, or no example", class, name)
			} else if _, err := rt.sched.Compile(strings.NewReader(code), class+"."+name); err != nil {
				t.Errorf("the example of %s %s: %v", class, name, err)
			}
		}
	}
}

// TestStubsHaveTheOptions: option tables are written down as they are read.
func TestStubsHaveTheOptions(t *testing.T) {
	documented := stubs(t)
	for class, names := range map[string][]string{
		"flow.MapOptions": mapOptionNames[:], "flow.RetryOptions": retryOptions[:], "args.Item": argFields[:],
		"backendai.ClientOptions": baiOptionNames(), "backendai.SessionOptions": append(baiSpecNames(), baiSessionNames()...),
		"mcp.Tool": mcpToolNames[:], "mcp.ServeOptions": mcpServeNames[:], "mcp.ConnectOptions": mcpConnectNames[:], "mcp.CallOptions": mcpCallNames[:],
		"pie.ConnectOptions": connectOptions[:], "pie.LaunchOptions": launchOptionNames[:len(launchOptionNames)-1],
	} {
		compare(t, "options "+class, documented[class].fields, names)
	}
}

// TestStubsHaveTheKinds: kinds of error and the fields that every error may have.
func TestStubsHaveTheKinds(t *testing.T) {
	text, err := fs.ReadFile(scripts.Types(), "globals.lua")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "---@alias pierun.Kind\n")
	var kinds []string
	for _, m := range regexp.MustCompile(`(?m)^---\| "(\w+)"$`).FindAllStringSubmatch(rest, -1) {
		kinds = append(kinds, m[1])
	}
	compare(t, "kinds of error", kinds, luavalue.Kinds())
}

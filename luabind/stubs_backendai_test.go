package luabind

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pierun/pierun/scripts"
)

// namespaceClasses says which class of the stubs stands for which namespace of a client.
func namespaceClasses() map[string]string {
	return map[string]string{"compute_session": "ComputeSessions", "vfolder": "Folders", "image": "Images", "resource_preset": "ResourcePresets",
		"resource_policy": "ResourcePolicies", "keypair": "KeyPairs", "user": "Users", "maintenance": "Maintenance", "group": "Groups",
		"scaling_group": "ScalingGroups", "agent": "Agents", "usage": "Usage"}
}

// TestStubsHaveTheNamespaces: the groups of methods of a manager's client are in the stubs, each method, with an example
// for each group that compiles.
func TestStubsHaveTheNamespaces(t *testing.T) {
	documented := stubs(t)
	text, err := fs.ReadFile(scripts.Types(), "backendai.lua")
	if err != nil {
		t.Fatal(err)
	}
	rt, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	compare(t, "namespaces", documented["backendai.Client"].fields, slices.Collect(maps.Keys(baiNamespaces())))
	for space, methods := range baiNamespaces() {
		class := "backendai." + namespaceClasses()[space]
		s := documented[class]
		if s == nil {
			t.Errorf("no class for the namespace %s", space)
			continue
		}
		compare(t, "methods of "+space, s.fields, slices.Collect(maps.Keys(methods)))
		m := regexp.MustCompile(`(?s)--- ` + "```lua\n((?:--- [^\n]*\n)+?)--- ```" + `\n---@class ` + regexp.QuoteMeta(class) + `\n`).FindSubmatch(text)
		if m == nil {
			t.Errorf("%s has no example", class)
		} else if _, err := rt.sched.Compile(strings.NewReader(strings.ReplaceAll(string(m[1]), "--- ", "")), class); err != nil {
			t.Error(err)
		}
	}
}

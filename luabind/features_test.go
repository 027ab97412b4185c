package luabind

import (
	"io/fs"
	"regexp"
	"slices"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/scripts"
)

// TestFeatureStubs: the words of client:supports are those of the stubs.
func TestFeatureStubs(t *testing.T) {
	text, err := fs.ReadFile(scripts.Types(), "pie.lua")
	if err != nil {
		t.Fatal(err)
	}
	alias := regexp.MustCompile(`(?m)^---@alias pie\.Feature\n((?:---\|.*\n)+)`).FindSubmatch(text)
	if alias == nil {
		t.Fatal("no alias pie.Feature")
	}
	var words []string
	for _, m := range regexp.MustCompile(`"(\w+)"(?: #.*)?\n`).FindAllSubmatch(alias[1], -1) {
		words = append(words, string(m[1]))
	}
	if want := pie.FeatureNames(); !slices.Equal(words, want) {
		t.Errorf("stubs %v, client %v", words, want)
	}
}

package engine_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pierun/pierun/pie/wire"
)

// same compares, and learns which id of here stands for a recorded one.
func (r *replay) same(want, got *event, cut bool) bool {
	if want.Kind != got.Kind {
		return false
	}
	if cut {
		return true
	}
	if want.Corr != got.Corr || want.OK != got.OK || len(want.Instances) != len(got.Instances) {
		return false
	}
	if want.id != "" && r.theirs[want.id] != got.id {
		return false
	}
	for i := range want.Instances {
		if !r.sameInstance(&want.Instances[i], &got.Instances[i]) {
			return false
		}
	}
	return r.sameText(want.text, got.text) && want.Chunk.Index == got.Chunk.Index && want.Chunk.Total == got.Chunk.Total
}

func (r *replay) sameInstance(want, got *wire.InstanceInfo) bool {
	return r.sameText(want.ID, got.ID) && want.User == got.User && want.State == got.State &&
		strings.Join(want.Args, " ") == strings.Join(got.Args, " ")
}

func (r *replay) sameText(want, got string) bool {
	want, got = sortedList(want), sortedList(got)
	wanted, gotten := uuidPattern.FindAllString(want, -1), uuidPattern.FindAllString(got, -1)
	if len(wanted) != len(gotten) {
		return false
	}
	for i := range wanted {
		if r.theirs[wanted[i]] == "" && !r.taught[gotten[i]] {
			r.theirs[wanted[i]], r.taught[gotten[i]] = gotten[i], true
		}
	}
	want = string(r.translate([]byte(want)))
	want, got = timesPattern.ReplaceAllString(want, ""), timesPattern.ReplaceAllString(got, "")
	return want == got || saysTheSame(want, got)
}

// sortedList puts a list of processes, which comes in no particular order, into one: by what each was launched with.
func sortedList(text string) string {
	var list []struct {
		ID, Username, Program, Input string
	}
	if !strings.HasPrefix(text, `[{"id":`) || json.Unmarshal([]byte(text), &list) != nil {
		return text
	}
	slices.SortFunc(list, func(a, b struct{ ID, Username, Program, Input string }) int {
		return cmp.Compare(a.Program+a.Input, b.Program+b.Input)
	})
	return fmt.Sprint(list)
}

// saysTheSame accepts the places where a simulation says something of its own.
func saysTheSame(want, got string) bool {
	for theirs, ours := range map[string]string{
		"Failed to download inferlet from registry": "Registry returned error 404",
		"Failed to download manifest":               "Failed to download manifest",
		"Runtime error: Call error":                 "Runtime error: Call error",
		`{"default.`:                                `{"simulated.`,
		"[]":                                        `{"simulated.`,
		"{}":                                        `{"simulated.`,
		"Error: boom X":                             "Error: boom X",
		"bad client frame: ":                        "bad client frame: ",
		"Invalid manifest: Failed to parse manifest TOML: TOML parse error":         "Invalid manifest: Failed to parse manifest TOML: TOML parse error",
		"Failed to parse manifest: Failed to parse manifest TOML: TOML parse error": "Failed to parse manifest: Failed to parse manifest TOML: TOML parse error",
	} {
		if strings.HasPrefix(want, theirs) && strings.HasPrefix(got, ours) {
			return true
		}
	}
	if want == "" && strings.HasPrefix(got, "simulated.") {
		return true // the statistics of a server without a model
	}
	before, _, found := strings.Cut(want, " (looked in")
	return found && strings.HasPrefix(got, before+" (looked in")
}

package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pierun/pierun/pie"
)

// shortID is how many digits of an instance's id are shown, unless they are not enough to tell two apart.
const shortID = 8

// short cuts ids to the digits that tell them apart, at least eight.
func short(ids []string) map[string]string {
	n := shortID
	for ; ; n++ {
		seen := map[string]bool{}
		for _, id := range ids {
			seen[cut(id, n)] = true
		}
		if len(seen) == len(ids) || n > 64 {
			break
		}
	}
	shorts := make(map[string]string, len(ids))
	for _, id := range ids {
		shorts[id] = cut(id, n)
	}
	return shorts
}

// shortIDs is short for the ids of a list.
func shortIDs(list []pie.Info) map[string]string {
	ids := make([]string, len(list))
	for i, in := range list {
		ids[i] = in.InstanceID
	}
	return short(ids)
}

func cut(id string, n int) string { return id[:min(n, len(id))] }

// find picks the one instance whose id begins with prefix.
func find(list []pie.Info, prefix string) (pie.Info, error) {
	prefix = strings.ToLower(strings.TrimSpace(prefix))
	var found []pie.Info
	for _, in := range list {
		if in.InstanceID == prefix {
			return in, nil
		}
		if prefix != "" && strings.HasPrefix(strings.ToLower(in.InstanceID), prefix) {
			found = append(found, in)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return pie.Info{}, fmt.Errorf("no instance has an id that begins with %q (pierun ps lists them)", prefix)
	}
	return pie.Info{}, usagef("write more of its digits", "%q is ambiguous: it begins the ids of %s", prefix, namesOf(found))
}

// namesOf lists instances in a sentence, the first few of many.
func namesOf(list []pie.Info) string {
	const most = 5
	shorts := shortIDs(list)
	var words []string
	for _, in := range list[:min(most, len(list))] {
		words = append(words, fmt.Sprintf("%s (%s)", shorts[in.InstanceID], in.Program))
	}
	if more := len(list) - most; more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, ", ")
}

// instances lists what runs, youngest first.
func instances(ctx context.Context, client *pie.Client) ([]pie.Info, error) {
	list, err := client.List(ctx)
	slices.SortStableFunc(list, func(a, b pie.Info) int { return int(a.Elapsed/1e9) - int(b.Elapsed/1e9) })
	return list, err
}

package backendai

import (
	"context"
	"strconv"
	"strings"
)

// features are the words of the newest JavaScript client for what a manager can do, with the API version, or the release,
// that brought it.
func features() map[string]string {
	const groups, clusters = "v4.20190601", "v6.20200815"
	return map[string]string{
		"scaling-group": groups, "group": groups, "group-folder": groups, "system-images": groups, "detailed-session-states": groups,
		"change-user-name": groups,
		"multi-container":  clusters, "multi-node": clusters, "storage-proxy": clusters, "hardware-metadata": clusters,
		"avoid-hol-blocking": "20.09.16",
	}
}

// Supports says whether the manager can do something, by the newest JavaScript client's word for it ("multi-node"). A word
// that nobody knows is something it cannot do.
func (c *Client) Supports(ctx context.Context, feature string) (bool, error) {
	since := features()[feature]
	if since == "" {
		return false, nil
	}
	m, err := c.Manager(ctx)
	if err != nil {
		return false, err
	}
	if v, err := ParseVersion(since); err == nil {
		return m.Server.Compare(v) >= 0, nil
	}
	return sinceRelease(m.Release, since), nil
}

// sinceRelease compares releases such as 23.09.10 number by number.
func sinceRelease(release, since string) bool {
	have, want := strings.Split(release, "."), strings.Split(since, ".")
	for i := range want {
		if i == len(have) {
			return false
		}
		h, w := leadingNumber(have[i]), leadingNumber(want[i])
		if h != w {
			return h > w
		}
	}
	return true
}

// leadingNumber reads the digits that a part of a release begins with: "10rc1" is 10, "" is -1.
func leadingNumber(part string) int {
	digits := strings.IndexFunc(part+" ", func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(part[:digits])
	if err != nil {
		return -1
	}
	return n
}

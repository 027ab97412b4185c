package backendai

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// checkWords holds what is one of a few words, or has a form, to that.
func (s SessionSpec) checkWords() error {
	return firstError(
		oneOf("type", string(s.Type), string(Interactive), string(Batch), string(Inference), string(System)),
		oneOf("cluster_mode", s.ClusterMode, "single-node", "multi-node"),
		s.checkCluster(), s.checkStart(), s.checkCallback())
}

// oneOf says which words there are; "" is the default.
func oneOf(name, word string, among ...string) error {
	if word == "" || slices.Contains(among, word) {
		return nil
	}
	return misuse("%s is %s: it is one of %s", name, quote(word), strings.Join(among, ", "))
}

func (s SessionSpec) checkCluster() error {
	if s.ClusterSize < 0 {
		return misuse("cluster_size is %d: give 1 or more", s.ClusterSize)
	}
	return nil
}

// checkStart asks for a time, or for how long from now; newer managers may know more forms, but none without a digit in front.
func (s SessionSpec) checkStart() error {
	if s.StartsAt == "" || regexp.MustCompile(`^[+-]?P?T?[0-9]`).MatchString(s.StartsAt) {
		return nil
	}
	return misuse(`starts_at is %s: give a time, "2026-11-22T12:00:00Z", or how long from now, "1h30m"`, quote(s.StartsAt))
}

func (s SessionSpec) checkCallback() error {
	if s.CallbackURL == "" {
		return nil
	}
	if u, err := url.Parse(s.CallbackURL); err != nil || u.Scheme == "" || u.Host == "" {
		return misuse("callback_url is %s: give a whole address, such as https://example.com/done", quote(s.CallbackURL))
	}
	return nil
}

package pie

import (
	"strings"
	"testing"
)

func TestWordsOfAPage(t *testing.T) {
	for body, want := range map[string]string{
		"":                    "",
		"no user was given\n": "no user was given",
		"two\r\n  lines":      "two lines",
		"<html>\n<TITLE lang=en>Not\n found</Title><body>x": "Not found",
		"<title>cut off":         "<title>cut off",
		strings.Repeat("ä", 201): strings.Repeat("ä", 200) + "…",
	} {
		if got := words(body); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

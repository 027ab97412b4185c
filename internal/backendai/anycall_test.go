package backendai_test

import (
	"errors"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestAnyCallIsSignedAsSent: the manager verifies what it got.
func TestAnyCallIsSignedAsSent(t *testing.T) {
	c, m := fake(t, faketest.Options{})
	for path, sent := range map[string]string{
		"/resource/presets?a=b c&d=é": "GET /resource/presets?a=b%20c&d=%C3%A9",
		"/auth?echo=a%20b|c":          "GET /auth?echo=a%20b%7Cc",
		"/auth?echo=%5B1]":            "GET /auth?echo=%5B1]",
		"/folders?x=%41?y":            "GET /folders?x=%41?y",
	} {
		if _, err := c.Request(t.Context(), "get", path, nil); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if got := m.Requests(); got[len(got)-1] != sent {
			t.Errorf("%s went out as %s", path, got[len(got)-1])
		}
	}
	before := len(m.Requests())
	for method, path := range map[string]string{"GET": "resource/presets", "POST": "", "DELETE": "http://elsewhere.test/x", "PUT": "/a#b",
		"PATCH": "/a\r\nX: y", "HEAD": "/a%zz", "G T": "/a", "": "/a", "GÉT": "/a"} {
		if _, err := c.Request(t.Context(), method, path, nil); !errors.As(err, new(*backendai.UsageError)) {
			t.Errorf("%s %s: %v", method, path, err)
		}
	}
	if got := m.Requests(); len(got) != before {
		t.Error("sent:", got[before:])
	}
}

package backendai_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

// served is a client of a server whose answers a test writes itself; nobody waits for its clock.
func served(t *testing.T, answer http.HandlerFunc, change ...func(*backendai.Config)) *backendai.Client {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	cfg := backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret, Endpoints: []string{s.URL}, Clock: skewless{}}
	return made(t, cfg, change)
}

// made is a client for the time of the test.
func made(t *testing.T, cfg backendai.Config, change []func(*backendai.Config)) *backendai.Client {
	t.Helper()
	for _, f := range change {
		f(&cfg)
	}
	c, err := backendai.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

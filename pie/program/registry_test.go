package program

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRegistryNewest(t *testing.T) {
	bodies := map[string]string{
		"/api/v1/inferlets/list":    `{"name":"list","versions":[{"num":""},{"num":"0.2.1"},{"num":"0.2.0"}]}`,
		"/api/v1/inferlets/latest":  `{"latest_version":"1.0.0","versions":[]}`,
		"/api/v1/inferlets/none":    `{"versions":[]}`,
		"/api/v1/inferlets/garbage": `<html>`,
		"/api/v1/inferlets/evil":    `{"latest_version":"../../x"}`,
		"/api/v1/inferlets/long":    `{"latest_version":"` + strings.Repeat("1", maxMetadata) + `"}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, known := bodies[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	defer server.Close()
	registry := Registry{Base: server.URL + "/", Client: server.Client()}

	for name, want := range map[string]string{"list": "0.2.1", "latest": "1.0.0"} {
		if got, err := registry.Newest(t.Context(), name); err != nil || got != want {
			t.Errorf("Newest(%s) = %q, %v; want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]error{"unknown": ErrNotFound, "none": ErrNotFound, "evil": ErrNotFound, "../x": ErrName, "": ErrName} {
		if got, err := registry.Newest(t.Context(), name); !errors.Is(err, want) {
			t.Errorf("Newest(%q) = %q, %v; want %v", name, got, err, want)
		}
	}
	for _, name := range []string{"garbage", "long"} {
		if got, err := registry.Newest(t.Context(), name); err == nil {
			t.Errorf("Newest(%s) = %q, want an error", name, got)
		}
	}
}

func TestRegistryEndsWithItsContext(t *testing.T) {
	stuck := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stuck }))
	defer server.Close()
	defer close(stuck)
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	if _, err := (Registry{Base: server.URL, Client: server.Client()}).Newest(ctx, "chat"); !errors.Is(err, reason) {
		t.Errorf("got %v, want the context's cause", err)
	}
}

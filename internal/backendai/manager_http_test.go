//go:build manager

package backendai_test

import (
	"context"
	"io"
	"net/http"
	"testing"
)

func fetch(t *testing.T, ctx context.Context, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	fine(t, err)
	r.Close = true
	a, err := http.DefaultClient.Do(r)
	fine(t, err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	fine(t, err)
	return string(b)
}

package backendai_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestCloseLetsTidyingFinish: what a client has begun when it connected is finished, and broken off only after a while.
func TestCloseLetsTidyingFinish(t *testing.T) {
	for takes, want := range map[time.Duration]error{time.Second: nil, time.Hour: context.Canceled} {
		synctest.Test(t, func(t *testing.T) {
			m := faketest.New(faketest.Options{})
			defer m.Close()
			got := errors.New("it did not run")
			c, err := backendai.New(backendai.Config{AccessKey: faketest.DefaultKey, SecretKey: faketest.DefaultSecret, DialContext: m.DialContext, Endpoints: []string{"http://manager.test"},
				Connected: func(ctx context.Context, c *backendai.Client) {
					got = c.Verify(ctx)
					select {
					case <-time.After(takes):
					case <-ctx.Done():
						got = ctx.Err()
					}
				}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Manager(t.Context()); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			c.Close()
			if took := time.Since(began); !errors.Is(got, want) || took > 5*time.Second || took < min(takes, 5*time.Second) {
				t.Errorf("%v after %s, want %v", got, took, want)
			}
		})
	}
}

package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultRegistry is where Pie's servers look programs up unless they are told otherwise.
const DefaultRegistry = "https://registry.pie-project.org"

// ErrNotFound is wrapped when the registry does not know a program, or knows no version of it.
var ErrNotFound = errors.New("not in the registry")

const (
	registryTimeout = 15 * time.Second
	maxMetadata     = 4 << 20 // bytes; the longest version list seen is a few KiB
)

// Registry looks names up over HTTP. The zero value asks DefaultRegistry with http.DefaultClient. It holds no state
// and may be used by any goroutine.
type Registry struct {
	Base   string // the URL before /api/v1; "" is DefaultRegistry
	Client *http.Client
}

// metadata holds both published forms: a list with the newest first, and the newest alone.
type metadata struct {
	Latest   string `json:"latest_version"`
	Versions []struct {
		Num string `json:"num"`
	} `json:"versions"`
}

// Newest is the newest version of name that the registry has. A call takes 15 s at most, less when ctx ends earlier.
// An unknown program is an error that wraps ErrNotFound; a bad name is refused before anything is sent.
func (r Registry) Newest(ctx context.Context, name string) (version string, err error) {
	if !isIdentifier(name) {
		return "", badName(name)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, registryTimeout, fmt.Errorf("the registry did not answer within %v", registryTimeout))
	defer cancel()
	body, err := r.get(ctx, "/api/v1/inferlets/"+url.PathEscape(name))
	if err != nil {
		return "", fmt.Errorf("looking up %s: %w", name, err)
	}
	var found metadata
	if err := json.Unmarshal(body, &found); err != nil {
		return "", fmt.Errorf("looking up %s: the registry's answer is not understood: %w", name, err)
	}
	version = found.newest()
	if !isVersion(version) {
		return "", fmt.Errorf("looking up %s: %w: it lists no version", name, ErrNotFound)
	}
	return version, nil
}

func (m metadata) newest() string {
	if m.Latest != "" {
		return m.Latest
	}
	for _, v := range m.Versions {
		if v.Num != "" {
			return v.Num
		}
	}
	return ""
}

func (r Registry) get(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base()+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := r.client().Do(request)
	if err != nil {
		return nil, withCause(ctx, err)
	}
	defer func() { _ = answer.Body.Close() }()
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return nil, ErrNotFound
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the registry returned %s", answer.Status)
	}
	return readBounded(ctx, answer.Body)
}

func readBounded(ctx context.Context, r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxMetadata+1))
	if err != nil {
		return nil, withCause(ctx, err)
	}
	if len(body) > maxMetadata {
		return nil, fmt.Errorf("the registry's answer is over %d bytes", maxMetadata)
	}
	return body, nil
}

// withCause prefers the reason why ctx ended to the transport's words about it.
func withCause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (r Registry) base() string {
	if r.Base == "" {
		return DefaultRegistry
	}
	return strings.TrimSuffix(r.Base, "/")
}

func (r Registry) client() *http.Client {
	if r.Client == nil {
		return http.DefaultClient
	}
	return r.Client
}

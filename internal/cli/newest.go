package cli

import (
	"context"
	"fmt"

	"github.com/pierun/pierun/pie/engine"
)

// newest is the version of a program of the embedded engine, for generations that launch no bare names.
func newest(_ context.Context, name string) (string, error) {
	for _, p := range engine.Builtin() {
		if m := p.Manifest(); m.Name == name {
			return m.Version, nil
		}
	}
	return "", fmt.Errorf("the embedded engine has no program %s", name)
}

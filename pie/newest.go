package pie

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/pierun/pierun/pie/program"
)

// versionHolds is how long a version that was found for a bare name is taken for the newest: of thousands of launches each
// would ask again, for a list of all the others.
const versionHolds = 2 * time.Second

// versions are the newest versions of bare names, where the server takes none.
type versions struct {
	mu    sync.Mutex
	found map[string]found
	asked singleflight.Group // one look-up at a time for a name
}

type found struct {
	version string
	until   time.Time
}

// of is the version of name that was found not long ago, "" for none.
func (v *versions) of(name string, now time.Time) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if f := v.found[name]; now.Before(f.until) {
		return f.version
	}
	return ""
}

func (v *versions) keep(name string, f found) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.found == nil {
		v.found = make(map[string]found)
	}
	v.found[name] = f
}

// newest gives a bare name its version where the server takes none. All that ask for one at a time share the answer.
func (c *Client) newest(ctx context.Context, ref program.Ref) (program.Ref, error) {
	if ref.Version = c.versions.of(ref.Name, c.clock.Now()); ref.Version != "" {
		return ref, nil
	}
	answer := c.versions.asked.DoChan(ref.Name, func() (any, error) { return c.newestNow(ref.Name) })
	select {
	case a := <-answer:
		if a.Err == nil {
			ref.Version = a.Val.(string)
		}
		return ref, a.Err
	case <-ctx.Done():
		return ref, contextError(ctx, "launch")
	}
}

// newestNow finds the newest version of a name: among what runs there, then in the registry.
func (c *Client) newestNow(name string) (version string, err error) {
	if c.features().ListInstances {
		list, err := c.list(c.life)
		if err != nil {
			return "", err
		}
		version = newestIn(list, name)
	}
	if version == "" {
		if version, err = c.cfg.Newest(c.life, name); err != nil {
			return "", &Error{Kind: KindProgram, Message: fmt.Sprintf("no version of %s is known", name), Err: err,
				Hint: "this server takes no bare names: write name@version, or install the program with this client"}
		}
	}
	c.versions.keep(name, found{version, c.clock.Now().Add(versionHolds)})
	return version, nil
}

func newestIn(list []Info, name string) (best string) {
	for _, in := range list {
		n, v, ok := strings.Cut(in.Program, "@")
		if ok && n == name && (best == "" || newer(v, best)) {
			best = v
		}
	}
	return best
}

// newer compares versions of three numbers.
func newer(a, b string) bool {
	var x, y [3]int
	_, errA := fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	_, errB := fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	if errA != nil || errB != nil {
		return a > b
	}
	for k := range x {
		if x[k] != y[k] {
			return x[k] > y[k]
		}
	}
	return false
}

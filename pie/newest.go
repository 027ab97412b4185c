package pie

import (
	"context"
	"fmt"
	"strings"

	"github.com/pierun/pierun/pie/program"
)

// newest finds a version for a bare name where the server takes none: among what runs there, then in the registry.
func (c *Client) newest(ctx context.Context, ref program.Ref) (program.Ref, error) {
	if c.features().ListInstances {
		list, err := c.list(ctx)
		if err != nil {
			return ref, err
		}
		if v := newestIn(list, ref.Name); v != "" {
			ref.Version = v
			return ref, nil
		}
	}
	version, err := c.cfg.Newest(ctx, ref.Name)
	if err != nil {
		return ref, &Error{Kind: KindProgram, Message: fmt.Sprintf("no version of %s is known", ref.Name), Err: err,
			Hint: "this server takes no bare names: write name@version, or install the program with this client"}
	}
	ref.Version = version
	return ref, nil
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

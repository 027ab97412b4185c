package pie_test

import (
	"strings"
	"testing"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// TestSupports is what each generation can, written down once more, apart from the table that the client goes by.
func TestSupports(t *testing.T) {
	const process = "stdout list attach detached send_file recv_file registry token_budget detach mcp"
	const gateway = "stdout list attach detached send_file recv_file"
	const instance = "stdout list attach detached detached_output detached_result recv_file registry detach reattach"
	want := map[string]string{
		"instance-0.1": "", "instance-hash": instance, "instance-0.2": instance,
		"process-0.3": process, "process-0.4": process,
		"gateway-0.5": gateway, "gateway-0.6": gateway + " props session files",
		"worker-0.5": gateway + " detached_output detached_result detach reattach",
	}
	for _, d := range wire.Generations() {
		c := dial(t, serve(t, d.Generation), nil)
		can := map[string]bool{}
		for _, feature := range strings.Fields(want[d.Generation]) {
			can[feature] = true
		}
		for _, feature := range pie.FeatureNames() {
			if yes, known := c.Supports(feature); yes != can[feature] || !known {
				t.Errorf("%s %s: %v, known %v", d.Generation, feature, yes, known)
			}
			delete(can, feature)
		}
		for feature := range can {
			t.Errorf("%s: nobody can ask for %s", d.Generation, feature)
		}
	}
	if _, known := dial(t, serve(t, "worker-0.5"), nil).Supports("telepathy"); known {
		t.Error("telepathy is known")
	}
}

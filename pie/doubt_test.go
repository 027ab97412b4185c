package pie_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// A dialect that was named by hand is doubted until the server has answered something, whether it hangs up or is silent.
func TestAWrongDialectIsDoubted(t *testing.T) {
	for _, c := range []struct {
		serves, named string
		hangsUp       bool
		kind          pie.Kind
		doubted       bool
	}{
		{serves: "instance-0.2", named: "gateway", kind: pie.KindLost, doubted: true}, // it hangs up by itself
		{serves: "process-0.4", named: "gateway", kind: pie.KindTimeout, doubted: true},
		{serves: "process-0.4", named: "worker-0.5", hangsUp: true, kind: pie.KindLost, doubted: true},
		{serves: "gateway-0.5", named: "gateway", kind: pie.KindTimeout},
		{serves: "gateway-0.5", named: "gateway", hangsUp: true, kind: pie.KindLost},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := serveAs(t, engine.Config{Dialect: known(t, c.serves), Faults: &engine.Faults{Mute: []wire.CommandKind{wire.Query}}})
			client := dial(t, e, func(cfg *pie.Config) { cfg.Dialect, cfg.Reconnect = c.named, false })
			if !c.doubted {
				if _, err := client.List(soon(t)); err != nil {
					t.Fatal(err)
				}
			}
			if c.hangsUp {
				time.AfterFunc(time.Second, e.CutConnections)
			}
			_, err := client.Query(soon(t), "model_status", "")
			var told *pie.Error
			if !errors.As(err, &told) || told.Kind != c.kind || strings.Contains(told.Hint, "wrong dialect") != c.doubted {
				t.Errorf("%+v: %v", c, err)
			}
		})
	}
}

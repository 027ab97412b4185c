package luabind_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// TestBackendAIPulling: no manager ends a session before it has its image. The script hears that in words, the session stays
// with its scope, and what its end could not do is reported with what ends it later.
func TestBackendAIPulling(t *testing.T) {
	onManager(t, faketest.Options{Life: []string{"PULLING"}}, `
local client = require("backendai").client()
local session = client:session{ image = "python", name = "fetching", wait = false }
for _, destroy in ipairs{ function() session:destroy() end, function() client:destroy("fetching", nil, true) end } do
  local _, err = try(destroy)
  print(err.kind, err.status, err.msg, err.hint:match("its image is being fetched.*wait until it is PREPARING"))
end
print(session:info().status)
`, func(h *host, m *faketest.Manager, err error) {
		const said = "server\t403\tCannot destroy sessions in pulling status\tits image is being fetched, and until it is there managers end the session by no means: wait until it is PREPARING\n"
		if err != nil || h.stdout.String() != said+said+"PULLING\n" {
			t.Errorf("%v, printed\n%s", err, h.stdout.String())
		}
		left := h.rt.Report().Unconfirmed
		if len(left) != 1 || !strings.Contains(left[0].Why, "pulling status") || !strings.Contains(left[0].Why, "pierun backendai rm ") {
			t.Errorf("reported: %v", left)
		}
		if !slices.Equal(m.Live(), []string{"fetching"}) {
			t.Errorf("live: %v", m.Live())
		}
	})
}

package luabind_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(roleVar) != "" {
		serveTools()
		return
	}
	goleak.VerifyTestMain(m)
}

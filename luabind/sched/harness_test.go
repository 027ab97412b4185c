package sched

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is a scheduler with the few bindings that the tests need.
type host struct {
	t testing.TB
	*Scheduler
	log    []string
	things []*thing // that were ever made
}

// thing is an Owned that the tests can look at.
type thing struct {
	Ownership
	name     string
	h        *host
	released bool
	confirm  time.Duration // how long after Release; negative: never
	scope    *Scope
}

func (th *thing) Ended() bool     { return th.released }
func (th *thing) Moved(to *Scope) { th.scope = to }

func (th *thing) Release(done func()) {
	th.released = true
	th.h.log = append(th.h.log, "release "+th.name)
	if th.confirm >= 0 {
		time.AfterFunc(th.confirm, done)
	}
}

func newHost(t testing.TB) *host { return newHostWith(t, Config{}) }

func newHostWith(t testing.TB, cfg Config) *host {
	h := &host{t: t}
	cfg.OwnedBy = func(v lua.LValue) (Owned, bool) {
		if u, ok := v.(*lua.LUserData); ok {
			th, ok := u.Value.(*thing)
			return th, ok
		}
		return nil, false
	}
	h.Scheduler = New(cfg)
	h.bind()
	return h
}

func (h *host) compile(code string) *lua.LFunction {
	h.t.Helper()
	fn, err := h.Compile(strings.NewReader(code), "t.lua")
	if err != nil {
		h.t.Fatal(err)
	}
	return fn
}

func (h *host) run(code string) error {
	h.t.Helper()
	return h.Run(context.Background(), h.compile(code))
}

// ok runs code and expects no error.
func (h *host) ok(code string) {
	h.t.Helper()
	if err := h.run(code); err != nil {
		h.fatal(err)
	}
}

// pass runs each code by itself and expects no error.
func pass(t *testing.T, codes map[string]string) {
	t.Helper()
	for name, code := range codes {
		t.Run(name, func(t *testing.T) { newHost(t).ok(code) })
	}
}

func (h *host) fatal(err error) {
	h.t.Helper()
	var e *luavalue.Error
	if errors.As(err, &e) {
		h.t.Fatalf("%v\n%s", e, e.Traceback)
	}
	h.t.Fatal(err)
}

// fails runs code and expects an error of a kind that contains words.
func (h *host) fails(kind, words, code string) *luavalue.Error {
	h.t.Helper()
	err := h.run(code)
	var e *luavalue.Error
	if !errors.As(err, &e) {
		h.t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if e.Kind != kind || !strings.Contains(e.Error(), words) {
		h.t.Fatalf("got %s: %v\nwant %s with %q", e.Kind, e, kind, words)
	}
	return e
}

// logged compares what the script logged.
func (h *host) logged(want ...string) {
	h.t.Helper()
	if got := strings.Join(h.log, "|"); got != strings.Join(want, "|") {
		h.t.Fatalf("logged %s\nwant   %s", got, strings.Join(want, "|"))
	}
}

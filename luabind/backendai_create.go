package luabind

import (
	"context"
	"errors"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// create makes a session and never loses one: when the task leaves while the request is under way, the session that may
// come of it is destroyed as soon as it is known.
func (c *baiClient) create(L *lua.LState, op string, work func(context.Context) (*backendai.Created, error)) *backendai.Created {
	discard := func(made *backendai.Created) {
		if made != nil && made.Created {
			c.rt.work.Go(func() { c.end(made.ID, made.Name, "") })
		}
	}
	made, err := sched.Await(L, -1, func(ctx context.Context) (*backendai.Created, error) {
		return detached(ctx, c.rt, c.orMaybe(work), discard)
	}, discard)
	if err != nil {
		baiFail(L, op, err)
	}
	return made
}

// orMaybe reports a session of which nobody knows whether it was made.
func (c *baiClient) orMaybe(work func(context.Context) (*backendai.Created, error)) func(context.Context) (*backendai.Created, error) {
	return func(ctx context.Context) (*backendai.Created, error) {
		made, err := work(ctx)
		if maybe := (*backendai.MaybeError)(nil); errors.As(err, &maybe) {
			c.rt.unconfirmed(LeftInstance{ID: maybe.Name, Program: "session", Why: removal(maybe.Name, "its creation was not answered")})
		}
		return made, err
	}
}

// removal says why a session may go on, and what ends it.
func removal(id, why string) string { return why + " (to end it: pierun backendai rm " + id + ")" }

// detached lets work go on when ctx ends, and gives what comes of it then to late.
func detached[T any](ctx context.Context, rt *Runtime, work func(context.Context) (T, error), late func(T)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome)
	rt.work.Go(func() {
		value, err := work(context.WithoutCancel(ctx))
		select {
		case done <- outcome{value, err}:
		case <-ctx.Done():
			if err == nil {
				late(value)
			}
		}
	})
	select {
	case got := <-done:
		return got.value, got.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

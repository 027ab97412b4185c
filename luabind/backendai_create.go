package luabind

import (
	"context"
	"errors"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// client:create_if_not_exists(image, id[, config[, tag[, {keep = false}]]]) waits until the session runs.
func baiCreate(L *lua.LState) int {
	const op = "client:create_if_not_exists"
	c := self[*baiClient](L, op)
	image, name, tag := luavalue.ArgString(L, 2, op), luavalue.ArgText(L, 3, op, ""), luavalue.ArgText(L, 5, op, "")
	if name == "" {
		name = newSessionName()
	}
	config := baiBody(L, 4, op)
	o := luavalue.Opts(L, 6, op, "keep")
	return c.createWhole(L, op, o.Bool("keep", false), func(ctx context.Context) (*backendai.Created, error) {
		return c.inner.CreateIfNotExists(ctx, image, name, config, tag)
	})
}

// createWhole makes a session and gives all that the manager says; it ends with its scope, unless it is kept.
func (c *baiClient) createWhole(L *lua.LState, op string, keep bool, work func(context.Context) (*backendai.Created, error)) int {
	made := c.create(L, op, work)
	if s := c.adopt(L, made, !keep, nil); keep {
		s.leave()
	}
	return pushJSON(L, made.Raw)
}

// templateNames are the options of a session from a template, as the JavaScript client has them.
func templateNames() []string {
	return []string{"cpu", "mem", "cuda.device", "cuda.shares", "fgpu", "rocm", "rocm.device", "tpu", "tpu.device", "shmem", "env", "mounts",
		"scaling_group", "cluster_size", "cluster_mode", "group_name", "domain", "type", "starts_at", "enqueueOnly", "maxWaitSeconds",
		"reuseIfExists", "startupCommand", "bootstrap_script", "owner_access_key"}
}

// client:create_session_from_template(template, image, id[, options[, {keep = false}]]) waits until the session runs,
// unless the options say enqueueOnly.
func baiCreateFromTemplate(L *lua.LState) int {
	const op = "client:create_session_from_template"
	c := self[*baiClient](L, op)
	t := backendai.TemplateCall{Template: luavalue.ArgString(L, 2, op), Image: luavalue.ArgText(L, 3, op, ""), Name: orWord(luavalue.ArgText(L, 4, op, ""), newSessionName())}
	luavalue.Opts(L, 5, op, templateNames()...)
	t.Options = baiBody(L, 5, op)
	return c.createWhole(L, op, luavalue.Opts(L, 6, op, "keep").Bool("keep", false), func(ctx context.Context) (*backendai.Created, error) {
		return c.inner.CreateFromTemplate(ctx, t)
	})
}

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

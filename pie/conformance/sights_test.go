package conformance_test

import (
	"errors"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// sights are about seeing and taking over what runs.
func sights() []scenario {
	return []scenario{
		{name: "list", play: list},
		{name: "attach to an unknown one is refused", play: attachUnknown},
		{name: "attach to one that has a client is refused", play: attachTaken},
		{name: "attach to one's own is refused", play: attachOwn},
	}
}

// builtin is a launch of a program that the embedded engine has.
func builtin(f *wire.Features, name, version string) pie.Launch {
	switch {
	case f.HashNames:
		for _, p := range engine.Builtin() {
			if p.Manifest().Name == name {
				return pie.Launch{Hash: engine.BuiltinHash(p)}
			}
		}
	case f.StrictNames && !f.BareNames:
		return pie.Launch{Program: name + "@" + version}
	}
	return pie.Launch{Program: name}
}

func list(x *trial) {
	c := x.client()
	a, b := x.launch(c, "recv"), x.launch(c, "msg:x", "recv")
	got, err := c.List(x.soon())
	if !x.fate.list {
		x.refused("list", err, pie.ErrUnsupported)
		return
	}
	if err != nil {
		x.Fatal(err)
	}
	found := map[string]pie.Info{}
	for _, in := range got {
		found[in.InstanceID] = in
	}
	for _, i := range []*pie.Instance{a, b} {
		in, there := found[i.ID()]
		if !there || !in.Mine || in.State != "running" || in.Attached == pie.False {
			x.Errorf("%s is listed as %+v", i.ID(), in)
		}
		if in.Program == "" && len(in.Args) == 0 {
			x.Errorf("nothing tells what %s is: %+v", i.ID(), in)
		}
	}
	x.send(a, "go")
	x.ends(a, pie.Completed)
	x.gone(c, a.ID())
	if !x.runs(c, b.ID()) {
		x.Error("the other is gone too")
	}
}

func attachUnknown(x *trial) {
	c := x.client()
	_, err := c.Attach(x.soon(), unknownID)
	if !x.fate.attach {
		x.refused("attach", err, pie.ErrUnsupported)
		return
	}
	x.refused("attach", err, pie.ErrRefused)
	x.run(c, pie.Completed, "ret:fine")
}

// attachTaken also harms nobody where the server would punish it: nobody else's instance ends by it while the
// connection lasts.
func attachTaken(x *trial) {
	a, b := x.client(), x.client()
	i := x.launch(a, "echo:1", "ret:done")
	_, err := b.Attach(x.soon(), i.ID())
	if !x.fate.attach {
		x.refused("attach", err, pie.ErrUnsupported)
		return
	}
	x.refused("attach", err, pie.ErrRefused)
	x.equal("its client", x.ask(i, "alive?"), "echo alive?")
	x.ends(i, pie.Completed)
}

func attachOwn(x *trial) {
	c := x.client()
	i := x.launch(c, "echo:1", "ret:done")
	_, err := c.Attach(x.soon(), i.ID())
	if err == nil || !errors.Is(err, pie.ErrRefused) && !errors.Is(err, pie.ErrUnsupported) {
		x.Errorf("%v", err)
	}
	x.equal("answer", x.ask(i, "alive?"), "echo alive?")
	x.ends(i, pie.Completed)
}

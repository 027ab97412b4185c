package pie

import (
	"context"
	"fmt"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// target is what a launch names, in the form that the generation wants.
type target struct {
	name     string
	hash     string
	registry bool // to be taken from the registry by the server
}

func (t target) String() string {
	if t.name != "" {
		return t.name
	}
	return t.hash
}

// target finds out what p names, installing it first if p brings the bytes.
func (c *Client) target(ctx context.Context, d *wire.Dialect, p *Launch) (target, error) {
	if p.Bytes != nil {
		in, err := c.Install(ctx, Upload{Bytes: p.Bytes, Manifest: p.Manifest, File: p.File})
		if err != nil {
			return target{}, err
		}
		return c.startable(ctx, d, targetOf(d, in))
	}
	ref, err := p.ref()
	if err != nil {
		return target{}, err
	}
	t, err := c.lookUp(ctx, d, ref, p.Registry)
	if err != nil {
		return target{}, err
	}
	return c.startable(ctx, d, t)
}

// lookUp finds out what the server calls the program of that name or hash.
func (c *Client) lookUp(ctx context.Context, d *wire.Dialect, ref program.Ref, registry bool) (target, error) {
	switch {
	case ref.Name == "":
		return c.byHash(ctx, d, ref.Hash)
	case d.Features.HashNames:
		return c.hashOf(d, ref, registry)
	}
	return c.byName(ctx, d, ref, registry)
}

// startable asks the server about the program where a launch in vain would break it. That it took the upload says nothing:
// it takes bytes that are no program too.
func (c *Client) startable(ctx context.Context, d *wire.Dialect, t target) (target, error) {
	if !d.Features.AskFirst {
		return t, nil
	}
	there, err := c.has(ctx, program.Ref{Hash: t.hash})
	switch {
	case err != nil:
		return target{}, err
	case there:
		return t, nil
	}
	e := noSuchProgram(t.hash)
	if _, ours := c.programs.hash(t.hash); ours {
		e.Message = "the server took " + t.hash + ", but has no program of it"
		e.Hint = "are these the bytes of a program for this release? It was not launched: that would stop the server from launching anything"
	}
	return target{}, e
}

func noSuchProgram(hash string) *Error {
	return &Error{Kind: KindProgram, Message: "the server has no program " + hash, Hint: "install it first"}
}

func targetOf(d *wire.Dialect, in Installed) target {
	if d.Features.HashNames {
		return target{hash: in.Hash}
	}
	return target{name: in.Ref}
}

// ref reads the program's name.
func (p *Launch) ref() (program.Ref, error) {
	if p.Hash != "" && p.Program == "" {
		return program.Ref{Hash: p.Hash}, nil
	}
	ref, err := program.ParseRef(p.Program)
	if err != nil {
		return ref, &Error{Kind: KindProgram, Message: "this is no name of a program", Err: err,
			Hint: "a program is called name, name@version, or by the hash of its bytes"}
	}
	return ref, nil
}

// byHash is for a program that was named by its hash. Servers that know programs by hash are asked whether they have it.
func (c *Client) byHash(ctx context.Context, d *wire.Dialect, hash string) (target, error) {
	ref, ours := c.programs.hash(hash)
	if !d.Features.HashNames {
		if !ours {
			return target{}, &Error{Kind: KindProgram, Message: fmt.Sprintf("%s servers know programs by name, and this client has not installed %s", d.Generation, hash),
				Hint: "launch it as name@version, or install it with this client first"}
		}
		return target{name: c.spell(d, ref)}, nil
	}
	if !ours && !d.Features.AskFirst { // else it is asked in any case
		there, err := c.HasProgram(ctx, hash)
		if err != nil {
			return target{}, err
		}
		if !there {
			return target{}, noSuchProgram(hash)
		}
	}
	return target{hash: hash}, nil
}

// hashOf is for a name on a server that knows programs by hash.
func (c *Client) hashOf(d *wire.Dialect, ref program.Ref, registry bool) (target, error) {
	if got, ok := c.programs.name(ref); ok && !registry {
		return target{hash: got.Hash}, nil
	}
	if d.Features.Registry {
		return target{name: ref.String(), registry: true}, nil
	}
	return target{}, &Error{Kind: KindProgram, Message: fmt.Sprintf("%s servers know programs by the hash of their bytes only, not as %s", d.Generation, ref),
		Hint: "install the program with this client first, or launch it by its hash"}
}

// byName is for a name on a server that has names.
func (c *Client) byName(ctx context.Context, d *wire.Dialect, ref program.Ref, registry bool) (target, error) {
	f := &d.Features
	if !f.Namespaces {
		if ref.Namespace != "" && ref.Namespace != "std" {
			return target{}, &Error{Kind: KindProgram, Message: fmt.Sprintf("%s servers have no namespaces, so no %s", d.Generation, ref), Hint: "leave the namespace out"}
		}
		ref.Namespace = ""
	}
	if got, ok := c.programs.name(ref); ok && !registry {
		return target{name: c.spell(d, got)}, nil
	}
	if f.Namespaces && registry && f.Registry {
		return target{name: ref.String(), registry: true}, nil
	}
	if ref.Newest() && f.StrictNames && !f.BareNames {
		var err error
		if ref, err = c.newest(ctx, ref); err != nil {
			return target{}, err
		}
	}
	return strictly(d, ref)
}

// strictly checks a name before it is sent: what breaks the rule is never launched.
func strictly(d *wire.Dialect, ref program.Ref) (target, error) {
	f := &d.Features
	if !f.StrictNames {
		return target{name: ref.String()}, nil
	}
	version := ref.Version
	if ref.Newest() {
		ref.Version, version = "", "0.0.0"
	}
	if err := program.CheckName(ref.Name, version); err != nil {
		return target{}, &Error{Kind: KindProgram, Message: "the server cannot have a program of this name", Err: err,
			Hint: "programs are called name@1.2.3 there"}
	}
	ref.Hash = ""
	return target{name: ref.String()}, nil
}

// spell is a ref as the generation writes it.
func (c *Client) spell(d *wire.Dialect, ref program.Ref) string {
	ref.Hash = ""
	if !d.Features.Namespaces {
		ref.Namespace = ""
	}
	return ref.String()
}

// Resolve says what a launch of name would start, as far as that can be told without launching: with the version
// where the server takes no bare names or this client installed it.
func (c *Client) Resolve(ctx context.Context, name string) (program.Ref, error) {
	t, err := c.target(ctx, c.spoken(), &Launch{Program: name})
	if err != nil {
		return program.Ref{}, with(err, "resolve", "")
	}
	if t.name == "" {
		return program.Ref{Hash: t.hash}, nil
	}
	return program.ParseRef(t.name)
}

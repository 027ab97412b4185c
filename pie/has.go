package pie

import (
	"context"
	"strings"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// HasProgram asks whether the server has a program: by hash where it knows hashes, else by name@version (a hash then
// means what this client installed under it). A name on a server that knows hashes means what this client installed
// under it, or what a launch would have the server fetch from the registry.
func (c *Client) HasProgram(ctx context.Context, name string) (bool, error) {
	d := c.spoken()
	ref, err := (&Launch{Program: name}).ref()
	if err != nil {
		return false, with(err, "has_program", "")
	}
	if ref.Name == "" && !d.Features.HashNames {
		got, ours := c.programs.hash(ref.Hash)
		if !ours {
			return false, nil
		}
		ref = got
	}
	if ref.Name != "" && d.Features.HashNames {
		got, ours := c.programs.name(ref)
		if !ours {
			return c.fetchable(ctx, d, ref)
		}
		ref = program.Ref{Hash: got.Hash}
	}
	if ref.Newest() && ref.Name != "" && d.Features.StrictNames {
		return c.hasNewest(ctx, ref)
	}
	return c.has(ctx, ref)
}

// fetchable is for a name on a server that knows programs by hash alone: what it could fetch from the registry is there
// for a launch. The registry is asked for the newest version only.
func (c *Client) fetchable(ctx context.Context, d *wire.Dialect, ref program.Ref) (bool, error) {
	if !d.Features.Registry {
		return false, nil
	}
	version, err := c.cfg.Newest(ctx, ref.Name)
	switch {
	case err != nil:
		return false, context.Cause(ctx)
	case ref.Newest() || version == ref.Version:
		return true, nil
	}
	return false, with(unsupported(d, "has_program", "asking about "+ref.String(), "ask by the hash of its bytes; the newest version of that name is "+version), "", "")
}

// hasNewest is for a bare name where the server is asked for name@version: the newest version that is known here. That
// none is known counts as no.
func (c *Client) hasNewest(ctx context.Context, ref program.Ref) (bool, error) {
	if _, ours := c.programs.name(ref); ours {
		return true, nil
	}
	ref, err := c.newest(ctx, ref)
	if err != nil {
		return false, context.Cause(ctx)
	}
	return c.has(ctx, ref)
}

func (c *Client) hasBytes(ctx context.Context, d *wire.Dialect, in Installed) (bool, error) {
	if d.Features.HashNames {
		return c.has(ctx, program.Ref{Hash: in.Hash})
	}
	ref, err := program.ParseRef(in.Ref)
	if err != nil {
		return false, err
	}
	ref.Hash = in.Hash
	return c.has(ctx, ref)
}

func (c *Client) has(ctx context.Context, ref program.Ref) (bool, error) {
	cmd := &wire.Command{Kind: wire.HasProgram, Hash: ref.Hash}
	if ref.Name != "" {
		ref.Hash = ""
		cmd.Program = ref.String()
	}
	a, err := c.ask(ctx, cmd, &request{op: "has_program", kind: wire.HasProgram})
	if err != nil {
		return false, with(err, "has_program", "")
	}
	if !a.ok {
		return false, &Error{Kind: KindRefused, Op: "has_program", Message: "the server did not say whether it has the program", Server: a.text}
	}
	return strings.TrimSpace(a.text) == "true", nil
}

package pie

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// Upload is a program to install.
type Upload struct {
	Bytes    []byte
	Manifest string   // the text of its Pie.toml; "" for a minimal one, made from the bytes and File
	File     string   // its file name: tells the language of a source program
	Force    bool     // upload even if the server has it already
	Progress Progress // told how far the upload is, if there is one; nil: nobody is
}

// Installed says under which names a program can be launched.
type Installed struct {
	Hash string // BLAKE3 of the bytes, 64 hex digits
	Ref  string // name@version, or ns/name@version where there are namespaces

	Known bool // nothing was sent: the server had the same bytes
}

// Install puts a program on the server, unless this client has done so, or the server says that it has the same
// bytes. What the server has under the same name and version is replaced. Errors are of kind program (the name or the
// bytes are no good), refused, unsupported, timeout or lost. If ctx ends meanwhile the upload goes on without a
// waiter: a server keeps the place of an upload that was given up.
func (c *Client) Install(ctx context.Context, up Upload) (Installed, error) {
	l, err := c.link(ctx, "install")
	if err != nil {
		return Installed{}, err
	}
	m, err := c.manifest(l.dialect, &up)
	if err != nil {
		return Installed{}, with(err, "install", "")
	}
	in := Installed{Hash: program.Hash(up.Bytes), Ref: c.spell(l.dialect, m.Ref())}
	if !up.Force {
		if in.Known, err = c.known(ctx, l.dialect, m, in); err != nil || in.Known {
			return in, err
		}
	}
	stale := l.dialect.Features.KeepsLaunched && c.mayBeStale(ctx, l.dialect, in)
	cmd := wire.Command{Kind: wire.AddProgram, Hash: in.Hash, Manifest: m.Text, File: up.File, Version: m.Version, Force: true}
	if err := c.upload(ctx, &cmd, &up); err != nil {
		return Installed{}, err
	}
	if stale {
		c.warnStale(in.Ref)
	}
	c.programs.add(m.Ref(), in.Hash)
	return in, nil
}

// known says whether these bytes are there already, as this client or the server knows.
func (c *Client) known(ctx context.Context, d *wire.Dialect, m *program.Manifest, in Installed) (bool, error) {
	if got, ok := c.programs.hash(in.Hash); ok && got.Name == m.Name && got.Version == m.Version {
		return true, nil
	}
	if !d.Features.Arguments { // only these generations compare the bytes; the others would say yes to any program of that name
		return false, nil
	}
	there, err := c.hasBytes(ctx, d, in)
	if err == nil && there {
		c.programs.add(m.Ref(), in.Hash)
	}
	return there, err
}

// mayBeStale says whether the server has a program of that name already, which it will go on with if it was launched.
func (c *Client) mayBeStale(ctx context.Context, d *wire.Dialect, in Installed) bool {
	there, err := c.hasBytes(ctx, d, in)
	return err == nil && there
}

func (c *Client) warnStale(ref string) {
	if c.cfg.Warn != nil {
		c.cfg.Warn(Warning{Program: ref, Message: "the server had a program of this name and version. If that was launched before, the server goes on with it " +
			"until it is started again, whatever is installed: give each build a version of its own"})
	}
}

// manifest reads the upload's manifest, or makes one, and holds it to the generation's rules.
func (c *Client) manifest(d *wire.Dialect, up *Upload) (*program.Manifest, error) {
	f := &d.Features
	if up.Manifest == "" {
		up.Manifest = synthesize(f, up)
	}
	m, err := program.ParseManifest(up.Manifest)
	if err != nil {
		return nil, &Error{Kind: KindProgram, Message: "the manifest of the program is not right", Err: err}
	}
	up.File = m.Name + fileEnding(up.File, m.Language) // without a manifest the name is the file's
	if !f.StrictNames {
		return m, nil
	}
	if err := program.CheckName(m.Name, m.Version); err != nil {
		return nil, &Error{Kind: KindProgram, Message: "under this name the server would never launch the program", Err: err,
			Hint: "correct name and version in its Pie.toml"}
	}
	if in, ok := program.ExportedName(up.Bytes); ok && in != m.Name {
		return nil, &Error{Kind: KindProgram, Message: fmt.Sprintf("the program was compiled as %q but its manifest calls it %q: the server could not start it", in, m.Name),
			Hint: "use the same name in both"}
	}
	return m, nil
}

// languages are what source programs may be written in, by the ending of their file.
func language(file string) string {
	switch path.Ext(file) {
	case ".js", ".mjs":
		return "javascript"
	case ".py":
		return "python"
	}
	return ""
}

// fileEnding is the ending of the given file name, if it has one, else the language's.
func fileEnding(file, language string) string {
	if ext := path.Ext(path.Base(strings.ReplaceAll(file, `\`, "/"))); ext != "" {
		return ext
	}
	return extension(language)
}

func extension(language string) string {
	switch language {
	case "javascript":
		return ".js"
	case "python":
		return ".py"
	}
	return ".wasm"
}

// synthesize makes a minimal manifest: the name is the one compiled in, or the file's.
func synthesize(f *wire.Features, up *Upload) string {
	name, ok := program.ExportedName(up.Bytes)
	if !ok {
		base := path.Base(up.File)
		name = strings.ReplaceAll(strings.TrimSuffix(base, path.Ext(base)), "_", "-")
	}
	if name == "" || name == "." || name == "-" {
		name = "program-" + program.Hash(up.Bytes)[:12]
	}
	if f.Namespaces {
		name = "local/" + name
	}
	return program.Synthesize(name, program.HashVersion(up.Bytes), language(up.File), "")
}

// upload sends the chunks and waits for the answer. A slot that somebody's broken upload left behind costs one
// failure, after which the same upload succeeds.
func (c *Client) upload(ctx context.Context, cmd *wire.Command, up *Upload) error {
	for try := 0; ; try++ {
		a, err := c.uploadOnce(ctx, cmd, up)
		if err != nil {
			return with(err, "install", "")
		}
		if a.ok {
			return nil
		}
		if try == 0 && strings.HasPrefix(a.text, "Out-of-order chunk") {
			continue
		}
		return uploadRefused(a.text)
	}
}

func uploadRefused(words string) *Error {
	e := &Error{Kind: KindProgram, Op: "install", Message: "the server did not install the program", Server: words}
	if strings.Contains(words, "First chunk index must be 0") || strings.Contains(words, "max_upload_mb") {
		e.Kind = KindRefused
		e.Hint = "an earlier part of it was refused: it may be over the server's limit for uploads"
	}
	if strings.Contains(words, "expected 'namespace/name'") {
		e.Hint = `put a Pie.toml beside it, with a name such as "me/program": [package] name = "…/…", version = "0.1.0"`
	}
	return e
}

func (c *Client) uploadOnce(ctx context.Context, cmd *wire.Command, up *Upload) (reply, error) {
	l, err := c.link(ctx, "install")
	if err != nil {
		return reply{}, err
	}
	// Servers of some generations have one place for uploads, and the others one for each content.
	if err := l.transfer.acquire(ctx, "install"); err != nil {
		return reply{}, err
	}
	r, err := l.beginUpload(cmd, up)
	if err != nil {
		l.transfer.release("install")
		return reply{}, err
	}
	a := l.wait(ctx, r)
	return a, a.err
}

// beginUpload sends the parts beside the caller, who has the place for uploads; it is given back behind the last one.
func (l *link) beginUpload(cmd *wire.Command, up *Upload) (*request, error) {
	r := &request{op: "install", kind: wire.AddProgram, long: true, reply: make(chan reply, 1)}
	if err := l.expect(r, l.c.cfg.LongTimeout); err != nil {
		return nil, err
	}
	first, told := *cmd, []Progress(nil)
	first.Corr = r.corr
	if up.Progress != nil {
		told = append(told, up.Progress)
	}
	if !l.c.background(func() {
		defer l.transfer.release("install")
		if err := l.chunks(l.c.life, &first, inMemory(up.Bytes), r, told); err != nil && l.requests.abandon(r) {
			l.requests.take(r.corr)
			r.settle(reply{err: err})
		}
	}) {
		return nil, errClosed()
	}
	return r, nil
}

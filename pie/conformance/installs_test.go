package conformance_test

import (
	"fmt"
	"strings"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// installs are about bringing programs to the server.
func installs() []scenario {
	return []scenario{
		{name: "install, launch by name and by hash", play: installLaunch},
		{name: "launch of bytes", play: launchBytes},
		{name: "reinstall a changed program", play: reinstall},
		{name: "install a program of several chunks", play: installChunks},
		{name: "has_program", play: hasProgram},
		{name: "a bad manifest is refused", play: badManifest},
	}
}

// upload is a program that returns text, under a name of this scenario alone.
func (x *trial) upload(c *pie.Client, name, text string) pie.Upload {
	if c.Features().Namespaces {
		name = "conf/" + name
	}
	return pie.Upload{Bytes: constantSource(text), File: "const.js", Manifest: program.Synthesize(name, "0.1.0", "javascript", "main")}
}

// result runs something that is not the lab.
func (x *trial) result(c *pie.Client, p pie.Launch) string {
	x.Helper()
	return text(x.ends(x.start(c, p), pie.Completed), pie.Completed)
}

func (x *trial) install(c *pie.Client, up pie.Upload) pie.Installed {
	x.Helper()
	in, err := c.Install(x.soon(), up)
	if err != nil {
		x.Fatal(err)
	}
	x.equal("hash", in.Hash, program.Hash(up.Bytes))
	return in
}

func installLaunch(x *trial) {
	c := x.client()
	in := x.install(c, x.upload(c, "conf-one", "one"))
	x.equal("by name", x.result(c, pie.Launch{Program: in.Ref}), x.returned(c, "one"))
	x.equal("by hash", x.result(c, pie.Launch{Hash: in.Hash}), x.returned(c, "one"))
	again := x.install(c, x.upload(c, "conf-one", "one"))
	x.equal("installed again", again.Ref, in.Ref)
	other := x.client()
	p := pie.Launch{Program: in.Ref}
	if other.Features().HashNames {
		p = pie.Launch{Hash: in.Hash}
	}
	x.equal("from another client", x.result(other, p), x.returned(c, "one"))
}

func launchBytes(x *trial) {
	c := x.client()
	up := x.upload(c, "conf-bytes", "bytes")
	for range 2 {
		got := x.result(c, pie.Launch{Bytes: up.Bytes, Manifest: up.Manifest, File: up.File})
		x.equal("result", got, x.returned(c, "bytes"))
	}
}

// reinstall puts other bytes under the same name and version. One release never replaces what was launched.
func reinstall(x *trial) {
	c := x.client()
	old := x.install(c, x.upload(c, "conf-changed", "old"))
	x.equal("before", x.result(c, pie.Launch{Program: old.Ref}), x.returned(c, "old"))
	up := x.upload(c, "conf-changed", "new")
	up.Force = true
	fresh := x.install(c, up)
	want := "new"
	if x.generation == "process-0.3" {
		want = "old"
	}
	x.equal("after", x.result(c, pie.Launch{Program: fresh.Ref}), x.returned(c, want))
}

func installChunks(x *trial) {
	c := x.client()
	up := x.upload(c, "conf-large", "large")
	up.Bytes = append(up.Bytes, "// "+strings.Repeat("padding ", wire.ChunkSize/4)...)
	in := x.install(c, up)
	x.equal("result", x.result(c, pie.Launch{Program: in.Ref}), x.returned(c, "large"))
}

func hasProgram(x *trial) {
	c := x.client()
	in := x.install(c, x.upload(c, "conf-there", "there"))
	absent := "conf-absent@9.9.9"
	if c.Features().HashNames {
		absent = strings.Repeat("cd", 32)
	}
	for ref, want := range map[string]bool{in.Ref: true, absent: false} {
		got, err := c.HasProgram(x.soon(), ref)
		if err != nil || got != want {
			x.Errorf("%s: %v %v", ref, got, err)
		}
	}
}

func badManifest(x *trial) {
	c := x.client()
	for n, manifest := range []string{"no toml [", "[package]\nversion = \"1.0.0\"\n", "[package]\nname = \"x\"\n"} {
		up := x.upload(c, "conf-bad", fmt.Sprint("bad ", n))
		up.Manifest = manifest
		_, err := c.Install(x.soon(), up)
		x.refused(fmt.Sprintf("%q", manifest), err, pie.ErrProgram)
	}
	x.run(c, pie.Completed, "ret:fine")
}

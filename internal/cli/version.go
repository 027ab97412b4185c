package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/pie/engine"
	"github.com/pierun/pierun/pie/wire"
)

// Version is the release of the command.
const Version = "0.1.0"

func (a *app) versionCommand() *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "say which release this is, what its engine is, and which dialects it speaks",
		Description: "pierun version",
		Action:      a.version,
	}
}

func (a *app) version(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	var generations []string
	for _, d := range wire.Generations() {
		generations = append(generations, d.Generation)
	}
	_, err := fmt.Fprintf(a.env.Stdout, "%s %s%s\ngo: %s %s/%s\nengine: simulated (%s), no language model\ndialects: %s\n",
		name, Version, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH, engine.Version, strings.Join(generations, " "))
	return err
}

// revision is the commit that the command was built from, where the build has told.
func revision() string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return ""
	}
	var commit, changed string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changed = ", with changes"
			}
		}
	}
	if len(commit) < 12 {
		return ""
	}
	return " (" + commit[:12] + changed + ")"
}

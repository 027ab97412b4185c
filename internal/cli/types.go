package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/scripts"
)

func (a *app) typesCommand() *cli.Command {
	return &cli.Command{
		Name:      "types",
		Usage:     "write the types of the Lua modules into a folder, for editors",
		ArgsUsage: "DIR",
		Description: `pierun types .pierun/types       # then tell lua-language-server, in .luarc.json:
                                 # { "workspace.library": [".pierun/types"] }

Each module has a file there with words and an example for every function. Files of the same names are written anew.`,
		Action: a.types,
	}
}

func (a *app) types(ctx *cli.Context) error {
	if ctx.NArg() != 1 || ctx.Args().First() == "" {
		return usagef(a.seeHelp(ctx.Command), "types wants one DIR to write to")
	}
	dir := ctx.Args().First()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the folder %s: %w", dir, cause(err))
	}
	n := 0
	err := fs.WalkDir(scripts.Types(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(scripts.Types(), path)
		if err != nil {
			return err
		}
		n++
		return os.WriteFile(filepath.Join(dir, filepath.FromSlash(path)), content, 0o644)
	})
	if err != nil {
		return fmt.Errorf("cannot write the types into %s: %w", dir, cause(err))
	}
	a.say(`%d files are in %s; for lua-language-server: { "workspace.library": [%q] } in .luarc.json`, n, dir, filepath.ToSlash(dir))
	return nil
}

// Package scripts holds the Lua that is shipped inside the binary.
package scripts

import (
	"embed"
	"io/fs"
)

//go:embed types/*.lua
var files embed.FS

// Types has one file of LuaCATS types for each module and one for the globals, for editors. Its root holds the files:
// pie.lua, task.lua, … It is read only and may be used from any goroutine.
func Types() fs.FS {
	types, err := fs.Sub(files, "types")
	if err != nil {
		panic(err) // the folder's name above is wrong
	}
	return types
}

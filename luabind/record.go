package luabind

import (
	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// record is what a script has read of an instance: the latest bytes of each stream, for the result.
type record struct {
	stdout, stderr tail
	messages       messageTail
	files          []*pie.Blob
	fileBytes      int64 // of files that are held in memory
	keep           int64
	printed        bool // there was some stdout
	truncated      bool // a file was forgotten
}

func (r *record) init(keep int) {
	r.keep = int64(keep)
	r.stdout.keep, r.stderr.keep, r.messages.keep = keep, keep, keep
}

// add notes an event that was read.
func (r *record) add(e *pie.Event) {
	switch e.Kind {
	case pie.Stdout:
		r.printed = r.printed || e.Size > 0
		r.stdout.add(text(e.Value))
	case pie.Message:
		r.messages.add(text(e.Value))
	case pie.Stderr:
		r.stderr.add(text(e.Value))
	case pie.BlobEvent:
		r.addFile(e.Value.(*pie.Blob))
	}
}

// addFile keeps a file: any number of those on disk, and of those in memory the latest keep bytes, at least one.
func (r *record) addFile(b *pie.Blob) {
	r.files = append(r.files, b)
	if b.Path() != "" {
		return
	}
	r.fileBytes += b.Size
	for n := 0; r.fileBytes > r.keep && n < len(r.files)-1; {
		if r.files[n].Path() != "" {
			n++
			continue
		}
		r.fileBytes -= r.files[n].Size
		r.files = append(r.files[:n], r.files[n+1:]...)
		r.truncated = true
	}
}

// collected is a record with what was not read yet behind it.
type collected struct {
	stdout, stderr []byte
	messages       *lua.LTable
	files          []*pie.Blob
	truncated      bool
}

// collect adds the events that are still to be read; nothing is consumed.
func (r *record) collect(L *lua.LState, unread []pie.Event) collected {
	c := collected{messages: luavalue.Array(L, L.CreateTable(4, 0))}
	c.stdout = append(c.stdout, r.stdout.text()...)
	c.stderr = append(c.stderr, r.stderr.text()...)
	r.messages.appendTo(c.messages)
	c.files = append(c.files, r.files...)
	c.truncated = r.truncated || r.stdout.truncated || r.stderr.truncated || r.messages.truncated
	for n := range unread {
		c.add(&unread[n])
	}
	return c
}

func (c *collected) add(e *pie.Event) {
	switch e.Kind {
	case pie.Stdout:
		c.stdout = append(c.stdout, text(e.Value)...)
	case pie.Stderr:
		c.stderr = append(c.stderr, text(e.Value)...)
	case pie.Message:
		c.messages.Append(e.Value.(lua.LValue))
	case pie.BlobEvent:
		c.files = append(c.files, e.Value.(*pie.Blob))
	}
}

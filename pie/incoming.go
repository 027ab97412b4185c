package pie

import (
	"fmt"
	"sync/atomic"
)

// incoming is what the files that are on their way to one client take. It is apart from the client, since files
// outlive it.
type incoming struct {
	most    int64        // files at once
	memory  atomic.Int64 // bytes of unfinished files that are in memory
	files   atomic.Int64 // unfinished ones
	helpers atomic.Int32
	open    atomic.Int32 // files on disk that are kept open
	disk    atomic.Int64 // bytes in the temporary folder
	room    int64        // … at most
}

const (
	assemblyCost = 16 << 10 // about what an unfinished file takes beside its content: the state of a hash, mostly
	helpersMost  = 16       // files at once that have a core of their own
	spillFrom    = 64 << 10 // bytes that have come of a file that says it is large before that is believed
	openMost     = 128      // files at once that stay open between two of their parts
)

func newIncoming(cfg *Config) *incoming {
	return &incoming{most: max(16, cfg.Buffer/2/assemblyCost), room: cfg.FileDisk}
}

// begin counts one more unfinished file; false when there are too many.
func (in *incoming) begin() bool {
	if in.files.Add(1) <= in.most {
		return true
	}
	in.files.Add(-1)
	return false
}

// crowded says whether a file has to leave the memory: it is large, or there is little room for it and the others.
func (in *incoming) crowded(a *assembly, i *Instance, more int) bool {
	cfg := &i.client.cfg
	return a.size > cfg.FileMemory || a.all > cfg.FileMemory && a.size >= spillFrom || i.queue.size() > cfg.InstanceBuffer/2 ||
		in.memory.Load()+int64(more) > cfg.Buffer/4
}

// store counts n more bytes in the temporary folder.
func (in *incoming) store(n int64) error {
	if in.disk.Add(n) <= in.room {
		return nil
	}
	return &Error{Kind: KindOverflow, Message: fmt.Sprintf("the files that programs sent and that are still in use have reached the bound of %d bytes on disk", in.room),
		Hint: "save_dir writes files where they are wanted, without this bound"}
}

// Arrival is how far a file is that a program sends.
type Arrival struct {
	InstanceID string
	Name       string // as Blob.Name
	Hash       string
	Done       int64 // bytes that have come
	Total      int64 // bytes in all; a little too many until the last part, whose size nothing tells before
	Ended      bool  // whole or given up: nothing more is told of it
}

// arriving tells the host about a file of more than one part.
func (i *Instance) arriving(a *assembly, ended bool) {
	tell := i.client.cfg.Arriving
	if tell == nil || a.total < 2 {
		return
	}
	total := a.all
	if a.next == a.total {
		total = a.came
	}
	tell(Arrival{InstanceID: i.id, Name: a.name, Hash: a.hash, Done: a.came, Total: total, Ended: ended})
}

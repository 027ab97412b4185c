package pie

import (
	"encoding/hex"
	"fmt"
	"os"

	"github.com/zeebo/blake3"

	"github.com/pierun/pierun/pie/wire"
)

// assembly is one file on its way from a program. The reader checks the order of its parts; storing and hashing them
// is the work of a helper, on another core, for a file of many parts. Memory grows by what arrives; beyond memoryFile
// it goes to disk.
type assembly struct {
	next, total uint32 // the reader's
	helper      *helper

	// The helper's until it has ended; the reader's where there is none.
	size int64
	name string
	data []byte
	file *os.File
	hash *blake3.Hasher
	err  error
}

// memoryFile is the largest file that is kept in memory.
const memoryFile = 8 << 20

// chunk brings one part of a file to its place and queues the file when it is whole.
func (l *link) chunk(i *Instance, e *wire.Event) {
	b, err := i.assemble(l, e)
	switch {
	case err != nil:
		l.commit(i)
		l.failInstance(i, err)
	case b != nil:
		l.push(i, Event{Kind: BlobEvent, Value: b, Size: int(b.Size)})
	}
}

// assemble takes one part; it gives the file when that was the last. The first part begins anew: the same content
// sent twice is two files.
func (i *Instance) assemble(l *link, e *wire.Event) (*Blob, *Error) {
	i.filesMu.Lock()
	defer i.filesMu.Unlock()
	if i.Settled() {
		return nil, nil
	}
	hash := string(e.Hash)
	if e.Chunk.Index == 0 {
		i.forget(hash)
		if i.files == nil {
			i.files = make(map[string]*assembly)
		}
		i.files[hash] = &assembly{total: e.Chunk.Total, name: safeName(e.Name), hash: blake3.New()}
	}
	a := i.files[hash]
	if a == nil || a.next != e.Chunk.Index || a.total != e.Chunk.Total || e.Chunk.Index >= e.Chunk.Total {
		i.forget(hash)
		return nil, &Error{Kind: KindProtocol, Message: "the parts of a file came out of order"}
	}
	a.next++
	a.take(i, l, e.Chunk.Data)
	if a.next == a.total {
		a.helper.wait()
	} else if a.helper != nil {
		return nil, nil // its errors can wait for the end
	}
	if a.err != nil {
		err := a.err
		i.forget(hash)
		return nil, notStored(err)
	}
	if a.next < a.total {
		return nil, nil
	}
	return i.whole(a, hash)
}

func notStored(err error) *Error {
	return &Error{Kind: KindIO, Message: "a file that the program sent could not be stored", Err: err}
}

// add stores one part.
func (a *assembly) add(i *Instance, part []byte) error {
	a.size += int64(len(part))
	_, _ = a.hash.Write(part) // a hash never fails
	if a.file == nil && (i.saveDir != "" || a.size > memoryFile || i.queue.size() > i.client.cfg.InstanceBuffer/2) {
		if err := a.spill(i.client, i.saveDir); err != nil {
			return err
		}
	}
	if a.file != nil {
		_, err := a.file.Write(part)
		return err
	}
	a.data = append(a.data, part...)
	return nil
}

// spill moves what came so far to a file: in the folder it is to be saved in, else in the client's temporary one.
func (a *assembly) spill(c *Client, folder string) error {
	if folder == "" {
		var err error
		if folder, err = c.scratch.folder(); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(folder, ".pierun-*.part")
	if err != nil {
		return err
	}
	a.file = f
	_, err = f.Write(a.data)
	a.data = nil
	return err
}

// whole verifies a file whose last part came.
func (i *Instance) whole(a *assembly, hash string) (*Blob, *Error) {
	defer i.forget(hash)
	var sum [32]byte
	a.hash.Sum(sum[:0])
	if got := hex.EncodeToString(sum[:]); got != hash {
		return nil, &Error{Kind: KindProtocol, Message: fmt.Sprintf("a file that the program sent arrived damaged: its hash is %s, announced was %s", got, hash)}
	}
	b := &Blob{Name: a.name, Size: a.size, Hash: hash, data: a.data}
	if err := a.settle(b, i.saveDir); err != nil {
		return nil, notStored(err)
	}
	return b, nil
}

// settle closes the file and gives it its name in the folder that was asked for.
func (a *assembly) settle(b *Blob, folder string) error {
	if a.file == nil {
		return nil
	}
	if err := a.file.Close(); err != nil {
		return err
	}
	part := a.file.Name()
	a.file = nil
	if b.temp = folder == ""; b.temp {
		b.path = part
		return nil
	}
	to, err := claim(folder, b.fileName())
	if err == nil {
		b.path, err = to, os.Rename(part, to)
	}
	if err != nil {
		os.Remove(part)
	}
	return err
}

// drop forgets a file that did not become whole.
func (a *assembly) drop() {
	if a == nil {
		return
	}
	a.helper.wait()
	if a.file != nil {
		a.file.Close()
		os.Remove(a.file.Name())
		a.file = nil
	}
}

// forget drops the file of that hash if there is one.
func (i *Instance) forget(hash string) {
	i.files[hash].drop()
	delete(i.files, hash)
}

// dropFiles forgets what an ended instance has not sent to its end.
func (i *Instance) dropFiles() {
	i.filesMu.Lock()
	defer i.filesMu.Unlock()
	for hash := range i.files {
		i.forget(hash)
	}
}

// failInstance settles i with an error of this client's making, since going on would hide that something is missing,
// and ends it on the server.
func (l *link) failInstance(i *Instance, e *Error) {
	e.Op, e.InstanceID, e.Running = "recv", i.id, Unknown
	if i.settle(StatusLost, e) {
		l.c.reap(l, i.id)
	}
}

package pie

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/zeebo/blake3"

	"github.com/pierun/pierun/pie/wire"
)

// assembly is one file on its way from a program. The reader checks the order of its parts; storing and hashing them
// is the work of a helper, on another core, for a file of many parts. Memory grows by what arrives; beyond
// Config.FileMemory it goes to disk.
type assembly struct {
	next, total uint32 // the reader's
	came, all   int64  // … bytes that came, and all of them: as far as the first part tells, until the last
	helper      *helper
	name, hash  string

	// The helper's until it has ended; the reader's where there is none.
	size int64
	data []byte
	disk *partFile
	sum  *blake3.Hasher
	err  error
}

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
	if i.filesShut || i.Settled() {
		return nil, nil
	}
	hash := string(e.Hash)
	a, err := i.partOf(e, hash)
	if err != nil {
		return nil, err
	}
	a.next++
	a.came += int64(len(e.Chunk.Data))
	a.take(i, l, e.Chunk.Data)
	i.arriving(a, false)
	if a.next == a.total {
		a.helper.wait()
	} else if a.helper != nil {
		return nil, nil // its errors can wait for the end
	}
	switch {
	case a.err != nil:
		i.forget(hash)
		return nil, notStored(a.called(), a.err)
	case a.next < a.total:
		return nil, nil
	}
	return i.whole(a)
}

// partOf is the file that a part continues, or begins.
func (i *Instance) partOf(e *wire.Event, hash string) (*assembly, *Error) {
	if e.Chunk.Index == 0 {
		if err := i.begin(e, hash); err != nil {
			return nil, err
		}
	}
	a := i.files[hash]
	if a == nil || a.next != e.Chunk.Index || a.total != e.Chunk.Total || e.Chunk.Index >= e.Chunk.Total {
		err := &Error{Kind: KindProtocol, Message: "the parts of " + a.called() + " came out of order"}
		i.forget(hash)
		return nil, err
	}
	return a, nil
}

// begin makes room for a file; one of the same content that has not become whole is forgotten.
func (i *Instance) begin(e *wire.Event, hash string) *Error {
	i.forget(hash)
	if in := i.client.incoming; !in.begin() {
		return &Error{Kind: KindOverflow, Message: fmt.Sprintf("%d files have begun to come and not ended: there is no room for more", in.most),
			Hint: "raise the client's buffer, or let the program send one file after the other"}
	}
	if i.files == nil {
		i.files = make(map[string]*assembly)
	}
	i.files[hash] = &assembly{total: e.Chunk.Total, all: int64(e.Chunk.Total) * int64(len(e.Chunk.Data)),
		name: safeName(e.Name), hash: hash, sum: blake3.New()}
	return nil
}

// called is how people are told of the file.
func (a *assembly) called() string {
	switch {
	case a == nil:
		return "a file"
	case a.name != "":
		return fmt.Sprintf("the file %q", a.name)
	}
	return fmt.Sprintf("the file %.12s…", a.hash)
}

func notStored(file string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: KindIO, Message: file + ", which the program sent, could not be stored", Err: err}
}

// add stores one part.
func (a *assembly) add(i *Instance, part []byte) (err error) {
	a.size += int64(len(part))
	_, _ = a.sum.Write(part) // a hash never fails
	if a.disk == nil && (i.saveDir != "" || i.client.incoming.crowded(a, i, len(part))) {
		if err := a.spill(i); err != nil {
			return err
		}
	}
	if a.disk != nil {
		return a.disk.write(part)
	}
	a.data = append(a.data, part...)
	i.client.incoming.memory.Add(int64(len(part)))
	return nil
}

// spill moves what came so far to a file: in the folder it is to be saved in, else in the client's temporary one.
func (a *assembly) spill(i *Instance) (err error) {
	in, folder := i.client.incoming, i.saveDir
	if folder == "" {
		if folder, err = i.client.scratch.folder(); err != nil {
			return err
		}
	}
	if a.disk, err = newPartFile(in, folder, i.saveDir == ""); err != nil {
		return err
	}
	err = a.disk.write(a.data)
	in.memory.Add(-int64(len(a.data)))
	a.data = nil
	return err
}

// whole verifies a file whose last part came.
func (i *Instance) whole(a *assembly) (*Blob, *Error) {
	defer i.forget(a.hash)
	var sum [32]byte
	a.sum.Sum(sum[:0])
	if got := hex.EncodeToString(sum[:]); got != a.hash {
		return nil, &Error{Kind: KindProtocol, Message: fmt.Sprintf("%s arrived damaged: its hash is %s, announced was %s", a.called(), got, a.hash)}
	}
	b := &Blob{Name: a.name, Size: a.size, Hash: a.hash, data: a.data}
	if a.disk == nil {
		return b, nil
	}
	err := a.disk.settle(b, i.saveDir)
	a.disk = nil
	if err != nil {
		return nil, notStored(a.called(), err)
	}
	return b, nil
}

// forget drops the file of that hash if there is one; what became whole has left it before.
func (i *Instance) forget(hash string) {
	a := i.files[hash]
	if a == nil {
		return
	}
	delete(i.files, hash)
	a.helper.wait()
	a.disk.drop()
	in := i.client.incoming
	in.memory.Add(-int64(len(a.data)))
	in.files.Add(-1)
	i.arriving(a, true)
}

// dropFiles forgets what an ending instance has not sent to its end, and takes no more.
func (i *Instance) dropFiles() {
	i.filesMu.Lock()
	defer i.filesMu.Unlock()
	i.filesShut = true
	for hash := range i.files {
		i.forget(hash)
	}
}

// unfinished names the files that have begun to come and not ended, "" for none.
func (i *Instance) unfinished() string {
	i.filesMu.Lock()
	defer i.filesMu.Unlock()
	for _, a := range i.files {
		if n := len(i.files) - 1; n > 0 {
			return fmt.Sprintf("%s and %d more", a.called(), n)
		}
		return a.called()
	}
	return ""
}

// cutShort fails an instance whose program has returned in the middle of a file, which nothing else would tell. Where a
// stream was lost for a moment people were told that files may be missing.
func (l *link) cutShort(i *Instance, returned string) bool {
	half := i.unfinished()
	if half == "" || i.gapped {
		return false
	}
	e := &Error{Kind: KindProtocol, Op: "recv", InstanceID: i.id, Running: False, Message: "the program ended in the middle of " + half,
		Hint: "the file was dropped; what the program printed before was delivered"}
	if len(returned) <= smallEnd {
		e.Server = returned
	}
	l.commit(i)
	i.settle(StatusLost, e)
	return true
}

// failInstance settles i with an error of this client's making, since going on would hide that something is missing,
// and ends it on the server.
func (l *link) failInstance(i *Instance, e *Error) {
	e.Op, e.InstanceID, e.Running = "recv", i.id, Unknown
	if i.settle(StatusLost, e) {
		l.c.reap(l, i)
	}
}

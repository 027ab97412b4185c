package pie

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/zeebo/blake3"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// Progress is told how far a transfer to the server has come: bytes that were given to the network, and all of them;
// the last call has done == total. It is called on the transfer's goroutine, which waits for it.
type Progress func(done, total int64)

// content is what a transfer sends, part by part.
type content interface {
	size() int64
	hash() string
	part(n int) []byte // of wire.ChunkSize, the last one shorter; it is copied before the next is asked for
	close() error      // says what was wrong with the parts
}

// parts is how many a transfer of so many bytes has; an empty one has one.
func parts(size int64) int { return int(max(1, (size+wire.ChunkSize-1)/wire.ChunkSize)) }

// inMemory is content that is in memory.
type inMemory []byte

func (m inMemory) size() int64  { return int64(len(m)) }
func (m inMemory) hash() string { return program.Hash(m) }
func (m inMemory) close() error { return nil }

func (m inMemory) part(n int) []byte {
	return m[n*wire.ChunkSize : min(len(m), (n+1)*wire.ChunkSize)]
}

// onDisk is a file that is read while it is sent. It has to stay as it is meanwhile.
type onDisk struct {
	file   *os.File
	length int64
	sum    string
	again  *blake3.Hasher // of what was sent
	buf    []byte
	err    error
}

// openFile opens and hashes a file. Its errors are of kind io, or ctx's.
func openFile(ctx context.Context, path string) (*onDisk, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	d := &onDisk{file: f, again: blake3.New(), buf: make([]byte, wire.ChunkSize)}
	if err := d.measure(ctx); err != nil {
		_ = f.Close()
		if ctx.Err() != nil {
			return nil, contextError(ctx, "send_file")
		}
		return nil, unreadable(path, err)
	}
	return d, nil
}

func unreadable(path string, err error) *Error {
	return &Error{Kind: KindIO, Message: fmt.Sprintf("the file %q cannot be read", path), Err: err}
}

// measure finds out size and hash, which the first part has to tell.
func (d *onDisk) measure(ctx context.Context) error {
	sum := blake3.New()
	for ctx.Err() == nil {
		n, err := io.ReadFull(d.file, d.buf)
		d.length += int64(n)
		_, _ = sum.Write(d.buf[:n]) // a hash never fails
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			d.sum = hex.EncodeToString(sum.Sum(nil))
			_, err = d.file.Seek(0, io.SeekStart)
			return err
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (d *onDisk) size() int64  { return d.length }
func (d *onDisk) hash() string { return d.sum }

// part reads on. What cannot be read any more is sent as zeros: a transfer that ends in its middle would be in the way
// of the next one, while one with the wrong bytes is thrown away by the server.
func (d *onDisk) part(n int) []byte {
	want := min(wire.ChunkSize, d.length-int64(n)*wire.ChunkSize)
	got := 0
	if d.err == nil {
		got, d.err = io.ReadFull(d.file, d.buf[:want])
	}
	clear(d.buf[got:want])
	_, _ = d.again.Write(d.buf[:want])
	return d.buf[:want]
}

func (d *onDisk) close() error {
	err := errors.Join(d.err, d.file.Close())
	if err != nil {
		return unreadable(d.file.Name(), err)
	}
	if hex.EncodeToString(d.again.Sum(nil)) != d.sum {
		return &Error{Kind: KindIO, Message: fmt.Sprintf("the file %q was changed while it was sent", d.file.Name()),
			Hint: "the server has thrown it away: send it once more"}
	}
	return nil
}

// chunks sends all parts, no further ahead of the network than the outbox allows. It stops when the server has
// answered r already, which it does when it refuses a part.
func (l *link) chunks(ctx context.Context, cmd *wire.Command, data content, r *request, told []Progress) error {
	total, done := parts(data.size()), int64(0)
	for n := range total {
		part := data.part(n)
		cmd.Chunk = wire.Chunk{Index: uint32(n), Total: uint32(total), Data: part}
		if err := l.out.room(ctx, len(part), l.cut); err != nil {
			return l.why(err)
		}
		if r != nil && !l.requests.waiting(r) {
			return nil
		}
		if err := l.out.put(l.dialect, cmd, r, false); err != nil {
			return l.why(err)
		}
		done += int64(len(part))
		for _, tell := range told {
			tell(done, data.size())
		}
	}
	return nil
}

// why gives the reason of a closed link instead of the word closed.
func (l *link) why(err error) error {
	if err == errShut && l.dead() {
		return l.err
	}
	return err
}

package engine_test

import (
	"bytes"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
	"github.com/tinylib/msgp/msgp"
)

// placeholderBytes stand for a program that was too large to be recorded.
const placeholderBytes = "\x00asm\x0d\x00\x01\x00"

// otherUpload is an upload of bytes of ours under what the recorded one says of its program.
func (r *replay) otherUpload(frame []byte) []byte {
	r.t.Helper()
	ours := program.Hash([]byte(placeholderBytes))
	up := &wire.Command{Kind: wire.AddProgram, Corr: cutNumber(frame, "corr_id", 2),
		Force: !bytes.Contains(frame, []byte("force_overwrite\xc2")),
		Hash:  cutText(frame, "program_hash"), Manifest: cutText(frame, "manifest"),
		Chunk: wire.Chunk{Index: cutNumber(frame, "chunk_index", 0), Total: cutNumber(frame, "total_chunks", 1),
			Data: []byte(placeholderBytes)}}
	if hashPattern.MatchString(up.Hash) {
		r.theirs[up.Hash], up.Hash = ours, ours
	}
	out, _, err := r.e.Dialect().EncodeCommand(nil, up)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// cutText is the text under a key of a frame whose end is missing.
func cutText(frame []byte, key string) string {
	_, after, found := bytes.Cut(frame, []byte(key))
	if !found {
		return ""
	}
	text, _, err := msgp.ReadStringBytes(after)
	if err != nil {
		return ""
	}
	return text
}

// cutNumber is the same for a number.
func cutNumber(frame []byte, key string, missing uint32) uint32 {
	_, after, found := bytes.Cut(frame, []byte(key))
	n, _, err := msgp.ReadUint32Bytes(after)
	if !found || err != nil {
		return missing
	}
	return n
}

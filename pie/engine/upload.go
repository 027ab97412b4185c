package engine

import (
	"bytes"
	"fmt"

	"github.com/pierun/pierun/pie/wire"
)

// upload is the parts of one transfer so far.
type upload struct {
	data        []byte
	begun       bool
	total, next uint32
	limit       int64
}

// add takes one part and says whether it was the last, or what is wrong in the server's words. sized applies the
// limit of a part.
func (u *upload) add(part *wire.Chunk, sized bool) (done bool, why string) {
	switch {
	case sized && len(part.Data) > wire.ChunkSize:
		return false, fmt.Sprintf("Chunk size %d exceeds limit %d", len(part.Data), wire.ChunkSize)
	case !u.begun && part.Index != 0:
		return false, "First chunk index must be 0"
	case u.begun && part.Total != u.total:
		return false, fmt.Sprintf("Chunk count mismatch: expected %d, got %d", u.total, part.Total)
	case part.Index != u.next:
		return false, fmt.Sprintf("Out-of-order chunk: expected %d, got %d", u.next, part.Index)
	case int64(len(u.data)+len(part.Data)) > u.limit:
		return false, fmt.Sprintf("upload exceeds max_upload_mb cap of %d MiB", u.limit>>20)
	}
	u.begun, u.total = true, part.Total
	u.data = append(u.data, part.Data...)
	u.next++
	return u.next == u.total, ""
}

// addProgram takes one part of a program; the last one, or the first that is wrong, is answered.
func (s *session) addProgram(c *wire.Command) {
	slot, why := s.slotFor(c)
	if why != "" {
		s.answer(c, false, why)
		return
	}
	done, why := slot.add(&c.Chunk, s.e.rules.uploads <= uploadOne)
	if why == "" && !done {
		s.done()
		return
	}
	delete(s.uploads, s.slotName(c))
	switch {
	case why == "":
		s.install(c, slot.data)
	case s.e.rules.turns && c.Chunk.Index+1 < c.Chunk.Total:
		s.done() // a gateway passes on only what becomes of a final part
	default:
		s.answer(c, false, s.uploadWords(why))
	}
}

// slotFor is the transfer that a part belongs to.
func (s *session) slotFor(c *wire.Command) (*upload, string) {
	if c.Chunk.Total == 0 && s.e.rules.uploads == uploadByCorr {
		return nil, "Upload must have at least one chunk"
	}
	name := s.slotName(c)
	slot := s.uploads[name]
	if slot == nil {
		slot = &upload{limit: s.e.config.Limits.Upload}
		s.uploads[name] = slot
	}
	return slot, ""
}

func (s *session) slotName(c *wire.Command) string {
	switch s.e.rules.uploads {
	case uploadByHash:
		return c.Hash
	case uploadByCorr:
		return fmt.Sprint(c.Corr)
	}
	return "the only one"
}

// uploadWords is why, as 0.1 says it.
func (s *session) uploadWords(why string) string {
	if s.e.rules.uploads == uploadPlain {
		return string(bytes.ToLower([]byte(why[:1]))) + why[1:]
	}
	return why
}

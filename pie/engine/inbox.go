package engine

// inbox is what a process has been sent and has not read: messages and files, in the order they came. It is guarded
// by the process's lock and bounded in bytes.
type inbox struct {
	items     []Inbound
	bytes     int64
	limit     int64
	fileWaits int  // calls of RecvFile and RecvAny that wait
	filesOpen bool // files are kept although nobody waits for one
}

// Inbound is one message or file from a client. IsFile tells them apart, since a file may be empty.
type Inbound struct {
	Text   string
	File   []byte
	IsFile bool
}

// perItem is what an empty message costs.
const perItem = 64

func (in Inbound) size() int64 { return int64(len(in.Text)+len(in.File)) + perItem }

// put says whether there was room.
func (b *inbox) put(item Inbound) bool {
	if b.bytes+item.size() > b.limit {
		return false
	}
	b.items = append(b.items, item)
	b.bytes += item.size()
	return true
}

// wantsFile says whether a file that arrives now finds somebody.
func (b *inbox) wantsFile() bool {
	if b.filesOpen {
		return true
	}
	waiting := 0
	for _, item := range b.items {
		if item.IsFile {
			waiting++
		}
	}
	return waiting < b.fileWaits
}

// take gives the oldest item that pick accepts.
func (b *inbox) take(pick func(*Inbound) bool) (Inbound, bool) {
	for i := range b.items {
		if !pick(&b.items[i]) {
			continue
		}
		item := b.items[i]
		b.remove(i)
		b.bytes -= item.size()
		return item, true
	}
	return Inbound{}, false
}

func (b *inbox) remove(i int) {
	if i == 0 { // the usual case, without moving the rest
		b.items[0] = Inbound{}
		b.items = b.items[1:]
	} else {
		b.items = append(b.items[:i], b.items[i+1:]...)
	}
	if len(b.items) == 0 {
		b.items = nil
	}
}

func (b *inbox) clear() { b.items, b.bytes = nil, 0 }

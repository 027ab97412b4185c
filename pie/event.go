package pie

import "github.com/pierun/pierun/pie/wire"

// EventKind names what an instance tells. The names are those of Pie's documentation, in every dialect.
type EventKind uint8

// The nine kinds. Text kinds carry the text of one write of the program: a piece, not a line.
const (
	Message        EventKind = iota + 1 // text that the program sent
	Stdout                              // text that it printed
	Stderr                              // text that it printed as an error
	BlobEvent                           // a file, verified: Value is a *Blob
	Completed                           // the end: the returned text, "" for none
	Aborted                             // the end: it was terminated; the server's words
	Exception                           // the end: it failed; the server's words
	ServerError                         // the end: the server failed; its words
	OutOfResources                      // the end: the server had no room left; its words
)

var eventNames = [...]string{
	Message: "Message", Stdout: "Stdout", Stderr: "Stderr", BlobEvent: "Blob", Completed: "Completed", Aborted: "Aborted",
	Exception: "Exception", ServerError: "ServerError", OutOfResources: "OutOfResources",
}

// String gives the documented name, "" for the zero value.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return ""
}

// Terminal says whether k is the end of its instance.
func (k EventKind) Terminal() bool { return k >= Completed && k <= OutOfResources }

// Event is one thing that an instance told.
type Event struct {
	Kind  EventKind
	Value any // *Blob for BlobEvent, else the text as Config.Box made it (a string without one)
	Size  int // bytes of the text or of the file
}

// kinds maps the wire's names onto the documented ones.
var kinds = [...]EventKind{
	wire.Message: Message, wire.Stdout: Stdout, wire.Stderr: Stderr, wire.File: BlobEvent, wire.Completed: Completed,
	wire.Aborted: Aborted, wire.Exception: Exception, wire.ServerError: ServerError, wire.OutOfResources: OutOfResources,
}

// eventOverhead is what an event costs beside its bytes, so that a flood of empty ones meets the bound as well.
const eventOverhead = 64

// cost is what the event takes of the bounds: a file on disk takes no memory.
func (e *Event) cost() int64 {
	if e.Kind == BlobEvent {
		if b, ok := e.Value.(*Blob); ok && b.data == nil {
			return eventOverhead
		}
	}
	return int64(e.Size) + eventOverhead
}

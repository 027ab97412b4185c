package wire

// EventKind names what a server tells a client, whatever the generation calls it.
type EventKind uint8

// The events of every generation, with the fields of [Event] that a kind uses.
const (
	NoEvent        EventKind = iota
	Message                  // ID, Text
	Stdout                   // ID, Text
	Stderr                   // ID, Text
	File                     // ID, Hash, Name, Chunk: one part of a file
	Completed                // ID, Text: the returned text
	Aborted                  // ID, Text
	Exception                // ID, Text
	ServerError              // ID, Text
	OutOfResources           // ID, Text
	Answer                   // Corr, OK, Text (a failure's words, or the result); For when encoding
	Listing                  // Corr, Instances: the answer to List where it is a message of its own
	MCPRequest               // Corr (the server's), ID, Name, Method, Text (params)
	TurnDone                 // gateway: a command has fully ended; nothing to do
	StreamAborted            // gateway: some instance's stream died; names none
	Refusal                  // gateway: Text; the command was not accepted or not understood, no Corr
	Notice                   // Text: declared by some releases, never acted on
)

// Terminal says whether k ends its instance: nothing follows it for that ID.
func (k EventKind) Terminal() bool { return k >= Completed && k <= OutOfResources }

// Event is one message from server to client in neutral words: one flat value for all kinds.
//
// After DecodeEvent every byte slice aliases the frame and is valid until the caller reuses it; texts are as they
// came, which need not be UTF-8. DecodeEvent allocates nothing except for Listing, Refusal and errors. A caller reuses
// one Event for all frames; the zero value is NoEvent.
type Event struct {
	Kind      EventKind
	OK        bool
	For       CommandKind // Answer: the kind it answers, where the message is named after it; EncodeEvent must be told
	Corr      uint32
	ID        []byte
	Text      []byte
	Hash      []byte
	Name      []byte
	Method    []byte
	Chunk     Chunk
	Instances []InstanceInfo
}

// InstanceInfo is one line of a server's list. What a generation does not tell is the zero value.
type InstanceInfo struct {
	ID       string
	Program  string   // name@version; "" on instance generations
	User     string   //
	Input    string   // the raw input text; "" on instance generations
	Args     []string // instance generations only
	State    string   // "attached", "detached" or "finished" on instance generations, else ""
	Elapsed  uint64   // seconds since launch
	KVPages  uint32   //
	HasState bool     // State was told
}

package wire

// CommandKind names what a client asks of a server, whatever the generation calls it.
type CommandKind uint8

// The commands of every generation. The fields of [Command] that a kind uses stand behind it;
// Corr is used by all of them except Signal, SendFile (where it is not answered), MCPAnswer (there it is the server's)
// and CancelAll.
const (
	NoCommand      CommandKind = iota
	Identify                   // User
	Prove                      // Signature
	Token                      // Token, User (instance-0.1 and the internal token of later ones)
	Ping                       //
	Query                      // Subject, Record
	HasProgram                 // Program, Hash
	AddProgram                 // Hash, Manifest, File, Version, Force, Chunk
	Launch                     // Program, Hash, Args or Input, Capture, TokenBudget, Props, Session, Files
	LaunchRegistry             // Program, Args, Capture
	LaunchMany                 // Program, Inputs, Budgets, Capture
	RunMany                    // Program, Inputs, Budgets
	Serve                      // Program, Hash, Args or Input, Port
	Attach                     // ID
	Terminate                  // ID
	Signal                     // ID, Text
	SendFile                   // ID, Hash, Chunk; instance-0.2 answers it
	List                       //
	RegisterMCP                // Name, Transport, Path, Args, URL
	MCPAnswer                  // OK, Text
	Workflow                   // Subject is submit, cancel, attach or detach; ID or Text
	RemoteService              // URL, Subject, Name: decoded for completeness, never offered
	CancelAll                  // the gateway's text frame "cancel"
)

// Command is one message from client to server in neutral words. It is one flat value for all kinds, so that a
// hot path (Signal) needs no allocation of its own. The zero value is NoCommand.
//
// After DecodeCommand, Chunk.Data aliases the frame; everything else is the command's own.
type Command struct {
	Kind    CommandKind
	Corr    uint32 // 1 and up; a reader of answers matches by it
	Capture bool   // Launch: attached to this connection, with its output (the reverse of detached)
	Force   bool   // AddProgram: replace what is there
	OK      bool
	Port    uint16
	ID      string // of an instance or a workflow
	Program string // a name as the generation wants it: name@version, ns/name@version
	Hash    string // BLAKE3, 64 lower-case hex digits
	Text    string
	User    string

	Signature, Token           string
	ManifestHash               string // HasProgram; servers ignore it
	Subject, Record            string
	Manifest, File, Version    string // Version "" is nil on the wire
	Input                      string // JSON text by convention
	Args                       []string
	Inputs                     []string
	TokenBudget                uint64 // 0: none given
	Budgets                    []uint64
	Props, Session             string // Props: JSON object text, "" for none
	Files                      map[string][]byte
	Name, Transport, Path, URL string
	Chunk                      Chunk
}

// Chunk is one part of a transfer: at most ChunkSize bytes, Index counted from 0, Total at least 1.
type Chunk struct {
	Index, Total uint32
	Data         []byte
}

// ChunkSize is the size in bytes of all parts of an upload or file except the last.
const ChunkSize = 256 << 10

package wire

// Features are what differs between generations, as facts a client or an engine may ask for. The zero value can
// nothing.
type Features struct {
	// What a script may ask (client:supports).
	Stdout, ListInstances, AttachInstance bool
	Detached                              bool // launch without being attached
	DetachedID                            bool // … and its id is in the answer
	DetachedOutput                        bool // what it prints before the attach is kept
	DetachedResult                        bool // its result is kept until an attach (worker-0.5: by the embedded engine alone)
	DetachedCaptured                      bool // … by launching attached and leaving it: an uncaptured launch tells no id
	SendFiles                             bool // not where it hangs the server, though a frame exists
	RecvFiles                             bool
	FileAnswered                          bool // a sent file is acknowledged
	Registry                              bool // the server fetches programs itself
	TokenBudget, LaunchManyInputs         bool
	Props, Session, LaunchFiles           bool
	MCP                                   bool
	Pings                                 bool // has the ping command

	// How things are said.
	Arguments      bool        // a launch takes a list of words, not an input text
	HashNames      bool        // programs are known by their hash alone
	Namespaces     bool        // names are ns/name@version
	UnitResult     bool        // a program that returns nothing ends with the text "()"
	StrictNames    bool        // only name@X.Y.Z is accepted: no namespace, no "latest"
	BareNames      bool        // … or a bare name, which is the newest version installed there
	NeedsManifest  bool        // an upload carries a manifest
	HeaderIdentity bool        // the user's name is in the upgrade request
	LoginCommand   CommandKind // Identify, Token (0.1), or NoCommand where the header is enough
	Challenge      bool        // the answer to Identify may ask for a signature

	// How the server behaves.
	ControlConn        bool // commands of one connection block each other, and a second connection may be used
	AttachProbe        bool // ends of instances may get lost; an attach tells whether it is still there
	ListComplete       bool // an instance missing in the list has ended
	Reattach           bool // after StreamAborted, attach replays what was missed
	OrderedAnswers     bool // answers come in the order of the commands: a ping is a barrier
	KillsOnClose       bool // the end of a connection ends its instances
	DetachOnClose      bool // … or they go on and may be attached again
	DetachOnBreak      bool // … also when it was not closed but broke
	SharedUser         bool // everybody is the same user: the list shows everyone's
	RefusedAttachKills bool // never attach on suspicion
	TerminateSilent    bool // a terminate is not answered
	TerminateAny       bool // … or is answered with yes for any id
	AskFirst           bool // a launch of what the server has not, or cannot run, ends all launching there: ask before each
	KeepsLaunched      bool // once a program was launched, an upload under its name changes nothing until a restart

	MaxCommand int // bytes of one frame to the server, at most

	path string
}

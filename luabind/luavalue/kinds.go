package luavalue

// The kinds of error, the same words in Lua (err.kind), in Go and in the documents.
const (
	KindUsage          = "usage"            // called wrongly: the script's mistake
	KindConnect        = "connect"          // the server cannot be reached
	KindAuth           = "auth"             // the server does not let this user in
	KindRefused        = "refused"          // understood, and declined
	KindUnsupported    = "unsupported"      // this server or this build cannot do it
	KindProgram        = "program"          // no such program, or a bad one
	KindLaunch         = "launch"           // the program could not be started
	KindException      = "exception"        // the program failed by itself
	KindAborted        = "aborted"          // the program was ended by somebody
	KindOutOfResources = "out_of_resources" // the server had no room for it
	KindServer         = "server"           // the server failed
	KindTimeout        = "timeout"          // a limit in time has passed
	KindIdle           = "idle"             // the program was silent for too long
	KindCancelled      = "cancelled"        // whoever owns this task gave it up
	KindLost           = "lost"             // the connection broke
	KindOverflow       = "overflow"         // a queue went past its bound
	KindProtocol       = "protocol"         // the other side broke the protocol
	KindBudget         = "budget"           // a budget is spent
	KindIO             = "io"               // a file or a stream
	KindValue          = "value"            // JSON, a number or a schema that does not fit
	KindScript         = "script"           // a plain Lua error
)

// Kinds lists all kinds of error.
func Kinds() []string {
	return []string{
		KindUsage, KindConnect, KindAuth, KindRefused, KindUnsupported, KindProgram, KindLaunch, KindException, KindAborted,
		KindOutOfResources, KindServer, KindTimeout, KindIdle, KindCancelled, KindLost, KindOverflow, KindProtocol,
		KindBudget, KindIO, KindValue, KindScript,
	}
}

// retryableKinds are those a second attempt may cure without any change.
var retryableKinds = [...]string{KindConnect, KindLost, KindTimeout, KindIdle, KindOutOfResources, KindServer}

// RetryableKind tells whether an error of this kind may go away by itself.
func RetryableKind(kind string) bool {
	for _, k := range retryableKinds {
		if k == kind {
			return true
		}
	}
	return false
}

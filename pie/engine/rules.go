package engine

import "github.com/pierun/pierun/pie/wire"

// rules are the habits of one released server that a client's feature bits do not cover. Each is a small value, so
// that nothing else here asks for a generation.
type rules struct {
	login    loginRule
	badFrame badFrameRule
	closing  closeRule
	broken   leaveRule // a connection that ends without a Close frame or a clean end of stream
	keeps    keepRule  // output while nobody is attached
	uploads  uploadRule
	compiles compileRule
	listing  listRule

	edge           bool   // an HTTP router stands in front: path and identity header matter
	turns          bool   // commands are turns, ended by a text frame; text frames are commands
	answersUnknown bool   // an unknown query subject is refused instead of ignored
	wedges         bool   // launching unknown bytes silences the server
	terminateAny   bool   // terminate succeeds for every well-formed id
	ownersOnly     bool   // others' processes are refused
	retains        bool   // an ended process waits for an attach
	installed      string // the answer to an upload; "": the hash
	attachTaken    string // the answer to an attach that comes second
	attachGone     string
	attachBadID    string
	terminateBadID string
	terminated     string // the answer to terminate
	attached       string
	aborted        string // the text of the end of a terminated process
	exception      string // what stands before the text of an exception
}

type loginRule uint8

const (
	loginNone   loginRule = iota // everybody is the same internal user
	loginToken                   // a token, and commands run all the same (0.1)
	loginIgnore                  // commands before it are ignored
	loginEnd                     // a command before it ends the connection
)

type badFrameRule uint8

const (
	badSkipped badFrameRule = iota
	badDrops                // the connection is dropped
	badTold                 // a text frame, once a good frame has come
)

type closeRule uint8

const (
	closeEchoed  closeRule = iota // the Close is answered with its own code
	closeStream                   // the stream just ends
	closeIgnored                  // nothing is answered and the connection stays
)

type leaveRule uint8

const (
	leaveBound   leaveRule = iota // its processes go on, for ever bound to the dead connection
	leaveDetach                   // they go on and may be attached again
	leaveKill                     // they end
	leaveByClose                  // as after a clean end
)

type keepRule uint8

const (
	keepNothing keepRule = iota
	keepEvents           // the last 4096 of stdout, stderr and the end, in order
	keepRings            // the last MiB of stdout and of stderr
)

type uploadRule uint8

const (
	uploadPlain  uploadRule = iota // 0.1: no order checks
	uploadOne                      // one at a time on a connection
	uploadByHash                   // one per hash
	uploadByCorr                   // one per command number; the hash is verified
)

type compileRule uint8

const (
	compileAtUpload compileRule = iota // a failure is the answer, and the program stays stored
	compileAtLaunch                    // any upload succeeds; once launched, a program is never replaced
	compileDrops                       // a failure ends the connection without an answer
	compileNever                       // any upload succeeds, and launching a bad one wedges the server
)

type listRule uint8

const (
	listAll listRule = iota
	listNewest50
)

// rulesOf is the table of what released servers do.
func rulesOf(d *wire.Dialect) rules {
	switch d.Generation {
	case "instance-0.1":
		r := instanceRules()
		r.login, r.closing, r.uploads, r.compiles = loginToken, closeStream, uploadPlain, compileNever
		r.keeps, r.retains, r.wedges, r.terminateAny = keepNothing, false, true, false
		return r
	case "instance-hash":
		r := instanceRules()
		r.compiles = compileDrops
		return r
	case "instance-0.2":
		return instanceRules()
	case "process-0.3":
		r := processRules()
		r.installed, r.compiles = "Program added successfully", compileAtLaunch
		return r
	case "process-0.4":
		return processRules()
	case "gateway-0.5":
		return gatewayRules()
	case "gateway-0.6":
		r := gatewayRules()
		r.installed = installedRef
		return r
	}
	return workerRules()
}

func instanceRules() rules {
	return rules{
		login: loginEnd, closing: closeEchoed, broken: leaveByClose, keeps: keepRings, uploads: uploadOne,
		listing: listNewest50, terminateAny: true, retains: true,
		attachTaken: "Instance already attached", attachGone: "Instance not found",
		attachBadID: "Invalid instance_id", terminateBadID: "Malformed instance ID",
		terminated: "Instance terminated", attached: "Instance attached",
		aborted: "Signal termination", exception: "Runtime error: ",
	}
}

func processRules() rules {
	return rules{
		login: loginIgnore, closing: closeIgnored, uploads: uploadByHash, ownersOnly: true,
		installed:   "Program installed successfully",
		attachTaken: "Process not found", attachGone: "Process not found",
		attachBadID: "Invalid process_id", terminateBadID: "Invalid process ID",
		terminated: "Process terminated", attached: "Process attached", aborted: "Signal",
	}
}

func gatewayRules() rules {
	r := workerRules()
	r.edge, r.turns, r.badFrame, r.broken = true, true, badTold, leaveByClose
	return r
}

// installedRef stands for the name and version of what was installed.
const installedRef = "name@version"

func workerRules() rules {
	r := processRules()
	r.login, r.badFrame, r.closing, r.ownersOnly = loginNone, badDrops, closeStream, false
	r.keeps, r.uploads, r.answersUnknown = keepEvents, uploadByCorr, true
	r.attachTaken = "Cannot attach: already attached"
	return r
}

// maxMessage is the size in bytes at which a message from a client ends the reading, told or not.
func (r *rules) maxMessage() int {
	if r.edge {
		return 8_000_000
	}
	return 64 << 20
}

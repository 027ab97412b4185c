// Package backendai is a client of the Backend.AI manager: compute sessions, code in them, their files, logs and
// tunnels, virtual folders, images, limits, and the events of all of it.
//
// A [Client] is made from a [Config], asks the manager for its API version with the first request that needs it,
// and may be used by any number of goroutines. It speaks the /session paths of API v5 and later, and the /kernel
// paths of v4.20190315 and v4.20190615 to managers that are that old; what is older is refused.
//
// # Waiting
//
// Every call takes a context first and has a deadline of its own besides (Config.RequestTimeout, or
// Config.LongTimeout for what waits for a container). A call whose context ends returns at once. What a container
// does meanwhile is not undone: the documentation of each call says what may be left behind.
//
// # What is repeated
//
// A request that reached nobody (the connection could not be made) is repeated, whatever it is, at the next
// endpoint if there are several. A GET or HEAD is repeated, too, when the connection broke before the answer or a
// gateway answered 502, 503 or 504 without a word of the manager. Each try is signed anew. In ModeSession a request
// that is refused with 401, which means that it was not carried out, is made once more behind a new login. Nothing else is
// ever repeated: not a create, not an execute, and nothing after a 429. EndSession alone repeats its destroy, since a
// session that is gone already is what it wants; and a file of a virtual folder whose transfer is cut is asked for from
// there on.
//
// # Bounds
//
// Answers are read up to Config.MaxBody bytes, those to runs up to 16 MiB at least; downloads go to a writer and are
// bounded by their caller. An error answer is read up to 1 MiB.
package backendai

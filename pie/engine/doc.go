// Package engine is a Pie server in Go: the embedded default, the test double, and a thing that official clients can
// connect to. It serves one generation of the protocol, in memory or on a listener, with that release's own rules
// for login, order, limits and disconnects, and runs programs written in Go on a deterministic source of words.
//
// It is a simulation and says so: in the model_status query (the metric simulated.engine), in one line on
// Config.Log, and in the failure of an uploaded program that it cannot run. No language model is involved.
//
//	e, err := engine.New(engine.Config{})           // worker-0.5, in memory
//	conn, err := e.DialContext(ctx, "", "")          // what a client's DialContext returns
//	…
//	err = e.Close()                                  // waits for every goroutine
//
// One file per noun. A connection is a session: its reader goroutine handles commands one after another, its writer
// goroutine sends what the outbox holds in one write per turn. A launched program is a process: its guest goroutine
// runs the [Program] and puts events straight into the outbox of the connection it is attached to, waiting when that
// is full, so that a slow reader throttles its own programs and memory stays bounded.
//
// What differs between generations is a fact of wire.Features or one of the small values in rules.go.
//
// Locks are taken in the order process, session, outbox or engine; none is held while a program runs, and none while
// the clock is told that something came to rest.
package engine

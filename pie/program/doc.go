// Package program knows what a program is before any server does: its name, its manifest, its bytes and their hash,
// how its input is said as command-line words and the other way round, and where its newest version is looked up.
//
// It is a leaf: it imports neither the client nor the protocol, so that the client, the embedded server and the
// command may all use it. Nothing here starts a goroutine, and only [Registry] and [Load] do I/O.
package program

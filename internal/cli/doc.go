// Package cli is the pierun command: it reads the command line, puts the rooms of the house together (script host,
// client, embedded engine, journal, clock), and is the only place that prints.
//
// [Run] is the whole command in one call, without the process around it: streams, words and environment come in
// through an [Env], a signal as the cause of the context, and the exit code is what it returns. Standard output is the
// script's alone; everything that pierun has to say goes to standard error.
package cli

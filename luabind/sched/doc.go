// Package sched runs Lua: one world, one goroutine that alone executes it, and any number of tasks that wait.
//
// A [Scheduler] owns the Lua state. [Scheduler.Run] runs a main function as the first task, on the goroutine that
// calls it, until the root scope has ended. A task is a Go coroutine: whatever Lua or Go function it is in the
// middle of, a wait suspends that task alone. Host functions wait with [Task.Suspend] or [Await].
//
// # Scopes
//
// A [Scope] is the one unit of ownership and of cancellation. A task's body is one, and [Scheduler.InScope] pushes
// further ones on the stack of the running task. A cancelled scope makes every wait and every loop inside it raise,
// and pcall raises again, until its exit turns the raise into the reason. Leaving a scope waits for its tasks, runs
// its deferred functions, releases what it owns, and only then goes on.
//
// # Goroutines
//
// Everything here belongs to the scheduler's goroutine (that is, to functions that Lua calls, and to functions given
// to [Scheduler.Post]) unless its comment says "any goroutine".
//
// # Raising
//
// What raises, raises as Lua does: it panics through the caller's Go frames. Undo registrations with defer.
package sched

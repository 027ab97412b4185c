// Package luabind is the host of a Lua script: it runs one script on one scheduler and gives it the modules that
// talk to Pie.
//
// A [Runtime] is made from a [Config] by [New], runs one script by [Runtime.RunFile] or [Runtime.RunString], and is
// released by [Runtime.Close]. Everything from outside comes in through the Config (connections, clock, the three
// standard streams, words of the command line): the package has no state of its own and reads no environment.
//
// # Goroutines
//
// All Lua runs on the scheduler's goroutine, which is the one that called RunFile. Functions that modules offer to
// scripts therefore need no locks. What other goroutines learn (an instance has something to say, standard output
// has room again) comes back through [sched.Scheduler.Post]. Beside the scheduler a Runtime owns two goroutines,
// the writer of standard output and, from the first read on, the reader of standard input.
//
// # Modules
//
// Each module of the script is a function open<Name>(*Runtime) in a file of its own; module.go holds the one table of
// them. A module raises errors through luavalue, waits through sched, and never prints.
package luabind

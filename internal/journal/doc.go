// Package journal keeps, on disk, what this host has launched and not yet seen the end of, so that a later run finds
// what a crash left running.
//
// Each run of the command writes a file of its own: a line before every launch, one with the id that it got, one at
// its end. The file is removed when the run closes with nothing left open, and stays behind when the process dies.
// While a run lives it holds a lock on its file, and so [Orphans] tells the files of the dead from those of the living,
// whatever process ids were given out again in between.
//
// Lines reach the operating system, not the platter: they outlive the process, which is what is asked of them, and
// cost microseconds. A machine that loses power may forget the last of them.
package journal

// Package pie is a client for Pie servers of every released generation: it finds out by itself which one it talks to.
package pie

package clitest

import (
	"net"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pierun/pierun/internal/backendai/faketest"
)

// manager serves a fake Backend.AI manager on a port of its own until the script's end.
func manager(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: manager [METHOD|mute|pulling]")
	}
	o := faketest.Options{}
	if len(args) == 1 {
		o = managers(args[0])
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	m := faketest.New(o)
	m.Serve(l)
	ts.Defer(m.Close)
	ts.Setenv("BACKEND_ENDPOINT", "http://"+l.Addr().String())
	ts.Setenv("BACKEND_ACCESS_KEY", faketest.DefaultKey)
	ts.Setenv("BACKEND_SECRET_KEY", faketest.DefaultSecret)
}

// managers are those that something is wrong with.
func managers(word string) faketest.Options {
	switch word {
	case "mute":
		return faketest.Options{Mute: true, Life: []string{"RUNNING"}}
	case "pulling":
		return faketest.Options{Life: []string{"PULLING"}}
	}
	return faketest.Options{Hold: word}
}

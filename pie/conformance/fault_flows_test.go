package conformance_test

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pierun/pierun/pie"
	"github.com/pierun/pierun/pie/wire"
)

// flow is what a client does while its wire breaks. It records what it saw; nothing in it may be taken for granted.
type flow struct {
	name       string
	play       func(*faultTrial)
	reconnects bool
}

func flows() []flow {
	return []flow{
		{name: "stream", play: streamFlow}, {name: "echo", play: echoFlow}, {name: "many", play: manyFlow},
		{name: "terminate", play: terminateFlow}, {name: "files", play: filesFlow}, {name: "detached", play: detachedFlow},
		{name: "questions", play: questionsFlow}, {name: "install", play: installFlow},
		{name: "reconnect", play: reconnectFlow, reconnects: true},
	}
}

func streamFlow(f *faultTrial) {
	f.drain(f.try(numbered("msg %d", 40), "msgs:40", "ret:done"))
}

func echoFlow(f *faultTrial) {
	s := f.try(numbered("echo %d", 10), "echo:10", "ret:done")
	for n := range 10 {
		if s == nil || s.send(fmt.Sprint(n)) != nil || !f.take(s) {
			break
		}
	}
	if s != nil && s.err == nil && s.end.Kind == 0 {
		f.drain(s)
	}
}

func manyFlow(f *faultTrial) {
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { f.drain(f.try(numbered("msg %d", 5), "msgs:5", "ret:done")) })
	}
	all.Wait()
}

func terminateFlow(f *faultTrial) {
	s := f.try([]string{"ready"}, "msg:ready", "recv")
	if s == nil || !f.take(s) {
		return
	}
	f.terminate(s)
	f.drain(s)
}

func filesFlow(f *faultTrial) {
	said := []string{"file 300000", "file 300000", "behind"}
	if !f.c.Features().RecvFiles {
		said = said[2:]
	}
	f.drain(f.try(said, "file:300000", "file:300000", "msg:behind"))
	if !f.c.Features().SendFiles {
		return
	}
	s := f.try([]string{"ready", "got 300000", "file 300000"}, "bounce")
	if s == nil || !f.take(s) {
		return
	}
	err := s.i.SendFile(f.soon(), labFile(300000), "")
	f.failed("send_file", err)
	s.sent = append(s.sent, "file 300000")
	if err != nil || !s.i.Settled() && f.isStuck(s) {
		f.terminate(s)
	}
	f.drain(s)
}

// isStuck: a file of which a part was damaged on the way is dropped by the server without a word.
func (f *faultTrial) isStuck(s *sight) bool {
	before := s.i.Received()
	wait := time.NewTimer(40 * time.Second)
	defer wait.Stop()
	select {
	case <-s.i.Done():
		return false
	case <-wait.C:
		return s.i.Received() == before
	}
}

func detachedFlow(f *faultTrial) {
	p := f.lab(f.c, "recv", "msg:here", "ret:done")
	p.Detached = true
	i, err := f.c.Launch(f.soon(), p)
	if err != nil {
		f.unborn("detached launch", err)
		return
	}
	a, err := f.c.Attach(f.soon(), i.ID())
	if err != nil {
		f.failed("attach", err)
		f.maybe++
		return
	}
	s := f.watch(a, []string{"here"})
	if err := s.send("go"); err != nil {
		f.failed("send", err)
	}
	f.drain(s)
}

func questionsFlow(f *faultTrial) {
	for range 3 {
		_, err := f.c.Ping(f.soon())
		f.failed("ping", err)
		_, err = f.c.List(f.soon())
		f.failed("list", err)
		_, err = f.c.Query(f.soon(), "model_status", "")
		f.failed("query", err)
	}
	_, err := f.c.Terminate(f.soon(), unknownID)
	f.failed("terminate", err)
}

// installFlow brings a program of several parts, twice, and runs it.
func installFlow(f *faultTrial) {
	up := f.upload(f.c, "conf-flow", "installed")
	up.Bytes = append(up.Bytes, "// "+strings.Repeat("padding ", wire.ChunkSize/4)...)
	for range 2 {
		in, err := f.c.Install(f.soon(), up)
		if err != nil {
			f.failed("install", err)
			continue
		}
		s, err := f.c.Launch(f.soon(), pie.Launch{Program: in.Ref})
		if err != nil {
			f.failed("launch", err)
			continue
		}
		if e, err := s.Next(f.soon()); err != nil {
			f.failed("recv", err)
		} else if !f.tampered && (e.Kind != pie.Completed || e.Value != f.returned(f.c, "installed")) {
			f.Errorf("installed and run: %v %q", e.Kind, e.Value)
		}
	}
}

// reconnectFlow goes on over a new connection when the first one breaks. What is launched is launched once.
func reconnectFlow(f *faultTrial) {
	for range 3 {
		f.drain(f.try(numbered("msg %d", 3), "msgs:3", "ret:done"))
		_, err := f.c.Ping(f.soon())
		f.failed("ping", err)
	}
}

package conformance_test

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/pierun/pierun/pie"
)

// lives are about the life of an instance, from launch to end.
func lives() []scenario {
	return []scenario{
		{name: "launch, stream, complete", play: launchStreamComplete},
		{name: "empty output", play: emptyOutput},
		{name: "standard error is apart", play: standardError},
		{name: "a program error", play: programError},
		{name: "an unknown program", play: unknownProgram},
		{name: "a bad name", play: badName},
		{name: "nothing comes after the end", play: afterTheEnd},
		{name: "terminate", play: terminate},
		{name: "terminate twice", play: terminateTwice},
		{name: "terminate an unknown one", play: terminateUnknown},
		{name: "a cancelled launch leaves nothing running", play: cancelledLaunch},
		{name: "five hundred launches at once", play: manyLaunches},
		{name: "launch options that are not there are refused", play: missingOptions},
		{name: "generated text is streamed", play: generatedText},
	}
}

func launchStreamComplete(x *trial) {
	c := x.client()
	i := x.launch(c, "out:one", "out:two", "msg:three", "ret:done")
	events := x.ends(i, pie.Completed)
	x.equal("stdout", text(events, pie.Stdout), x.printed(c, "one\ntwo\n"))
	x.equal("messages", text(events, pie.Message), "three")
	x.equal("result", text(events, pie.Completed), x.returned(c, "done"))
	x.equal("status", i.Status(), pie.StatusCompleted)
	launched, _, ended := i.Timing()
	if launched <= 0 || ended < launched {
		x.Errorf("timing: launched after %v, ended after %v", launched, ended)
	}
}

func emptyOutput(x *trial) {
	events := x.run(x.client(), pie.Completed)
	if len(events) != 1 || events[0].Value != "" {
		x.Error(brief(events))
	}
}

func standardError(x *trial) {
	c := x.client()
	events := x.run(c, pie.Completed, "out:good", "err:bad", "out:again")
	x.equal("stdout", text(events, pie.Stdout), x.printed(c, "good\nagain\n"))
	x.equal("stderr", text(events, pie.Stderr), x.printed(c, "bad\n"))
}

func programError(x *trial) {
	c := x.client()
	i := x.launch(c, "out:before", "fail:broken on purpose", "out:never")
	events := x.ends(i, pie.Exception)
	x.equal("stdout", text(events, pie.Stdout), x.printed(c, "before\n"))
	if words := text(events, pie.Exception); !strings.Contains(words, "broken on purpose") {
		x.Errorf("its words: %q", words)
	}
	x.equal("status", i.Status(), pie.StatusException)
}

func unknownProgram(x *trial) {
	c := x.client()
	p := pie.Launch{Program: "no-such-program@9.9.9"}
	if c.Features().HashNames {
		p = pie.Launch{Hash: strings.Repeat("ab", 32)}
	}
	_, err := c.Launch(x.soon(), p)
	x.refused("launch", err, pie.ErrProgram)
	x.run(c, pie.Completed, "ret:fine")
}

func badName(x *trial) {
	c := x.client()
	for _, name := range []string{"", "a b@1.0.0", "../up@1.0.0", "lab@", "lab@1.x@2"} {
		_, err := c.Launch(x.soon(), pie.Launch{Program: name})
		x.refused(fmt.Sprintf("%q", name), err, pie.ErrProgram, pie.ErrUsage)
	}
	x.run(c, pie.Completed, "ret:fine")
}

func afterTheEnd(x *trial) {
	c := x.client()
	i := x.launch(c, "ret:done")
	x.ends(i, pie.Completed)
	for range 2 {
		_, err := i.Next(x.soon())
		x.refused("recv", err, pie.ErrRefused)
	}
	x.refused("send", i.Send("hello?"), pie.ErrRefused)
	x.refused("send_file", i.SendFile(x.soon(), []byte("x"), ""), pie.ErrRefused, pie.ErrUnsupported)
	if err := i.Terminate(x.soon()); err != nil {
		x.Errorf("terminate: %v", err)
	}
	x.equal("status", i.Status(), pie.StatusCompleted)
}

func terminate(x *trial) {
	c := x.client()
	i := x.launch(c, "msg:ready", "recv")
	x.next(i, pie.Message)
	if err := i.Terminate(x.soon()); err != nil {
		x.Fatal(err)
	}
	x.ends(i, pie.Aborted)
	x.equal("status", i.Status(), pie.StatusAborted)
	x.gone(c, i.ID())
}

func terminateTwice(x *trial) {
	c := x.client()
	i := x.launch(c, "msg:ready", "recv")
	x.next(i, pie.Message)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := i.Terminate(x.soon()); err != nil {
				x.Error(err)
			}
		})
	}
	both.Wait()
	x.ends(i, pie.Aborted)
	if err := i.Terminate(x.soon()); err != nil {
		x.Error(err)
	}
	x.equal("status", i.Status(), pie.StatusAborted)
}

// terminateUnknown is false, also on servers that say yes to any id, and to what has ended.
func terminateUnknown(x *trial) {
	c := x.client()
	ended := x.launch(c, "ret:done")
	x.ends(ended, pie.Completed)
	x.gone(c, ended.ID()) // a real server has it for another moment
	for _, id := range []string{unknownID, "no id at all", ended.ID()} {
		there, err := c.Terminate(x.soon(), id)
		if err != nil {
			x.Error(err)
		}
		x.equal("there: "+id, there, false)
	}
	i := x.launch(c, "msg:ready", "recv")
	x.next(i, pie.Message)
	there, err := c.Terminate(x.soon(), i.ID())
	if !there || err != nil {
		x.Errorf("a running one: %v %v", there, err)
	}
	x.ends(i, pie.Aborted)
}

const unknownID = "00000000-0000-4000-8000-00000000dead"

func cancelledLaunch(x *trial) {
	c := x.client()
	for n := range 20 {
		ctx, cancel := context.WithCancel(x.soon())
		if n%2 == 0 {
			cancel()
		} else {
			go cancel()
		}
		if i, err := c.Launch(ctx, x.lab(c, "recv")); err == nil {
			x.next(x.launched(i), pie.Aborted)
		} else {
			x.refused("launch", err, pie.ErrCancelled)
		}
		cancel()
	}
	if x.engine != nil {
		x.until("nothing runs", func() bool { return len(x.engine.Instances()) == 0 })
	}
	for _, u := range c.Unconfirmed() {
		x.Errorf("unconfirmed: %+v", u)
	}
}

// launched ends an instance whose launch was quicker than its cancellation.
func (x *trial) launched(i *pie.Instance) *pie.Instance {
	x.Helper()
	if err := i.Terminate(x.soon()); err != nil {
		x.Fatal(err)
	}
	return i
}

func manyLaunches(x *trial) {
	const many = 500
	c := x.client()
	var all sync.WaitGroup
	for n := range many {
		all.Go(func() {
			want := fmt.Sprint("answer ", n)
			i, err := c.Launch(x.soon(), x.lab(c, "msg:"+want, "ret:"+want))
			if err != nil {
				x.Error(err)
				return
			}
			events, err := x.all(i)
			if err != nil || text(events, pie.Message) != want || text(events, pie.Completed) != x.returned(c, want) {
				x.Errorf("%d: %s %v", n, brief(events), err)
			}
		})
	}
	all.Wait()
}

func missingOptions(x *trial) {
	c := x.client()
	f := c.Features()
	for what, o := range map[string]struct {
		there bool
		set   func(*pie.Launch)
	}{
		"token budget": {f.TokenBudget, func(p *pie.Launch) { p.TokenBudget = 1000 }},
		"props":        {f.Props, func(p *pie.Launch) { p.Props = `{"priority": 1}` }},
		"session":      {f.Session, func(p *pie.Launch) { p.Session = "s" }},
		"files":        {f.LaunchFiles, func(p *pie.Launch) { p.Files = map[string][]byte{"a": []byte("b")} }},
	} {
		p := x.lab(c, "ret:done")
		o.set(&p)
		i, err := c.Launch(x.soon(), p)
		switch {
		case !o.there:
			x.refused(what, err, pie.ErrUnsupported)
		case err != nil:
			x.Errorf("%s: %v", what, err)
		default:
			x.ends(i, pie.Completed)
		}
	}
}

// generatedText comes from a program of Pie's own that streams.
func generatedText(x *trial) {
	c := x.client()
	var events []pie.Event
	if x.place == remote {
		events = x.completion(c)
	} else {
		f := c.Features()
		p := builtin(&f, "text-completion", "0.2.15")
		p.Values = map[string]any{"prompt": "Once upon a time", "max_tokens": 8}
		events = x.ends(x.start(c, p), pie.Completed)
	}
	got := text(events, pie.Stdout) + text(events, pie.Message) + text(events, pie.Completed)
	if got == "" {
		x.Errorf("no text in %s", brief(events))
	}
}

// completion is the program that is built into real servers of 0.5.
func (x *trial) completion(c *pie.Client) []pie.Event {
	x.Helper()
	body := map[string]any{"model": "default", "prompt": "Once", "max_tokens": 2, "stream": true}
	return x.ends(x.start(c, pie.Launch{Program: "compat-openai", Values: map[string]any{
		"path": "/v1/completions", "query": map[string]any{}, "body": body,
	}}), pie.Completed)
}

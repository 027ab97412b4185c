package conformance_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/pierun/pierun/pie"
)

// talks are about messages and the order of what is said.
func talks() []scenario {
	return []scenario{
		{name: "a thousand messages come back in order", play: echoOrder},
		{name: "a thousand lines in order", play: lineOrder},
		{name: "interleaved instances stay apart", play: interleaved},
		{name: "instances of two clients stay apart", play: twoClients},
		{name: "unicode and odd bytes arrive as they were", play: oddText},
		{name: "what is not UTF-8 is refused before it is sent", play: badText},
		{name: "messages that were sent before the program listens", play: earlyMessages},
	}
}

func echoOrder(x *trial) {
	const many = 1000
	c := x.client()
	i := x.launch(c, fmt.Sprint("echo:", many), "ret:done")
	for n := range many {
		x.send(i, fmt.Sprint(n))
	}
	events := x.ends(i, pie.Completed)
	if len(events) != many+1 {
		x.Fatalf("%d events", len(events))
	}
	for n, e := range events[:many] {
		if e.Value != fmt.Sprint("echo ", n) {
			x.Fatalf("message %d is %q", n, e.Value)
		}
	}
}

func lineOrder(x *trial) {
	const many = 1000
	c := x.client()
	events := x.run(c, pie.Completed, fmt.Sprint("lines:", many))
	x.equal("stdout", text(events, pie.Stdout), x.printed(c, lines(many)))
}

// lines is what a lab prints for "lines:n".
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func interleaved(x *trial) {
	const many, each = 10, 50
	c := x.client()
	var all sync.WaitGroup
	for n := range many {
		all.Go(func() { x.conversation(c, n, each) })
	}
	all.Wait()
}

// conversation talks with an instance of its own, word by word.
func (x *trial) conversation(c *pie.Client, n, each int) {
	i, err := c.Launch(x.soon(), x.lab(c, fmt.Sprint("echo:", each), fmt.Sprint("ret:", n)))
	if err != nil {
		x.Error(err)
		return
	}
	for k := range each {
		word := fmt.Sprintf("%d/%d", n, k)
		if err := i.Send(word); err != nil {
			x.Error(err)
			return
		}
		e, err := i.Next(x.soon())
		if err != nil || e.Value != "echo "+word {
			x.Errorf("%s was answered %v %q, %v", word, e.Kind, e.Value, err)
			return
		}
	}
	events, err := x.all(i)
	if err != nil || text(events, pie.Completed) != x.returned(c, fmt.Sprint(n)) {
		x.Errorf("%d: %s %v", n, brief(events), err)
	}
}

func twoClients(x *trial) {
	a, b := x.client(), x.client()
	ia, ib := x.launch(a, "echo:2"), x.launch(b, "echo:2")
	x.equal("a", x.ask(ia, "from a"), "echo from a")
	x.equal("b", x.ask(ib, "from b"), "echo from b")
	_ = a.Close(x.soon())
	x.equal("b after a has gone", x.ask(ib, "again"), "echo again")
	x.ends(ib, pie.Completed)
}

func oddText(x *trial) {
	words := []string{
		"žluťoučký kůň 你好 🙂 e\u0301", "\x00\x01\x7f tab\t and \\ and \"quotes\"", "line\nbreak\r\n", " ", "\u2028\ufeff\uffff",
		strings.Repeat("ß", 3000),
	}
	c := x.client()
	i := x.launch(c, fmt.Sprint("echo:", len(words)), "msg:"+words[0], "ret:"+words[0])
	for _, word := range words {
		x.equal("message", x.ask(i, word), "echo "+word)
	}
	events := x.ends(i, pie.Completed)
	x.equal("from its input", text(events, pie.Message), words[0])
	x.equal("result", text(events, pie.Completed), x.returned(c, words[0]))
}

// earlyMessages reach a program that does something else first.
func earlyMessages(x *trial) {
	c := x.client()
	i := x.launch(c, "msgs:100", "echo:3", "ret:done")
	for n := range 3 {
		x.send(i, fmt.Sprint(n))
	}
	events := x.ends(i, pie.Completed)
	if got := text(events[100:], pie.Message); got != "echo 0echo 1echo 2" {
		x.Errorf("%q", got)
	}
}

// badText is what some servers cut the connection for, and others never answer.
func badText(x *trial) {
	const bad = "cut \xe2\x82"
	c := x.client()
	i := x.launch(c, "echo:1", "ret:done")
	if err := i.Send(bad); !errors.Is(err, pie.ErrValue) {
		x.Errorf("a message: %v", err)
	}
	for name, p := range map[string]pie.Launch{"input": {Input: new(bad)}, "words": {Args: []string{"--text", bad}}} {
		p.Program = i.Program()
		if _, err := c.Launch(x.soon(), p); !errors.Is(err, pie.ErrValue) && !errors.Is(err, pie.ErrUsage) {
			x.Errorf("an %s: %v", name, err)
		}
	}
	x.send(i, "fine")
	if events := x.ends(i, pie.Completed); events[0].Value != "echo fine" {
		x.Errorf("behind them: %v", events[0].Value)
	}
}

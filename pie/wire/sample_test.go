package wire

import "strings"

// sample is a command of kind k with all the fields that d can say, made of the words a and b. Two of different
// words share no field.
func sample(d *Dialect, k CommandKind, a, b string, n uint32, yes bool, data []byte) Command {
	f := &d.Features
	c := Command{Kind: k, Corr: n}
	switch k {
	case Identify:
		c.User = a
	case Prove:
		c.Signature = a
	case Token:
		c.Token = a
		if d.Generation == "instance-0.1" {
			c.User = b
		}
	case Query:
		c.Subject, c.Record = "of "+a, b
	case HasProgram:
		c.fillProgram(f, plainName(a)+"@"+plainName(b), b)
		if d.Family != "instance" {
			c.ManifestHash = a
		}
	case AddProgram:
		c.Hash, c.Manifest, c.Chunk = a, b, Chunk{n, n + 1, data}
		c.Force = yes && d.Family != "instance"
		if d.Family == "gateway" {
			c.File, c.Version = a, b
		}
	case Launch, Serve:
		c.fillLaunch(d, a, b, n, yes, data)
	case LaunchRegistry:
		c.Program, c.Args, c.Capture = a, []string{b, a}, yes
	default:
		c.fillRest(f, a, b, n, yes, data)
	}
	return c
}

func (c *Command) fillRest(f *Features, a, b string, n uint32, yes bool, data []byte) {
	switch c.Kind {
	case LaunchMany:
		c.Program, c.Inputs, c.Budgets, c.Capture = a, []string{b}, []uint64{uint64(n), 0}, yes
	case RunMany:
		c.Program, c.Inputs = a, []string{b, ""}
	case Attach, Terminate:
		c.ID = a
	case Signal:
		c.Corr, c.ID, c.Text = 0, a, b
	case SendFile:
		c.ID, c.Hash, c.Chunk = a, b, Chunk{n, n, data}
		if !f.FileAnswered {
			c.Corr = 0
		}
	case RegisterMCP:
		c.Name, c.Transport, c.Path, c.URL, c.Args = a, b, b, a, []string{a}
	case MCPAnswer:
		c.OK, c.Text = yes, a
	case Workflow:
		c.Subject, c.Text = "submit", a
		if yes {
			c.Subject, c.Text, c.ID = "detach", "", a
		}
	case RemoteService:
		c.URL, c.Subject, c.Name = a, b, a
	case CancelAll:
		c.Corr = 0
	}
}

func (c *Command) fillProgram(f *Features, program, hash string) {
	c.Hash = hash
	if !f.HashNames {
		c.Program = program
	}
}

func (c *Command) fillLaunch(d *Dialect, a, b string, n uint32, yes bool, data []byte) {
	f := &d.Features
	c.Program, c.Input = a, b
	if f.Arguments {
		c.Hash, c.Input, c.Args = b, "", []string{a, b}
	}
	if c.Kind == Serve {
		c.Port = uint16(n)
		return
	}
	c.Capture = yes || d.Generation == "instance-0.1"
	if f.TokenBudget {
		c.TokenBudget = uint64(n) << 8
	}
	if f.Props {
		c.Props, c.Session, c.Files = b, a, map[string][]byte{a: data, b + a: nil}
	}
}

// plainName keeps the words apart that one text joins.
func plainName(s string) string {
	return "p" + strings.Map(func(r rune) rune {
		if r == '@' || r == '#' {
			return '-'
		}
		return r
	}, s)
}

// canon makes what means the same look the same: empty and absent.
func (c *Command) canon() *Command {
	for _, list := range []*[]string{&c.Args, &c.Inputs} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if len(c.Chunk.Data) == 0 {
		c.Chunk.Data = nil
	}
	for name, data := range c.Files {
		if len(data) == 0 {
			c.Files[name] = nil
		}
	}
	if len(c.Files) == 0 {
		c.Files = nil
	}
	if c.Props == "{}" {
		c.Props = ""
	}
	return c
}

// canon does the same for an event.
func (e *Event) canon() *Event {
	for _, text := range []*[]byte{&e.ID, &e.Text, &e.Hash, &e.Name, &e.Method, &e.Chunk.Data} {
		if len(*text) == 0 {
			*text = nil
		}
	}
	for i := range e.Instances {
		if len(e.Instances[i].Args) == 0 {
			e.Instances[i].Args = nil
		}
	}
	if len(e.Instances) == 0 {
		e.Instances = nil
	}
	return e
}

// eventSample is an event of kind k with the fields that d can say.
func eventSample(d *Dialect, k EventKind, a, b string, n uint32, yes bool) Event {
	e := Event{Kind: k}
	switch k {
	case Message, Stdout, Stderr, Completed, Aborted, Exception, ServerError, OutOfResources:
		e.ID, e.Text = []byte(a), []byte(b)
		fillEnding(d, &e)
	case File:
		e.ID, e.Hash, e.Chunk = []byte(a), []byte(b), Chunk{n, n + 1, []byte(a)}
		if d.Family == "gateway" {
			e.Name = []byte(b)
		}
	case Answer:
		e.Corr, e.OK, e.Text = n, yes, []byte(a)
	case Listing:
		e.Corr, e.Instances = n, []InstanceInfo{{ID: a, User: b, Args: []string{a}, State: "finished", HasState: true, Elapsed: uint64(n), KVPages: n}}
	case MCPRequest:
		e.Corr, e.ID, e.Name, e.Method, e.Text = n, []byte(a), []byte(b), []byte(a), []byte(b)
	case Refusal:
		e.Text = []byte("no " + a)
	case Notice:
		e.Corr, e.Text = n, []byte(a)
	}
	return e
}

// fillEnding gives an end the words without which its kind would not be told.
func fillEnding(d *Dialect, e *Event) {
	switch {
	case d.Family != "instance" && e.Kind == Aborted:
		e.Text = []byte("Signal")
	case d.Family != "instance" && e.Kind == Exception, d.Generation == "instance-0.1" && e.Kind == Exception:
		e.Text = append([]byte("!"), e.Text...)
	case d.Family == "instance" && e.Kind == ServerError:
		e.Text = []byte(strings.ReplaceAll(string(e.Text), "OOM", ""))
	case d.Generation == "instance-0.1" && e.Kind == Completed:
		e.Text = nil
	case d.Generation == "instance-0.1" && e.Kind == Aborted:
		e.Text = []byte("user terminated the program")
	}
}

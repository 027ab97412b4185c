package pie

import (
	"context"
	"errors"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Launch says what to start and how. Program, Hash or Bytes names the program; everything else may be left out.
type Launch struct {
	Program  string // name, name@version, ns/name@version or a hash; a bare name is the newest installed one
	Hash     string // BLAKE3 of the program's bytes, as Install gave it
	Bytes    []byte // the program itself: it is installed first unless this client has done so
	Manifest string // … with this Pie.toml; "" for a minimal one
	File     string // … under this file name, which tells its language

	// The input: at most one of Input and Values; Args are command-line words. Each is turned into what the server's
	// generation wants. Nothing at all is the empty input.
	Input  *string        // sent as it is
	Values map[string]any // named values
	Args   []string

	Detached bool // let it run by itself: see Instance.Status and Client.Attach
	Registry bool // take it from the server's registry even if another one is installed
	Buffer   int64
	SaveDir  string        // its files are written there as they come
	Timeout  time.Duration // for the server's answer; 0: Config.LongTimeout
	Sent     func()        // if set, called before the command is given to the writer: from here on it may happen

	TokenBudget uint64            // most tokens it may compute; 0: no limit of its own
	Props       string            // JSON object for the server's scheduling; "" for none
	Session     string            // groups launches of one conversation; "" for none
	Files       map[string][]byte // files that the program reads by name
}

// Launch starts a program and waits until the server has said that it runs. If ctx ends first, or the deadline
// passes, and the program is started all the same, the client terminates it by itself. Nothing is ever launched
// twice. Errors are of kind program, launch, refused, out_of_resources, unsupported, usage, timeout, cancelled or lost.
func (c *Client) Launch(ctx context.Context, p Launch) (*Instance, error) {
	b := &birth{c: c, p: &p, began: c.clock.Now()}
	var err error
	if b.free, err = c.slots.acquire(ctx); err != nil {
		return nil, with(err, "launch", "")
	}
	i, err := b.launch(ctx)
	if err != nil && b.free != nil {
		b.free()
	}
	return i, err
}

// birth is one launch on its way.
type birth struct {
	c      *Client
	p      *Launch
	began  time.Time
	target target
	cmd    wire.Command
	ticket string
	free   func() // gives the place among MaxInstances back, once; nil without a bound
}

func (b *birth) launch(ctx context.Context) (*Instance, error) {
	l, err := b.c.link(ctx, "launch")
	if err != nil {
		return nil, err
	}
	d := b.fit(ctx, l)
	if err := b.allowed(d); err != nil {
		return nil, err
	}
	if b.target, err = b.c.target(ctx, d, b.p); err != nil {
		return nil, with(err, "launch", "")
	}
	if err := b.command(&d.Features); err != nil {
		return nil, err
	}
	if b.ticket, err = b.c.journal.Intent(b.c.launching(l, b.target.String(), b.p.Detached)); err != nil {
		return nil, &Error{Kind: KindIO, Op: "launch", Message: "the journal could not be written, so nothing was launched", Err: err}
	}
	b.c.mu.Lock()
	b.c.launches++
	b.c.mu.Unlock()
	i, err := b.start(ctx, d)
	if err != nil && !mayHaveHappened(err) {
		b.c.journal.Refused(b.ticket)
	}
	b.c.journal.Sync()
	return i, err
}

// mayHaveHappened says whether a launch that failed with err may still have started something.
func mayHaveHappened(err error) bool {
	return errors.Is(err, ErrLost) || errors.Is(err, ErrTimeout) || errors.Is(err, ErrCancelled) || errors.Is(err, ErrProtocol)
}

// allowed refuses what the generation cannot do before anything is sent.
func (b *birth) allowed(d *wire.Dialect) error {
	f, p := &d.Features, b.p
	switch {
	case p.Detached && !f.Detached:
		return unsupported(d, "launch", "a detached launch", "keep the connection open while the program runs")
	case p.TokenBudget > 0 && !f.TokenBudget:
		return unsupported(d, "launch", "a token budget", "give the program its own limit, like max_tokens")
	case p.Props != "" && !f.Props:
		return unsupported(d, "launch", "a launch with props", "props came with 0.6: if the server is one, name its dialect, gateway-0.6")
	case p.Session != "" && !f.Session:
		return unsupported(d, "launch", "a launch with a session", "sessions came with 0.6: if the server is one, name its dialect, gateway-0.6")
	case len(p.Files) > 0 && !f.LaunchFiles:
		return unsupported(d, "launch", "a launch with files", "they came with 0.6: if the server is one, name its dialect, gateway-0.6; else send them to the running instance")
	case p.Input != nil && (p.Values != nil || p.Args != nil):
		return &Error{Kind: KindUsage, Op: "launch", Message: "an input text and named values or arguments exclude each other"}
	}
	return nil
}

// command makes the frame's content.
func (b *birth) command(f *wire.Features) error {
	p := b.p
	b.cmd = wire.Command{
		Kind: wire.Launch, Program: b.target.name, Hash: b.target.hash, Capture: !p.Detached || f.DetachedCaptured,
		TokenBudget: p.TokenBudget, Props: p.Props, Session: p.Session, Files: p.Files,
	}
	if b.target.registry {
		b.cmd.Kind = wire.LaunchRegistry
	}
	var err error
	if f.Arguments {
		b.cmd.Args, err = arguments(b.target.name, p)
	} else {
		b.cmd.Input, err = input(p)
	}
	if err != nil {
		return &Error{Kind: KindUsage, Op: "launch", Message: "this input cannot be sent to the program", Err: err}
	}
	return nil
}

// start sends the launch in the way that the generation needs.
func (b *birth) start(ctx context.Context, d *wire.Dialect) (*Instance, error) {
	switch f := &d.Features; {
	case b.cmd.Capture || f.DetachedID && !f.LaunchManyInputs:
		return b.ask(ctx)
	case f.LaunchManyInputs:
		b.cmd.Kind, b.cmd.Inputs, b.cmd.Budgets = wire.LaunchMany, []string{b.cmd.Input}, []uint64{b.cmd.TokenBudget}
		return b.ask(ctx)
	}
	return b.launchAndFind(ctx)
}

// ask sends the launch and waits for the answer.
func (b *birth) ask(ctx context.Context) (*Instance, error) {
	if b.p.Sent != nil {
		b.p.Sent()
	}
	r := &request{op: "launch", kind: b.cmd.Kind, long: true, target: b.cmd.Program + b.cmd.Hash, limit: b.p.Timeout, birth: b, answered: b.answered, late: b.late}
	a, err := b.c.ask(ctx, &b.cmd, r)
	switch {
	case err != nil:
		b.spent()
		return nil, with(err, "launch", "")
	case a.ok:
		return a.instance, nil
	}
	return nil, refusedLaunch(b.target.String(), a.text)
}

// spent lets go of what was sent: a launch that is given up may wait for its late answer for as long as the connection
// lasts.
func (b *birth) spent() {
	b.cmd.Input, b.cmd.Args, b.cmd.Inputs, b.cmd.Files = "", nil, nil, nil
	b.p.Bytes, b.p.Input, b.p.Values, b.p.Args, b.p.Files = nil, nil, nil, nil, nil
}

// refusedLaunch is the server's no.
func refusedLaunch(program, words string) *Error {
	e := &Error{Kind: launchKind(words), Op: "launch", Message: "the server did not start " + program, Server: words}
	switch e.Kind {
	case KindProgram:
		e.Hint = "install it first, or check its name and version"
	case KindOutOfResources:
		e.Hint = "the server has no room now; try again later"
	}
	return e
}

// answered makes the instance on the reader's goroutine, before the frame behind the answer is read: no event of it
// can come too early.
func (b *birth) answered(l *link, e *wire.Event, a *reply) {
	if !a.ok {
		return
	}
	ids, err := l.dialect.IDs(b.cmd.Kind, e)
	if err != nil {
		a.err = &Error{Kind: KindProtocol, Op: "launch", Message: "the answer to the launch cannot be read", Err: err}
		return
	}
	if len(ids) == 0 {
		if b.cmd.Capture || l.dialect.Features.DetachedID {
			a.err = &Error{Kind: KindProtocol, Op: "launch", Message: "the server says that the instance was launched, but not under which id"}
		}
		return
	}
	a.instance = b.instance(ids[0])
	if b.cmd.Capture {
		l.adopt(a.instance)
		l.guard(a.instance)
	}
	b.launched(ids[0])
}

// launching is what the journal is told of an instance.
func (c *Client) launching(l *link, program string, detached bool) Launching {
	return Launching{Server: l.url, User: c.Info().User, Program: program, Detached: detached}
}

func (b *birth) launched(id string) { b.c.journal.Launched(b.ticket, id) }

func (b *birth) instance(id string) *Instance {
	i := &Instance{client: b.c, id: id, program: b.target.String(), began: b.began, saveDir: b.p.SaveDir, free: b.free}
	i.queue.limit, i.queue.status = b.p.Buffer, StatusRunning
	if b.p.Buffer <= 0 {
		i.queue.limit = b.c.cfg.InstanceBuffer
	}
	if b.p.Detached {
		i.queue.status = StatusDetached
		i.parked.Store(true)
		i.release()
	}
	i.launched.Store(i.since())
	return i
}

// release gives the instance's place among MaxInstances back.
func (i *Instance) release() {
	if i.free != nil {
		i.free()
	}
}

// late ends an instance that came into being after everybody had stopped waiting for it.
func (b *birth) late(l *link, a reply) {
	if a.instance == nil {
		b.c.journal.Refused(b.ticket)
		return
	}
	a.instance.settle(StatusAborted, &Error{Kind: KindCancelled, Op: "launch", InstanceID: a.instance.id, Running: Unknown,
		Message: "the launch was given up before the server answered"})
	l.c.reap(l, a.instance.id)
}

package pie

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

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

	Detached bool          // let it run by itself: see Instance.Status and Client.Attach
	Registry bool          // take it from the server's registry even if another one is installed
	Buffer   int64         // most bytes of its unread events; 0: Config.InstanceBuffer
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

// mayHaveHappened says whether a launch that failed with err may still have started something.
func mayHaveHappened(err error) bool {
	if e := (*Error)(nil); errors.As(err, &e) && e.Running == True {
		return true
	}
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

// prepare finds out what the frame will say.
func (b *birth) prepare(f *wire.Features) error {
	b.kind, b.capture = wire.Launch, !b.p.Detached || f.DetachedCaptured
	switch {
	case f.LaunchManyInputs && !b.capture:
		b.kind = wire.LaunchMany
	case b.target.registry:
		b.kind = wire.LaunchRegistry
	}
	if slices.ContainsFunc(b.p.Args, func(word string) bool { return !utf8.ValidString(word) }) {
		return with(notText(), "launch", "") // JSON would put other characters in its place
	}
	var err error
	if f.Arguments {
		b.args, err = arguments(b.target.name, b.p)
	} else {
		b.input, err = input(b.p)
	}
	if err != nil {
		return &Error{Kind: KindUsage, Op: "launch", Message: "this input cannot be sent to the program", Err: err}
	}
	return nil
}

// command is the frame's content. It is made whenever it is sent: thousands of launches may wait for their answers.
func (b *birth) command() wire.Command {
	p := b.p
	cmd := wire.Command{
		Kind: b.kind, Program: b.target.name, Hash: b.target.hash, Capture: b.capture, Input: b.input, Args: b.args,
		TokenBudget: p.TokenBudget, Props: p.Props, Session: p.Session, Files: p.Files,
	}
	if b.kind == wire.LaunchMany {
		cmd.Inputs, cmd.Budgets = []string{b.input}, []uint64{p.TokenBudget}
	}
	return cmd
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

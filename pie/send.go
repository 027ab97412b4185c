package pie

import (
	"context"
	"path/filepath"

	"github.com/pierun/pierun/pie/wire"
)

// Send queues a message for the program and never waits. Servers do not acknowledge messages. It is refused for an
// instance that has ended or that is detached, and when more waits to be written than Config.OutBuffer.
func (i *Instance) Send(text string) error {
	l, err := i.reachable("send")
	if err != nil {
		return err
	}
	cmd := &wire.Command{Kind: wire.Signal, ID: i.id, Text: text}
	i.posting(1)
	if kept, err := l.held.keep(cmd, l.c.cfg.OutBuffer); kept || err != nil {
		i.posting(-1)
		return l.outcome(err, "send", i.id)
	}
	return l.post(cmd, "send")
}

// reachable is the link over which the program hears us.
func (i *Instance) reachable(op string) (*link, error) {
	s, settled, failure := i.queue.state()
	switch {
	case settled && failure != nil:
		return nil, with(failure, op, i.id)
	case settled:
		return nil, &Error{Kind: KindRefused, Op: op, InstanceID: i.id, Message: "the instance has ended (" + string(s) + ")"}
	case s == StatusDetached:
		return nil, &Error{Kind: KindRefused, Op: op, InstanceID: i.id, Message: "the instance is detached",
			Hint: "attach to it first"}
	}
	return i.link.Load(), nil
}

// SendFile sends data to the program as a file and returns when all of it is on its way; where the server
// acknowledges files, when it has. On most servers it is lost unless the program is waiting for a file, so wait for
// its word first. Errors are of kind refused, unsupported, lost, timeout or cancelled. If ctx ends meanwhile the
// transfer goes on without a waiter: given up half-way it would spoil the next one.
func (i *Instance) SendFile(ctx context.Context, data []byte, name string, told ...Progress) error {
	return i.sendContent(ctx, name, told, func() (content, error) { return inMemory(data), nil })
}

// SendPath does the same with a file of this machine, which is read while it is sent and must not change meanwhile.
// name "" is the name that it has here. Errors may be of kind io as well.
func (i *Instance) SendPath(ctx context.Context, path, name string, told ...Progress) error {
	if name == "" {
		name = filepath.Base(path)
	}
	return i.sendContent(ctx, name, told, func() (content, error) { return openFile(ctx, path) })
}

func (i *Instance) sendContent(ctx context.Context, name string, told []Progress, open func() (content, error)) error {
	l, err := i.reachable("send_file")
	if err != nil {
		return err
	}
	if !l.dialect.Features.SendFiles {
		return with(unsupported(l.dialect, "send_file", "sending a file",
			"it can hang the server; send the content as messages"), "send_file", i.id)
	}
	data, err := open()
	if err == nil {
		i.posting(1)
		err = l.transmit(ctx, &wire.Command{Kind: wire.SendFile, ID: i.id, Name: name}, data, told)
	}
	if err != nil {
		return with(err, "send_file", i.id)
	}
	return nil
}

// transmit sends the file on a goroutine of its own, which closes data.
func (l *link) transmit(ctx context.Context, cmd *wire.Command, data content, told []Progress) error {
	cmd.Hash = data.hash()
	// Transfers of the same bytes share a place on the server and must not meet.
	if err := l.transfer.acquire(ctx, cmd.Hash); err != nil {
		_ = data.close() // nothing was read yet
		return err
	}
	sent := make(chan error, 1)
	if !l.c.background(func() {
		defer l.transfer.release(cmd.Hash)
		l.awaitStreams(l.c.life)
		err := l.sendFile(l.c.life, cmd, data, told)
		if wrong := data.close(); wrong != nil && err == nil {
			err = wrong
		}
		sent <- err
	}) {
		l.transfer.release(cmd.Hash)
		_ = data.close()
		return errClosed()
	}
	select {
	case err := <-sent:
		return err
	case <-ctx.Done():
		return contextError(ctx, "send_file")
	}
}

func (l *link) sendFile(ctx context.Context, cmd *wire.Command, data content, told []Progress) error {
	if !l.dialect.Features.FileAnswered {
		return l.chunks(ctx, cmd, data, nil, told)
	}
	r := &request{op: "send_file", kind: wire.SendFile}
	if err := l.expect(r, l.c.cfg.LongTimeout); err != nil {
		return err
	}
	cmd.Corr = r.corr
	if err := l.chunks(ctx, cmd, data, r, told); err != nil && l.requests.abandon(r) {
		return err
	}
	a := l.wait(ctx, r)
	if a.err == nil && !a.ok {
		return &Error{Kind: KindRefused, Message: "the server did not take the file", Server: a.text}
	}
	return a.err
}

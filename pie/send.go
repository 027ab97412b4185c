package pie

import (
	"context"

	"github.com/pierun/pierun/pie/program"
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
// its word first. Errors are of kind refused, unsupported, lost, timeout or cancelled.
func (i *Instance) SendFile(ctx context.Context, data []byte, name string) error {
	l, err := i.reachable("send_file")
	if err != nil {
		return err
	}
	if !l.dialect.Features.SendFiles {
		return with(unsupported(l.dialect, "send_file", "sending a file",
			"it can hang the server; send the content as messages"), "send_file", i.id)
	}
	cmd := wire.Command{Kind: wire.SendFile, ID: i.id, Hash: program.Hash(data), Name: name}
	// Transfers of the same bytes share a place on the server and must not meet.
	if err := l.transfer.acquire(ctx, cmd.Hash); err != nil {
		return with(err, "send_file", i.id)
	}
	sent := make(chan error, 1)
	if !i.client.background(func() {
		defer l.transfer.release(cmd.Hash)
		l.awaitStreams(i.client.life)
		i.posting(1)
		sent <- l.sendFile(i.client.life, cmd, data)
	}) {
		l.transfer.release(cmd.Hash)
		return with(errClosed(), "send_file", i.id)
	}
	select {
	case err = <-sent:
	case <-ctx.Done():
		err = contextError(ctx, "send_file") // the transfer goes on: given up half-way it would spoil the next one
	}
	if err != nil {
		return with(err, "send_file", i.id)
	}
	return nil
}

// awaitStreams waits while streams that died are attached to again: what comes for an instance meanwhile is dropped.
func (l *link) awaitStreams(ctx context.Context) {
	free := l.held.free()
	if free == nil {
		return
	}
	select {
	case <-free:
	case <-l.cut:
	case <-ctx.Done():
	}
}

func (l *link) sendFile(ctx context.Context, cmd wire.Command, data []byte) error {
	if !l.dialect.Features.FileAnswered {
		return l.chunks(ctx, &cmd, data, nil)
	}
	r := &request{op: "send_file", kind: wire.SendFile}
	if err := l.expect(r, l.c.cfg.LongTimeout); err != nil {
		return err
	}
	cmd.Corr = r.corr
	if err := l.chunks(ctx, &cmd, data, r); err != nil && l.requests.abandon(r) {
		return err
	}
	a := l.wait(ctx, r)
	if a.err == nil && !a.ok {
		return &Error{Kind: KindRefused, Message: "the server did not take the file", Server: a.text}
	}
	return a.err
}

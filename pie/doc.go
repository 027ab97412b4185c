// Package pie is a client for Pie servers of every released generation. It finds out by itself which one it talks to,
// and a program that uses it does not change between them.
//
//	c, err := pie.Dial(ctx, pie.Config{URI: "ws://localhost:8080"})
//	…
//	defer c.Close(ctx)
//	i, err := c.Launch(ctx, pie.Launch{Program: "text-completion", Values: map[string]any{"prompt": "Once"}})
//	…
//	for {
//		e, err := i.Next(ctx)
//		if err != nil {
//			return err // lost, overflow, …: see below
//		}
//		if e.Kind.Terminal() {
//			return nil
//		}
//		fmt.Print(e.Value)
//	}
//
// # Instances and their queues
//
// A launched program is an [Instance]. What it tells is kept in one queue, which the connection's reader fills and
// never waits for: a consumer that is slow, or none at all, holds up nobody else. Next waits for one event; a host
// with a scheduler of its own uses OnReady and Take, which never wait. A queue is bounded (Config.InstanceBuffer,
// Config.Buffer). The instance that reaches its bound delivers what was queued, then fails with kind overflow, and is
// terminated on the server.
//
// The end of a program is an event too (Completed, Aborted, Exception, ServerError, OutOfResources), always the last.
// Where it cannot come, because the connection is lost, the instance settles all the same: what was received is
// delivered, in order, and then [Instance.Failure] says what is known: does it still run, can it be attached to?
//
// # Promises
//
//   - Every call settles: with the answer, at its deadline, when its context ends, or when the connection does.
//   - Nothing is launched twice. A command is sent again after a reconnect only if it was certainly never written.
//   - A launch whose context ended is terminated when its answer comes after all.
//   - What a generation cannot do is refused with kind unsupported before anything is sent.
//   - Files are delivered whole and verified, or the instance fails.
//   - What a program asks of a tool (OfferTools) is answered, whatever becomes of the tool.
//
// # Errors
//
// All errors are *[Error], compared by kind: errors.Is(err, pie.ErrLost). They say what failed, what the server said,
// and what to do next.
//
// # Inside
//
// A link is one WebSocket with two goroutines. The reader (reader.go) decodes each frame where it lies, finds the
// instance (route.go), copies the text once, lets Config.Box make of it what the consumer wants, and queues it; it
// wakes consumers when the socket has no more bytes for the moment, so that a burst costs one wake. Behind a small
// burst it lends them its goroutine (lend.go), and then sends what they had to say; if they keep it, another one
// reads on. The writer (writer.go) takes all else that waits in the outbox and flushes once. Requests wait in a
// table (requests.go) from which
// whoever removes them settles them. Everything that belongs to a connection ends in link.settleAll.
//
// A client has a main link; a control link (control.go) while the server is at work on something long, since it
// handles the commands of one connection one after another; and a new main link after a reconnect (reconnect.go).
// Nothing asks which generation the server is, except its detection (probe.go, probe_find.go): all else asks
// wire.Features.
package pie

package pie

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// ToolServer answers what programs ask of their client, in the words of the Model Context Protocol. Programs ask for
// tools/list, tools/call, resources/list, resources/read, prompts/list and prompts/get; params and the result are the
// JSON of those fields of a JSON-RPC message. Call is called on a goroutine of its own for each request, many at once,
// and should return soon after ctx has ended: it ends when the program does, with the connection, when the offer is
// withdrawn, and at its deadline. An error that is an [*MCPError] reaches the program as it is, any other with code
// [MCPFailed].
type ToolServer interface {
	Call(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error)
}

// MCPError is a failure of a tool server as programs see it: a JSON-RPC error.
type MCPError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error gives the message with its code.
func (e *MCPError) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// Codes of an [MCPError].
const (
	MCPFailed         = -32000 // the tool server is gone, too slow, or failed in a way of its own
	MCPNoSuchMethod   = -32601 // it has no such method, or the program may not use it
	MCPInvalidParams  = -32602 // the request is wrong: an unknown tool, missing arguments
	MCPInternalFailed = -32603 // it panicked, or its answer is no JSON
)

// Offer says what programs may use of a tool server, and how long it may take. The zero value allows everything.
type Offer struct {
	// Allow lists the names of the tools that programs see and may call; "resources/*" and "prompts/*" allow those
	// methods. nil allows everything, an empty list nothing. What is not allowed is answered with MCPNoSuchMethod.
	Allow []string
	// Timeout is how long one request may take before the program is told that it failed; 0: Config.LongTimeout.
	Timeout time.Duration
}

// OfferTools announces a tool server under name to the programs that this client launches or attaches to, and answers
// what they ask of it until withdraw is called or the client is closed. It is announced again after a reconnect.
// Servers know no withdrawal: programs may still see the name, and are told that it has gone.
//
// Every request is answered, at the latest when Offer.Timeout has passed, since programs wait without limit; up to 32
// of a client are at work at once. Errors are of kind unsupported where the generation has no tools, usage for a name
// that is offered already, or those of any command.
func (c *Client) OfferTools(ctx context.Context, name string, server ToolServer, o Offer) (withdraw func(), err error) {
	const op = "offer_tools"
	if err := c.KnowsTools(); err != nil {
		return nil, with(err, op, "")
	}
	if name == "" {
		return nil, &Error{Kind: KindUsage, Op: op, Message: "a tool server needs a name"}
	}
	if o.Timeout <= 0 {
		o.Timeout = c.cfg.LongTimeout
	}
	t := newToolOffer(c.life, name, server, o)
	if !c.tools.add(t, c.cfg.ToolsAtOnce) {
		return nil, &Error{Kind: KindUsage, Op: op, Message: fmt.Sprintf("tools are offered under the name %q already", name),
			Hint: "withdraw that offer first, or choose another name"}
	}
	if err := c.announce(ctx, name); err != nil {
		c.tools.remove(t)
		return nil, with(err, op, "")
	}
	return func() { c.tools.remove(t) }, nil
}

// KnowsTools is nil where programs can ask their client for tools, else the error of kind unsupported that OfferTools
// gives.
func (c *Client) KnowsTools() error {
	if d := c.spoken(); !d.Features.MCP {
		return unsupported(d, "", "offering tools to programs",
			"let the program ask with a message, and send it the answer; tools need a server of generation process-0.3 or process-0.4")
	}
	return nil
}

// announce tells the server of the main connection about name, once for each connection.
func (c *Client) announce(ctx context.Context, name string) error {
	if err := c.offering.acquire(ctx, name); err != nil {
		return err
	}
	defer c.offering.release(name)
	for {
		l, err := c.link(ctx, "offer_tools")
		if err != nil {
			return err
		}
		err = l.announce(ctx, name)
		switch {
		case err != nil && (!l.dead() || !c.cfg.Reconnect || ctx.Err() != nil):
			return err
		case err == nil && l == c.current():
			return nil
		}
	}
}

// announceAll tells a new main connection about everything that is offered, before anything is launched over it. A
// connection that breaks meanwhile is not wanted.
func (c *Client) announceAll(ctx context.Context, l *link) error {
	for _, name := range c.tools.names() {
		if err := l.announce(ctx, name); err != nil {
			l.abort()
			return err
		}
	}
	return nil
}

// announce registers name on this connection unless that was done before: a server keeps duplicates.
func (l *link) announce(ctx context.Context, name string) error {
	if l.relay.announced(name) {
		return nil
	}
	cmd := &wire.Command{Kind: wire.RegisterMCP, Name: name, Transport: "stdio"}
	a := l.do(ctx, cmd, &request{op: "offer_tools", kind: wire.RegisterMCP}, l.c.cfg.RequestTimeout)
	switch {
	case a.err != nil:
		return a.err
	case !a.ok:
		return &Error{Kind: KindRefused, Message: "the server did not take the tools", Server: a.text}
	}
	l.relay.announce(name)
	return nil
}

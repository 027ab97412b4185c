package pie

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/pierun/pierun/pie/wire"
)

// relay is one connection's part in it: which names its server knows, and the requests that are not answered.
type relay struct {
	mu    sync.Mutex
	told  map[string]bool
	open  map[*toolRequest]struct{}
	bytes int // of their parameters
	ended bool
}

func (r *relay) announced(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told[name]
}

func (r *relay) announce(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.told == nil {
		r.told = map[string]bool{}
	}
	r.told[name] = true
}

// toolRequest is a program's request until it is answered.
type toolRequest struct {
	l      *link
	offer  *toolOffer
	corr   uint32
	asker  string // the instance's id
	method string
	params json.RawMessage

	cancel   context.CancelCauseFunc
	answered sync.Once
}

// asked handles a request of a program. It runs on the reader's goroutine, so it only copies and starts.
func (l *link) asked(e *wire.Event) {
	r := &toolRequest{l: l, corr: e.Corr, asker: string(e.ID), method: string(e.Method), params: append(json.RawMessage{}, e.Text...)}
	offer, unknown := l.c.tools.find(string(e.Name))
	if unknown != nil {
		r.answer(nil, unknown)
		return
	}
	if refused := offer.allows(r.method, r.params); refused != nil {
		r.answer(nil, refused)
		return
	}
	r.offer = offer
	r.start()
}

// start gives the request a goroutine, and sees that it is answered whatever becomes of that.
func (r *toolRequest) start() {
	var ctx context.Context
	ctx, r.cancel = context.WithCancelCause(r.offer.life)
	if full := r.l.relay.add(r, &r.l.c.cfg); full != nil {
		r.cancel(nil)
		r.answer(nil, full)
		return
	}
	stop := r.l.c.clock.AfterFunc(r.offer.Timeout, func() { r.cancel(errTooSlow) })
	context.AfterFunc(ctx, func() {
		stop()
		r.answer(nil, r.late(ctx))
	})
	go r.serve(ctx)
}

const errTooSlow = internal("the tool server did not answer in time")

// late is what a program is told whose request was given up.
func (r *toolRequest) late(ctx context.Context) *MCPError {
	if context.Cause(ctx) == errTooSlow {
		return &MCPError{Code: MCPFailed, Message: fmt.Sprintf("MCP server '%s' did not answer %s within %v", r.offer.name, r.method, r.offer.Timeout)}
	}
	return serverGone(r.offer.name)
}

// serve waits for a place and asks the tool server. Its goroutine ends with the tool server's Call: it belongs to the
// offer, and nobody waits for it, since a tool that does not heed its context must not keep the client from closing.
func (r *toolRequest) serve(ctx context.Context) {
	defer r.cancel(nil)
	places := r.l.c.tools.places
	select {
	case places <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-places }()
	result, err := r.call(ctx)
	if err == nil && r.method == "tools/list" {
		result, err = r.offer.visible(result)
	}
	if err == nil && !json.Valid(result) {
		err = &MCPError{Code: MCPInternalFailed, Message: "Result serialize: the tool server's answer is not JSON"}
	}
	if err != nil && ctx.Err() != nil {
		return // it was given up, which says more
	}
	r.answer(result, err)
}

// call makes an error of a panic.
func (r *toolRequest) call(ctx context.Context) (result json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &MCPError{Code: MCPInternalFailed, Message: fmt.Sprintf("MCP server '%s' panicked: %v", r.offer.name, p)}
		}
	}()
	return r.offer.server.Call(ctx, r.method, r.params)
}

// answer sends the one answer. Over a connection that is gone there is nobody to tell.
func (r *toolRequest) answer(result json.RawMessage, err error) {
	r.answered.Do(func() {
		cmd := &wire.Command{Kind: wire.MCPAnswer, Corr: r.corr, OK: err == nil, Text: string(result)}
		if err != nil {
			cmd.Text = failureText(err)
		}
		r.l.relay.remove(r)
		// A short failure is not held to the outbox's bound: each request must be answered.
		if put := r.l.out.put(r.l.dialect, cmd, nil, true); put != nil && put != errShut {
			cmd.OK, cmd.Text = false, failureText(&MCPError{Code: MCPFailed, Message: "the answer cannot be sent: " + put.Error()})
			_ = r.l.out.put(r.l.dialect, cmd, nil, false) // short enough for any server; else the connection has ended
		}
	})
}

// failureText is an error as servers take it.
func failureText(err error) string {
	var e *MCPError
	if !errors.As(err, &e) {
		e = &MCPError{Code: MCPFailed, Message: err.Error()}
	}
	text, bad := json.Marshal(e)
	if bad != nil { // its data is no JSON
		text, _ = json.Marshal(&MCPError{Code: e.Code, Message: e.Message})
	}
	return string(text)
}

// add takes a request, within the bounds: a program has a request answered as failed rather than have this host keep
// any number of them.
func (r *relay) add(t *toolRequest, cfg *Config) *MCPError {
	r.mu.Lock()
	defer r.mu.Unlock()
	size := len(t.params)
	if r.ended || len(r.open) >= cfg.ToolRequests || r.bytes > 0 && int64(r.bytes+size) > cfg.OutBuffer {
		return &MCPError{Code: MCPFailed, Message: fmt.Sprintf("%d requests wait for tools already", len(r.open))}
	}
	r.bytes += size
	if r.open == nil {
		r.open = map[*toolRequest]struct{}{}
	}
	r.open[t] = struct{}{}
	return nil
}

func (r *relay) remove(t *toolRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, is := r.open[t]; is {
		delete(r.open, t)
		r.bytes -= len(t.params)
	}
}

// forget cancels the requests of an instance that has ended: nobody waits for them.
func (r *relay) forget(id string) {
	for _, t := range r.requests(func(t *toolRequest) bool { return t.asker == id }) {
		t.cancel(nil)
	}
}

// close cancels all that is open and takes no more: the connection has ended.
func (r *relay) close() {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	for _, t := range r.requests(func(*toolRequest) bool { return true }) {
		t.cancel(nil)
	}
}

// requests are those that match and are not answered.
func (r *relay) requests(match func(*toolRequest) bool) (found []*toolRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for t := range r.open {
		if match(t) {
			found = append(found, t)
		}
	}
	return found
}

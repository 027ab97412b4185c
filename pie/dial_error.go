package pie

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"

	"github.com/gorilla/websocket"
)

// dialError says why there is no connection, and what to look at.
func (c *Client) dialError(ctx context.Context, d *dialled, resp *http.Response, err error) error {
	host := c.place.url.Host
	switch {
	case resp != nil && errors.Is(err, websocket.ErrBadHandshake):
		return c.upgradeError(resp)
	case errors.Is(err, errLongHandshake):
		return &Error{Kind: KindConnect, Message: errLongHandshake.Error(), Hint: "is this the address of a Pie server?"}
	case ctx.Err() != nil:
		return c.dialEnded(ctx, d, err)
	}
	if e := tlsError(host, err); e != nil {
		return e
	}
	e := &Error{Kind: KindConnect, Message: "no connection to " + host, Err: plain(err), Hint: "is the server running there, and is the address right?"}
	switch {
	case d.reached() && hungUp(err):
		e.Message = host + " took the connection and ended it without an answer to the WebSocket upgrade"
		e.Hint = "is this the address of a Pie server? One behind TLS wants wss:// in place of ws://"
		if c.place.url.Scheme == "wss" {
			e.Hint = "is this the address of a Pie server? One without TLS wants ws:// in place of wss://"
		}
	case strings.HasPrefix(err.Error(), "malformed HTTP"):
		e.Message, e.Hint = host+" does not speak HTTP", notPieHint
	}
	return e
}

// dialEnded is a dial that its time, or whoever wanted it, has ended.
func (c *Client) dialEnded(ctx context.Context, d *dialled, err error) error {
	e := &Error{Kind: KindConnect, Message: "no connection to " + c.place.url.Host, Err: context.Cause(ctx),
		Hint: "the host did not answer in time: is it up, and does a firewall let this through?"}
	if d.reached() {
		e.Message = c.place.url.Host + " took the connection and did not answer the WebSocket upgrade"
		e.Hint = "is this a Pie server? If it is, one client that never finishes its own connecting blocks servers up to 0.4 for all others"
	}
	if errors.Is(err, context.Canceled) && !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		e.Kind, e.Hint = KindCancelled, ""
	}
	return e
}

// reached says whether there was a connection below the WebSocket.
func (d *dialled) reached() bool {
	select {
	case <-d.at:
		return true
	default:
		return false
	}
}

// hungUp says whether err is the other side that has ended the connection.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// upgradeError is a server that answered the upgrade with something else than yes.
func (c *Client) upgradeError(resp *http.Response) error {
	body := make([]byte, 512)
	n, _ := resp.Body.Read(body)
	e := &Error{Kind: KindConnect, Message: "the server answered the WebSocket upgrade with " + resp.Status,
		Server: words(string(body[:n])), Hint: "is this the address of a Pie server?"}
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		e.Kind, e.Hint = KindAuth, "give the user name (tenant/user) that this server expects"
	case code == http.StatusNotFound:
		e.Err, e.Hint = errNotFound, c.pathHint()
	case code >= 300 && code < 400:
		e.Hint = "it sends to " + words(resp.Header.Get("Location")) + ": name the address of the Pie server itself"
	case code >= 500:
		e.Hint = "the server, or a proxy in front of it, has trouble of its own: look at its log, or try again later"
	}
	return e
}

// pathHint is the next step where there is no WebSocket at the path.
func (c *Client) pathHint() string {
	switch {
	case !c.place.bare:
		return "leave the path of the address out, or name the one where the Pie server listens"
	case c.cfg.named():
		return "is this the address of a Pie server, and " + c.cfg.Dialect + " what it speaks?"
	}
	return "is this the address of a Pie server? A proxy in front of one may want a path"
}

const errNotFound = internal("no WebSocket at this path")

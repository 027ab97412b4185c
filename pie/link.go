package pie

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// link is one WebSocket connection with its two goroutines: the reader, which routes everything that comes and never
// waits for a consumer, and the writer. A client has a main one, sometimes a control one, and a new main one after a
// reconnect. All that was attached to a link ends with it.
type link struct {
	c        *Client
	ws       *websocket.Conn
	sock     *sock
	dialect  *wire.Dialect
	newer    atomic.Pointer[wire.Dialect] // found out later: see tongue
	url      string
	dated    bool   // the upgrade was answered with a Date header: see findGateway
	engine   string // what pierun's own engine says of itself there; "" for any other server
	out      *outbox
	requests requests
	routes   routes
	transfer keyed // what is being sent in chunks
	relay    relay // what programs ask of tools here

	// The reader's own.
	frame   []byte
	event   wire.Event
	dirty   []*Instance     // to be told at the next pause
	said    []*Instance     // those with events that are not queued yet
	fresh   int             // events since the last pause
	largest []sized         // the largest queues when all were looked at last
	deaf    bool            // a frame could not be read: nothing behind it is
	foreign map[string]bool // events without a name here, of which people were told
	sink    sink            // where frames go
	sinkMu  sync.Mutex      // held while sink is used or replaced

	writing writing
	lease   lease
	heard   pulse
	heardAt time.Time // when the watch last saw something new; the watch's own
	refused lastWords
	aborts  atomic.Int64 // words about dead streams since all was attached again
	held    heldBack
	shaken  atomic.Bool // streams died since the last roll call
	noList  time.Time   // since when the roll call gets no list; its own

	wg      sync.WaitGroup // reader and writer
	leaving atomic.Bool    // this side is closing it
	once    sync.Once
	cut     chan struct{} // closed when the link has failed or was closed
	gone    chan struct{} // closed when everything on it is settled
	err     *Error        // why; readable once cut is closed
	silent  bool          // given up because nothing came, or nothing was taken: the server may not know that it has ended; as err
}

// sink takes the frames of a link: the detection at first, then dispatch.
type sink func(frame []byte, text bool)

func newLink(c *Client, ws *websocket.Conn, s *sock) *link {
	l := &link{c: c, ws: ws, sock: s, out: newOutbox(c.cfg.OutBuffer), cut: make(chan struct{}), gone: make(chan struct{})}
	l.requests.byID, l.requests.clock, l.requests.over = make(map[uint32]*request), c.clock, l.tooLate
	l.routes.byID, l.routes.orphan.limit = make(map[string]*Instance), int(c.cfg.EarlyBuffer)
	l.lease.tell, l.lease.late = l.handOver, l.replace
	return l
}

// start begins reading and writing; first gets the frames until speak is called.
func (l *link) start(first sink) {
	l.sink = first
	l.ws.SetReadLimit(l.c.cfg.ReadLimit)
	l.ws.SetPingHandler(func(data string) error {
		l.sock.consumed(len(data))
		l.out.control(websocket.PongMessage, []byte(data))
		return nil
	})
	l.ws.SetPongHandler(func(data string) error { l.sock.consumed(len(data)); l.heard.pong(l.c.clock.Now()); return nil })
	l.ws.SetCloseHandler(func(int, string) error { return nil })
	l.sock.arm(l.pause)
	l.wg.Add(2)
	go l.read()
	go l.write()
}

// speak settles the dialect: from the next frame on they are decoded and routed.
func (l *link) speak(d *wire.Dialect) {
	l.sinkMu.Lock()
	defer l.sinkMu.Unlock()
	l.dialect = d
	l.sink = l.dispatch
}

// fail ends the link: the reader, woken by the closed socket, settles everything. The first reason stays.
func (l *link) fail(why *Error) { l.end(why, false) }

// broke ends the link after a read or a write that failed.
func (l *link) broke(err error, why *Error) { l.end(why, isTimeout(err)) }

// end is fail; silent belongs to the reason, and stays or goes with it: what fails because of the end says nothing of it.
func (l *link) end(why *Error, silent bool) {
	l.once.Do(func() {
		if l.leaving.Load() {
			why = errClosed()
		}
		l.err, l.silent = why, silent
		close(l.cut)
		l.sock.Conn.Close()
	})
}

// dead says whether the link has ended.
func (l *link) dead() bool {
	select {
	case <-l.cut:
		return true
	default:
		return false
	}
}

// settleAll ends everything that hangs on the link; the reader's last act.
func (l *link) settleAll() {
	l.out.close()
	why := l.err
	left, launches := l.requests.close(why)
	l.noteUnanswered(launches)
	for _, r := range left {
		r.settle(reply{err: l.lostRequest(r, why)})
	}
	lost := l.routes.close()
	l.c.noteLost(lost)
	for _, i := range lost {
		i.lose(l, why)
	}
	l.relay.close()
	close(l.gone)
}

// do sends cmd and waits for its answer, for its deadline, or for ctx; the request is settled once whatever happens.
func (l *link) do(ctx context.Context, cmd *wire.Command, r *request, limit time.Duration) reply {
	if err := l.send(cmd, r, limit); err != nil {
		return reply{err: err}
	}
	return l.wait(ctx, r)
}

// send puts cmd on its way with r waiting for the answer.
func (l *link) send(cmd *wire.Command, r *request, limit time.Duration) error {
	if err := l.expect(r, limit); err != nil {
		return err
	}
	cmd.Corr = r.corr
	if err := l.out.put(l.tongue(), cmd, r, false); err != nil {
		if l.requests.abandon(r) {
			l.requests.take(r.corr)
			return l.never(err)
		}
		return (<-r.reply).err
	}
	return nil
}

// never is why a command was not even given to the writer: on a link that has just ended it may be sent on another.
func (l *link) never(err error) error {
	if err == errShut {
		<-l.cut
		return unsent{l.err}
	}
	return err
}

// expect registers r, its deadline running, before anything is sent.
func (l *link) expect(r *request, limit time.Duration) error {
	if r.reply == nil {
		r.reply = make(chan reply, 1)
	}
	if err := l.requests.add(r, limit); err != nil {
		return unsent{err}
	}
	return nil
}

// wait is the waiting half of do.
func (l *link) wait(ctx context.Context, r *request) reply {
	select {
	case a := <-r.reply:
		return a
	case <-ctx.Done():
	}
	if !l.requests.abandon(r) {
		return <-r.reply
	}
	return reply{err: contextError(ctx, r.op)}
}

// post sends a command that has no answer. It never waits: beyond the bound it is refused.
func (l *link) post(cmd *wire.Command, op string) error {
	return l.outcome(l.out.put(l.dialect, cmd, nil, true), op, cmd.ID)
}

// outcome puts the outbox's errors into words.
func (l *link) outcome(err error, op, id string) error {
	switch err {
	case nil:
		return nil
	case errShut:
		err = errClosed()
		if l.dead() {
			err = l.err
		}
	case errFull:
		err = &Error{Kind: KindOverflow, Message: "the server reads more slowly than it is sent to: too much is waiting to be written",
			Hint: "wait for the program's answers before sending more"}
	}
	return with(err, op, id)
}

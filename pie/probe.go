package pie

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pierun/pierun/pie/wire"
)

// How long silence has to last before it counts as an answer.
const (
	quietLeast  = 150 * time.Millisecond
	quietTrips  = 4                  // … or so many round trips
	quietBehind = 3 * time.Second    // where something stands between us and the server
	quietMost   = 5 * time.Second    // without a pong
	turnWait    = time.Second        // for a pong that tells a worker from a gateway
	heardRoom   = 64                 // frames that a silent server may send during the detection
	anyCorr     = uint32(0x70696501) // of the first probe, the others follow; arbitrary, not zero
)

// prober finds out which generation a server is of. Nothing announces it, and servers skip what they do not know, so
// it asks the one question that is harmless everywhere and goes on from who answers it, and how.
type prober struct {
	c     *Client
	l     *link
	heard chan heard
	asked []*wire.Dialect // in which each question was asked so far
	odd   heard           // what came last and is no answer
	pongs int
}

// heard is a copy of a frame, or a pong.
type heard struct {
	frame []byte
	text  bool
	pong  bool
}

// detect connects, finds out the generation and logs in.
func (c *Client) detect(ctx context.Context) (*link, error) {
	p, err := c.knock(ctx)
	if err != nil {
		return nil, err
	}
	err = p.find(ctx)
	if err == nil {
		return p.l, nil
	}
	p.l.abort()
	var again redialAs
	if errors.As(err, &again) {
		return c.openAs(ctx, known(again.generation))
	}
	return nil, err
}

// redialAs says that the probing ended this connection, and what the server must be.
type redialAs struct{ generation string }

func (r redialAs) Error() string { return "the server is " + r.generation }

// known finds a generation that this file names.
func known(name string) *wire.Dialect {
	d, err := wire.Find(name)
	if err != nil {
		panic("pie: " + err.Error())
	}
	return d
}

// knock dials the path and says the name that the newest servers want; older ones look at neither.
func (c *Client) knock(ctx context.Context) (*prober, error) {
	newest := known("gateway-0.5")
	p := &prober{c: c, heard: make(chan heard, heardRoom)}
	for _, path := range []string{newest.Path(), "/"} {
		l, err := c.connect(ctx, c.place.at(path), newest.Header(c.who()), p.listen)
		if err == nil {
			p.l = l
			return p, nil
		}
		if !errors.Is(err, errNotFound) || !c.place.bare || path == "/" {
			return nil, err
		}
	}
	return nil, &Error{Kind: KindConnect, Message: "no path to dial"}
}

// listen collects what comes.
func (p *prober) listen(l *link) {
	l.sinkMu.Lock()
	l.sink = func(frame []byte, text bool) { p.hear(heard{frame: bytes.Clone(frame), text: text}) }
	l.sinkMu.Unlock()
	l.heard.setPong(func() { p.hear(heard{pong: true}) })
}

func (p *prober) hear(h heard) {
	select {
	case p.heard <- h:
	default: // more than any server says unasked; the deadline ends it
	}
}

// find settles the link's dialect and the login.
func (p *prober) find(ctx context.Context) error {
	defer p.l.heard.setPong(nil)
	a, to, err := p.ask(ctx, known("process-0.4"), &wire.Command{Kind: wire.Identify, User: p.c.who()})
	switch {
	case err != nil:
		return err
	case to == nil:
		return p.findInstance(ctx)
	}
	return p.findProcess(ctx, a)
}

// findProcess goes on where the first question was answered.
func (p *prober) findProcess(ctx context.Context, a reply) error {
	if a.ok && a.text == alreadyIn {
		return p.findGateway(ctx)
	}
	p.speak(known("process-0.4"))
	if err := p.l.loginAnswerOrToken(ctx, a); err != nil {
		return err
	}
	return p.findBatch(ctx)
}

// alreadyIn is what a server without logins says to one, on a fresh connection.
const alreadyIn = "Already authenticated"

// speak makes d the link's dialect; the probes' correlation ids are not used again.
func (p *prober) speak(d *wire.Dialect) { p.l.speak(d) }

// ask sends cmd and a WebSocket ping. to is the dialect of the question that was answered: this one, or one before
// whose answer was late. nil means that the pong came and then nothing for long enough: the server has read the command
// and does not know it.
func (p *prober) ask(ctx context.Context, d *wire.Dialect, cmd *wire.Command) (a reply, to *wire.Dialect, err error) {
	cmd.Corr = anyCorr + uint32(len(p.asked))
	p.asked = append(p.asked, d)
	if err := p.l.out.put(d, cmd, nil, false); err != nil {
		return reply{}, nil, p.l.why(err)
	}
	began := p.c.clock.Now()
	p.l.out.control(websocket.PingMessage, nil)
	quiet := quietMost
	for {
		h, came, err := p.next(ctx, quiet)
		switch {
		case err != nil || !came:
			return reply{}, nil, err
		case h.pong:
			p.pongs++
			quiet = p.quiet(p.c.clock.Now().Sub(began))
			continue
		case h.text:
			err = p.gatewayWords(h.frame)
		default:
			a, to = p.answerIn(h.frame)
		}
		if err == nil && to == nil {
			err = p.strange(h)
		}
		if err != nil || to != nil {
			return a, to, err
		}
	}
}

func (p *prober) quiet(trip time.Duration) time.Duration {
	if p.l.dated {
		return quietBehind
	}
	return max(quietLeast, quietTrips*trip)
}

// answerIn reads the answer to a question, in whose dialect it must be. nil: it is none.
func (p *prober) answerIn(frame []byte) (reply, *wire.Dialect) {
	var e wire.Event
	for n, d := range p.asked {
		if d.DecodeEvent(frame, false, &e) == nil && e.Kind == wire.Answer && e.Corr == anyCorr+uint32(n) {
			return reply{ok: e.OK, text: string(e.Text)}, d
		}
	}
	return reply{}, nil
}

// gatewayWords reads a text frame: only gateways send those, and an error means that it cannot serve now.
func (p *prober) gatewayWords(frame []byte) error {
	var e wire.Event
	if known("gateway-0.5").DecodeEvent(frame, true, &e) != nil || e.Kind != wire.Refusal {
		return nil
	}
	words := string(e.Text)
	if refusalKind(words) == KindProtocol {
		return redialAs{"gateway-0.5"}
	}
	return &Error{Kind: KindConnect, Message: "the gateway cannot serve now", Server: words, Hint: "try again later"}
}

// next waits for the next frame or pong; came is false when d passed without one.
func (p *prober) next(ctx context.Context, d time.Duration) (h heard, came bool, err error) {
	over := make(chan struct{})
	stop := p.c.clock.AfterFunc(d, func() { close(over) })
	defer stop()
	select {
	case h = <-p.heard:
		return h, true, nil
	default:
	}
	select {
	case h = <-p.heard:
		return h, true, nil
	case <-over:
		return h, false, nil
	case <-p.l.cut:
		return h, false, &Error{Kind: KindConnect, Message: "the server ended the connection during the login", Err: p.l.err,
			Hint: "is this a Pie server? If it is, name its dialect"}
	case <-ctx.Done():
		return h, false, p.undecided(context.Cause(ctx))
	}
}

// understands asks a question without effect and then pings: servers that answer in order have answered the
// question by the time of the pong, unless they cannot decode it.
func (l *link) understands(ctx context.Context, put func(*request) error) (bool, error) {
	r := &request{op: "detect"}
	if err := l.expect(r, l.c.cfg.RequestTimeout); err != nil {
		return false, err
	}
	if err := put(r); err != nil {
		return false, err
	}
	if err := l.ping(ctx); err != nil {
		return false, err
	}
	if l.requests.abandon(r) {
		return false, nil
	}
	return true, nil
}

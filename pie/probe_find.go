package pie

import (
	"context"

	"github.com/pierun/pierun/pie/wire"
)

// findGateway tells a gateway, whose HTTP side dates its answers and which ends each command with a text frame, from
// a worker that listens by itself.
func (p *prober) findGateway(ctx context.Context) error {
	name := "worker-0.5"
	if p.l.dated {
		name = "gateway-0.5"
	}
	for name == "worker-0.5" {
		h, came, err := p.next(ctx, turnWait)
		if err != nil {
			return err
		}
		if h.text {
			name = "gateway-0.5"
		}
		if !came || h.pong {
			break
		}
	}
	p.speak(known(name))
	return nil
}

// findBatch tells 0.4 from 0.3 by a launch of nothing.
func (p *prober) findBatch(ctx context.Context) error {
	batch := &wire.Command{Kind: wire.LaunchMany, Program: "none@0.0.0", Inputs: []string{}, Budgets: []uint64{0}}
	yes, err := p.l.understands(ctx, func(r *request) error {
		batch.Corr = r.corr
		return p.l.out.put(p.l.dialect, batch, r, false)
	})
	if err == nil && !yes {
		p.speak(known("process-0.3"))
	}
	return err
}

// findInstance goes on where the first question was not understood.
func (p *prober) findInstance(ctx context.Context) error {
	named := known("instance-0.2")
	first := &wire.Command{Kind: wire.Identify, User: p.c.who()}
	if p.c.cfg.Token != "" {
		first = &wire.Command{Kind: wire.Token, Token: p.c.cfg.Token}
	}
	a, to, err := p.ask(ctx, named, first)
	switch {
	case err != nil && p.l.dead():
		return p.afterAll() // only a server of 0.5 hangs up on this
	case err != nil:
		return err
	case to == nil:
		return p.findFirst(ctx)
	case to != named:
		return p.findProcess(ctx, a)
	}
	return p.findNamed(ctx, a)
}

// findNamed goes on where the second question was answered.
func (p *prober) findNamed(ctx context.Context, a reply) error {
	p.speak(known("instance-0.2"))
	if err := p.l.loginAnswer(ctx, a); err != nil {
		return err
	}
	return p.findHash(ctx)
}

func (p *prober) afterAll() error {
	if p.l.dated {
		return redialAs{"gateway-0.5"}
	}
	return redialAs{"worker-0.5"}
}

// findHash tells the hash era from 0.2.
func (p *prober) findHash(ctx context.Context) error {
	yes, err := p.l.understands(ctx, func(r *request) error {
		return p.l.out.raw(wire.AppendHashProbe(nil, r.corr), r)
	})
	if err == nil && yes {
		p.speak(known("instance-hash"))
	}
	return err
}

// findFirst is the last guess: the first release, whose login carries a token.
func (p *prober) findFirst(ctx context.Context) error {
	first := known("instance-0.1")
	a, to, err := p.ask(ctx, first, &wire.Command{Kind: wire.Token, Token: p.c.cfg.Token, User: p.c.who()})
	switch {
	case err != nil:
		return err
	case to == nil:
		return p.noDialect()
	case to.Family == "process":
		return p.findProcess(ctx, a)
	case to != first:
		return p.findNamed(ctx, a)
	case !a.ok && a.text != badToken, a.ok && a.text != alreadyIn && p.c.cfg.Token == "":
		return notPie(a.text)
	case !a.ok:
		return authError("the server did not accept the token", a.text, tokenHint)
	}
	p.speak(first)
	return nil
}

// badToken is what 0.1 says to a token that is none. To a good one it says whose it is.
const badToken = "Invalid token"

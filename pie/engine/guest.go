package engine

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/pierun/pierun/pie/program"
	"github.com/pierun/pierun/pie/wire"
)

// Guest is a running program's side of its process: what it was given, what it says, what it is told. Its methods
// are safe for several goroutines. What a Guest says is one event each; when the reader is behind, saying waits.
// Once the process has ended they return ErrTerminated.
type Guest struct{ p *process }

// ErrNoClient is what RecvFile returns at once when nobody is attached who could send a file.
var ErrNoClient = errors.New("no client is attached to send a file")

// InstanceID is the id of this process, as clients know it.
func (g *Guest) InstanceID() string { return g.p.id }

// User is who launched it.
func (g *Guest) User() string { return g.p.launch.user }

// Input is the input text it was launched with: JSON by convention, "{}" when there was none. Where launches carry
// command-line words it is what they mean (program.Input).
func (g *Guest) Input() string { return g.p.launch.input }

// Args is the command-line words it was launched with; nil where launches carry an input text.
func (g *Guest) Args() []string { return g.p.launch.args }

// File is a file that came with the launch (0.6).
func (g *Guest) File(name string) ([]byte, bool) {
	data, ok := g.p.launch.files[name]
	return data, ok
}

// Now is the time on the engine's clock.
func (g *Guest) Now() time.Time { return g.p.e.clock.Now() }

// Print writes text to stdout. Where the launch was not captured, or this generation has no stdout, it is discarded.
func (g *Guest) Print(text string) error { return g.write(wire.Stdout, text) }

// PrintErr writes text to stderr, as Print does to stdout.
func (g *Guest) PrintErr(text string) error { return g.write(wire.Stderr, text) }

func (g *Guest) write(kind wire.EventKind, text string) error {
	if !g.p.launch.capture {
		return g.p.check(g.p.ctx)
	}
	for len(text) > maxWrite {
		if err := g.p.say(&note{kind: kind, text: lossy(text[:maxWrite])}); err != nil {
			return err
		}
		text = text[maxWrite:]
	}
	if text == "" {
		return nil
	}
	return g.p.say(&note{kind: kind, text: lossy(text)})
}

// Send sends the client a message. It is lost when nobody is attached.
func (g *Guest) Send(text string) error {
	return g.p.say(&note{kind: wire.Message, text: lossy(text)})
}

// SendFile sends the client a file. name is a suggestion, told where the generation has names. It is lost when nobody
// is attached; an empty file never arrives, on any server.
func (g *Guest) SendFile(data []byte, name string) error {
	hash := program.Hash(data)
	total := uint32((len(data) + wire.ChunkSize - 1) / wire.ChunkSize)
	for i := range total {
		rest := data[int(i)*wire.ChunkSize:]
		chunk := wire.Chunk{Index: i, Total: total, Data: rest[:min(len(rest), wire.ChunkSize)]}
		if err := g.p.say(&note{kind: wire.File, hash: hash, name: name, chunk: chunk}); err != nil {
			return err
		}
	}
	return nil
}

// Recv waits for the next message. Messages sent before it was called are kept.
func (g *Guest) Recv(ctx context.Context) (string, error) {
	item, err := g.recv(ctx, func(in *Inbound) bool { return !in.IsFile })
	return item.Text, err
}

// RecvFile waits for a file. On most generations only a file that is sent while it waits arrives.
func (g *Guest) RecvFile(ctx context.Context) ([]byte, error) {
	if !g.p.attached() {
		return nil, ErrNoClient
	}
	item, err := g.recvWaiting(ctx, func(in *Inbound) bool { return in.IsFile })
	return item.File, err
}

// RecvAny waits for the next message or file, whichever comes first.
func (g *Guest) RecvAny(ctx context.Context) (Inbound, error) {
	return g.recvWaiting(ctx, func(*Inbound) bool { return true })
}

// recvWaiting receives while it counts as waiting for a file.
func (g *Guest) recvWaiting(ctx context.Context, pick func(*Inbound) bool) (Inbound, error) {
	g.p.waitForFiles(+1)
	defer g.p.waitForFiles(-1)
	return g.recv(ctx, pick)
}

func (g *Guest) recv(ctx context.Context, pick func(*Inbound) bool) (item Inbound, err error) {
	err = g.p.await(ctx, func() (found bool) {
		item, found = g.p.inbox.take(pick)
		return found
	})
	return item, err
}

// Sleep waits for d on the engine's clock.
func (g *Guest) Sleep(ctx context.Context, d time.Duration) error { return g.p.sleep(ctx, d) }

// Tokens gives the pieces of a simulated completion of prompt, at most limit of them, at the engine's token rate. The
// same prompt gives the same pieces. An error, after which nothing follows, is the end of the process or of its token
// budget.
func (g *Guest) Tokens(ctx context.Context, prompt string, limit int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := g.p.spend(countTokens(prompt)); err != nil {
			yield("", err)
			return
		}
		words := newWords(g.p.e.config.Seed, prompt)
		for range limit {
			piece, more := words.next()
			if !more {
				return
			}
			err := g.p.pace(ctx)
			if !yield(piece, err) || err != nil {
				return
			}
		}
	}
}

// pace waits until the next token is due and counts it.
func (p *process) pace(ctx context.Context) error {
	if rate := p.e.config.TokenRate; rate > 0 {
		if err := p.sleep(ctx, time.Duration(float64(time.Second)/rate)); err != nil {
			return err
		}
	}
	return p.spend(1)
}

func (p *process) attached() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.owner != nil || p.inbox.filesOpen
}

func (p *process) waitForFiles(delta int) {
	p.mu.Lock()
	p.inbox.fileWaits += delta
	p.mu.Unlock()
}

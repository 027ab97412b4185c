package pie

import (
	"context"
	"crypto"
	"crypto/tls"
	"net"
	"time"

	"github.com/pierun/pierun/pie/program"
)

// Clock is the time a client lives by. All deadlines of the package go through it, except those that only a socket
// can keep. Both methods are called from many goroutines.
type Clock interface {
	Now() time.Time
	// AfterFunc runs f on a goroutine of its own when d has passed. stop reports whether it came before that.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// Config says which server to talk to and how. Only URI is required; the zero value of everything else is a sensible
// default. A Config is copied by Dial and may be used again.
type Config struct {
	// URI is ws://host[:port][/path] or wss://…; host:port alone means ws. Without a path the one that the server's
	// generation wants is dialled.
	URI string
	// User is the name to log in with, "default" if empty. It is the owner of what is launched where the server
	// tells users apart. "tenant/user" names both where the server knows tenants.
	User string
	// Dialect is a generation ("gateway-0.5") or a family ("gateway": its newest). "" and "auto": find out.
	Dialect string
	// Signer answers a login that asks for a signature: an Ed25519, RSA (2048 bits or more) or ECDSA (P-256, P-384)
	// private key. nil: Keys are tried.
	Signer crypto.Signer
	// Keys are tried one after the other when a server asks for a signature, after Signer, until it takes one; that one
	// is used from then on. Without any, such a login fails with kind auth.
	Keys []KeySource
	// Token is the internal token of generations that have one; it is tried instead of User when set.
	Token string
	// TLS is used for wss; nil means the system's roots. [Certificates] makes one from files.
	TLS *tls.Config

	// DialContext opens the connection below the WebSocket: the first one, the control connection and every
	// reconnect. nil: a net.Dialer.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
	// Box turns the text of an event into the Value that Take delivers. It runs on the reader's goroutine, must be
	// quick and must not call the client. nil: the string itself.
	Box func(text string) any
	// Clock is the source of time; nil: the system's.
	Clock Clock
	// Newest looks up the newest version of a program for servers that take no bare names, when neither this client has
	// installed one nor the server runs one; nil: Pie's public registry.
	Newest func(ctx context.Context, name string) (version string, err error)
	// Journal is told about launches; nil: nobody is.
	Journal Journal
	// Warn is told what nobody is told by an error: that messages may be lost. It runs on a goroutine of the client's and
	// must not wait; nil: nobody is.
	Warn func(Warning)
	// Outage is told, if set, of a lost connection that takes long to be made again: after 2 s of trying, and once more
	// when that is over. It runs on goroutines of the client's and must neither wait nor call the client.
	Outage func(Outage)

	// Lend, if set, gets the goroutine that reads when a few events have come and no more are at hand. It must call tell,
	// which is what tells the consumers, and may then do on that goroutine what they would do on theirs, which saves waking
	// one. Nothing is read meanwhile: if it takes some milliseconds it must call late, from any goroutine, and another one
	// reads from then on. What is sent meanwhile goes out when it returns, or at late. late may come too late.
	Lend func(tell, late func())

	DialTimeout    time.Duration // connecting and logging in; 0: 15 s
	RequestTimeout time.Duration // one question and its answer; 0: 30 s
	LongTimeout    time.Duration // launches and installs, which may compile on the server; 0: 10 min
	WriteTimeout   time.Duration // one write to the socket; 0: 30 s
	Liveness       time.Duration // a dead connection is found within it; 0: 20 s, negative: never looked for
	CloseGrace     time.Duration // how long Close waits for the server; 0: 1 s

	// Silence is how long an instance may say nothing before the server's list is asked whether it still runs; 0: 3 ×
	// Liveness, negative: never. One whose end the server has lost is found within 4/3 of it and 5 s. Of those that the
	// list has it is asked less and less often, down to once in 16 × Silence, with one list for all of them.
	Silence time.Duration

	Buffer         int64 // unread bytes of all instances together; 0: 256 MiB
	InstanceBuffer int64 // unread bytes of one instance; 0: 16 MiB
	EarlyBuffer    int64 // bytes of events of instances that are not known yet, on one connection; 0: 4 MiB
	OutBuffer      int64 // bytes waiting to be written; 0: 16 MiB
	ReadLimit      int64 // largest message that is taken from a server; a larger one ends the connection; 0: 64 MiB
	FileMemory     int64 // largest file from a program that is kept in memory, a larger one is on disk; 0: 8 MiB
	FileDisk       int64 // bytes of files from programs in the temporary folder, while anybody has them; 0: 16 GiB
	ToolsAtOnce    int   // requests of programs for tools that are at work, further ones wait; 0: 32
	ToolRequests   int   // requests of one connection that are not answered, OutBuffer bytes at most; 0: 1024
	Finished       int   // detached instances that ended here unread, for Attach; the oldest goes first; 0: 10,000

	// Arriving is told, if set, of each part of a file that a program sends in several. It is called on the reader's
	// goroutine, or where an instance ends; it must be quick and must not call the client.
	Arriving func(Arrival)

	// Reconnect lets later commands dial again after the connection was lost. Nothing is launched twice by it.
	Reconnect bool
	// MaxInstances bounds how many launched instances may be alive at once; further launches wait. 0: no bound.
	MaxInstances int
}

// Defaults of [Config], where its fields are zero.
const (
	DefaultUser           = "default"
	DefaultDialTimeout    = 15 * time.Second
	DefaultRequestTimeout = 30 * time.Second
	DefaultLongTimeout    = 10 * time.Minute
	DefaultWriteTimeout   = 30 * time.Second
	DefaultLiveness       = 20 * time.Second
	DefaultCloseGrace     = time.Second
	DefaultBuffer         = 256 << 20
	DefaultInstanceBuffer = 16 << 20
	DefaultEarlyBuffer    = 4 << 20
	DefaultOutBuffer      = 16 << 20
	DefaultReadLimit      = 64 << 20
	DefaultFileMemory     = 8 << 20
	DefaultFileDisk       = 16 << 30
	DefaultToolsAtOnce    = 32
	DefaultToolRequests   = 1024
	DefaultFinished       = 10_000

	silencePerLiveness = 3 // Config.Silence, where it is left open

	terminateTimeout = 10 * time.Second // a server may be stuck in a guest: never wait longer for a terminate
)

// withDefaults fills in what the caller left open.
func (c Config) withDefaults() Config {
	orDuration(&c.DialTimeout, DefaultDialTimeout)
	orDuration(&c.RequestTimeout, DefaultRequestTimeout)
	orDuration(&c.LongTimeout, DefaultLongTimeout)
	orDuration(&c.WriteTimeout, DefaultWriteTimeout)
	orDuration(&c.Liveness, DefaultLiveness)
	orDuration(&c.Silence, silencePerLiveness*c.Liveness)
	orDuration(&c.CloseGrace, DefaultCloseGrace)
	orMost(&c.Buffer, DefaultBuffer)
	orMost(&c.InstanceBuffer, DefaultInstanceBuffer)
	orMost(&c.EarlyBuffer, DefaultEarlyBuffer)
	orMost(&c.OutBuffer, DefaultOutBuffer)
	orMost(&c.ReadLimit, DefaultReadLimit)
	orMost(&c.FileMemory, DefaultFileMemory)
	orMost(&c.FileDisk, DefaultFileDisk)
	orMost(&c.ToolsAtOnce, DefaultToolsAtOnce)
	orMost(&c.ToolRequests, DefaultToolRequests)
	orMost(&c.Finished, DefaultFinished)
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.DialContext == nil {
		c.DialContext = (&net.Dialer{}).DialContext
	}
	if c.Newest == nil {
		c.Newest = program.Registry{}.Newest
	}
	if c.User == "" {
		c.User = DefaultUser
	}
	return c
}

func orDuration(d *time.Duration, def time.Duration) {
	if *d == 0 {
		*d = def
	}
}

func orMost[T int | int64](n *T, def T) {
	if *n <= 0 {
		*n = def
	}
}

// systemClock is the machine's own time.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }

package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pierun/pierun/internal/clock"
	"github.com/pierun/pierun/pie"
)

// lookLimit is how long a look at a server may take where --timeout does not say.
const lookLimit = 5 * time.Second

// lookAt looks at a server that we are connected to. The error is that it does not answer: then nothing more is asked.
func (a *app) lookAt(ctx context.Context, found *findings, server *connection, client *pie.Client) error {
	look := func(at func(context.Context) error) error {
		limited, cancel := server.within(ctx, orDefault(server.cfg.DialTimeout, lookLimit))
		defer cancel()
		return server.silent(at(limited))
	}
	if err := look(func(ctx context.Context) error { return lookAtRelease(ctx, found, client, server.named) }); err != nil {
		found.add("server", trouble, "it speaks "+client.Info().Dialect+" or nothing: "+plainly(err), hintOf(err))
		return err
	}
	lookAtLogin(found, client)
	if err := look(func(ctx context.Context) error { return lookAtLatency(ctx, found, client) }); err != nil {
		found.add("latency", trouble, "a ping was not answered: "+plainly(err), hintOf(err))
		return err
	}
	for _, at := range []func(context.Context, *findings, *pie.Client){lookAtClock, lookAtModels, lookAtList} {
		_ = look(func(ctx context.Context) error { at(ctx, found, client); return nil })
	}
	lookAtAbilities(found, client)
	if server.engine == nil {
		a.lookBehind(found, client)
	}
	return nil
}

// lookAtRelease fails if the server was asked what it is and did not answer.
func lookAtRelease(ctx context.Context, found *findings, client *pie.Client, named string) error {
	yes, err := client.Simulated(ctx)
	if errors.Is(err, pie.ErrTimeout) {
		return err
	}
	info, remark := client.Info(), ""
	if named != "" {
		remark = ", as --dialect says"
	}
	if yes {
		remark += ", simulated"
	}
	found.fine("server", "%s (releases %s)%s", info.Dialect, info.Version, remark)
	return nil
}

func lookAtLogin(found *findings, client *pie.Client) {
	f, user := client.Features(), client.Info().User
	switch {
	case f.SharedUser && f.HeaderIdentity:
		found.fine("login", "as %s, which the gateway only notes: everybody sees, and may end, everybody's instances", user)
	case f.SharedUser:
		found.fine("login", "none is asked for: everybody sees, and may end, everybody's instances")
	default:
		found.fine("login", "as %s", user)
	}
}

// pings is how often doctor asks.
const pings = 5

// slowPing is worth a remark: a script that talks back and forth will wait for it each time.
const slowPing = 250 * time.Millisecond

func lookAtLatency(ctx context.Context, found *findings, client *pie.Client) error {
	var took []time.Duration
	for range pings {
		d, err := client.Ping(ctx)
		if err != nil {
			return err
		}
		took = append(took, d)
	}
	slices.Sort(took)
	text := fmt.Sprintf("%v in the middle, %v to %v (%d pings)", rounded(took[pings/2]), rounded(took[0]), rounded(took[pings-1]), pings)
	if took[pings/2] > slowPing {
		found.add("latency", odd, text, "run pierun nearer to the server, or let programs talk less often")
		return nil
	}
	found.fine("latency", "%s", text)
	return nil
}

func rounded(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return d.Round(time.Microsecond)
	}
	return d.Round(100 * time.Microsecond)
}

// clockApart is how far two clocks may be apart before times of both are hard to compare.
const clockApart = 5 * time.Second

// lookAtClock compares the clocks where the server speaks HTTP besides; the protocol tells no time.
func lookAtClock(ctx context.Context, found *findings, client *pie.Client) {
	if !client.Features().HeaderIdentity || isEmbedded(client.Info().URI) {
		return
	}
	theirs, err := serverTime(ctx, client.Info().URI)
	if err != nil {
		found.fine("its clock", "not told")
		return
	}
	apart := theirs.Sub(clock.System{}.Now())
	if apart.Abs() > clockApart {
		found.add("its clock", odd, fmt.Sprintf("%v apart from this host's", apart.Round(time.Second)), "set the one that is wrong: times in logs of both will not match")
		return
	}
	found.fine("its clock", "agrees with this host's")
}

// serverTime is the date of any HTTP answer, to the second.
func serverTime(ctx context.Context, address string) (time.Time, error) {
	u, err := url.Parse(address)
	if err != nil {
		return time.Time{}, err
	}
	u.Scheme = "http" + strings.TrimPrefix(u.Scheme, "ws")
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, u.String(), nil)
	if err != nil {
		return time.Time{}, err
	}
	own := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := own.Do(request)
	if err != nil {
		return time.Time{}, err
	}
	_ = answer.Body.Close()
	return http.ParseTime(answer.Header.Get("Date"))
}

func lookAtModels(ctx context.Context, found *findings, client *pie.Client) {
	text, err := client.Query(ctx, "model_status", "")
	switch {
	case err != nil:
		found.add("models", odd, "the server did not say: "+plainly(err), "")
	case strings.TrimSpace(text) == "" || strings.TrimSpace(text) == "{}":
		found.add("models", odd, "none is loaded, by its status", "programs that generate text will fail there; load a model")
	default:
		found.fine("models", "its status has %d figures (client:query(\"model_status\"))", strings.Count(text, ":"))
	}
}

func lookAtList(ctx context.Context, found *findings, client *pie.Client) {
	list, err := client.List(ctx)
	switch f := client.Features(); {
	case errors.Is(err, pie.ErrUnsupported):
		found.fine("instances", "this generation does not list them")
	case err != nil:
		found.add("instances", odd, "the list did not come: "+plainly(err), "")
	case !f.ListComplete && len(list) >= pie.ListedMost:
		found.add("instances", odd, fmt.Sprintf("%d, which is as many as it lists", len(list)), "end what is not needed: pierun ps, pierun kill")
	default:
		found.fine("instances", "%d (pierun ps)", len(list))
	}
}

// lookAtAbilities tells what this generation does otherwise than a script may expect.
func lookAtAbilities(found *findings, client *pie.Client) {
	f := client.Features()
	found.fine("sizes", "%s a message to the server; unread events %s an instance, %s in all", size(int64(f.MaxCommand)), size(pie.DefaultInstanceBuffer), size(pie.DefaultBuffer))
	var cannot []string
	for _, name := range pie.FeatureNames() {
		if can, _ := client.Supports(name); !can {
			cannot = append(cannot, name)
		}
	}
	if len(cannot) > 0 {
		found.fine("cannot", "%s (client:supports)", strings.Join(cannot, ", "))
	}
	if f.KillsOnClose {
		found.fine("at the end", "what a connection has launched ends with it")
	}
}

// lookBehind compares the journal with what runs.
func (a *app) lookBehind(found *findings, client *pie.Client) {
	byID, unanswered, err := a.mine(client.Info().URI)
	if err != nil {
		return
	}
	count := map[string]int{}
	for _, m := range byID {
		switch {
		case m.entry.Detached:
			count["detached"]++
		case m.run.Alive:
			count["of runs that go on"]++
		default:
			count["left over"]++
		}
	}
	found.fine("from here", "%d of runs that go on, %d detached, %d left over, %d never answered (pierun ps --mine)",
		count["of runs that go on"], count["detached"], count["left over"], len(unanswered))
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
)

func (a *app) doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "look for what may be wrong: settings, server, login, clock, limits, what was left behind",
		Description: `pierun doctor                           # here, this folder's pierun.toml, and the embedded engine
pierun doctor --server ws://gpu:8080    # … and that server
pierun doctor --json

It changes nothing, and launches nothing. Exit code 0: no trouble; 5: no server or no login.`,
		Flags:  flags(limitLook, jsonFlag()),
		Action: a.doctor,
	}
}

// The three outcomes of a look.
const (
	fine    = "ok"
	odd     = "warn"
	trouble = "FAIL"
)

// finding is one thing that doctor has looked at, and its form in JSON.
type finding struct {
	What  string `json:"what"`
	State string `json:"state"` // ok, warn, FAIL
	Text  string `json:"text"`
	Mend  string `json:"mend,omitempty"` // what to do about it
}

// findings is the list, in the order of the looks.
type findings struct {
	list []finding
	each func(finding) // told of each at once; nil: nobody is
}

func (f *findings) add(what, state, text, mend string) {
	f.list = append(f.list, finding{what, state, text, mend})
	if f.each != nil {
		f.each(f.list[len(f.list)-1])
	}
}

func (f *findings) fine(what, format string, args ...any) {
	f.add(what, fine, fmt.Sprintf(format, args...), "")
}

func (f *findings) worst() string {
	worst := fine
	for _, one := range f.list {
		if one.State == trouble || one.State == odd && worst == fine {
			worst = one.State
		}
	}
	return worst
}

func (a *app) doctor(ctx *cli.Context) error {
	if err := a.noWords(ctx); err != nil {
		return err
	}
	o := &options{ctx: ctx}
	o.dialect()
	o.duration("timeout")
	if ctx.IsSet("server") && o.text("server") == "" {
		a.server(o) // refuses it: a variable of the shell that is not set, most likely
	}
	if o.err != nil {
		return o.err
	}
	server := a.connection(o)
	found, printed := a.reporter(ctx.Bool("json"))
	found.fine("pierun", "%s%s", Version, revision())
	a.lookHere(found)
	a.lookAround(found, server)
	err := a.lookThere(ctx.Context, found, o, server)
	if cause := context.Cause(ctx.Context); cause != nil {
		return cause
	}
	if err := printed(); err != nil {
		return err
	}
	if err != nil {
		return status(max(codeOf(err), exitError))
	}
	if found.worst() == trouble {
		return status(exitError)
	}
	return nil
}

// reporter prints each finding as soon as it is there, since the next may be long in coming; as JSON, which is one
// document, all in the end. printed is for then, and says what went wrong with it.
func (a *app) reporter(asJSON bool) (found *findings, printed func() error) {
	found = &findings{}
	if asJSON {
		return found, func() error { return a.printJSON(found.list) }
	}
	var failed error
	found.each = func(f finding) { failed = cmp.Or(failed, a.printFinding(f)) }
	return found, func() error { return failed }
}

func (a *app) printFinding(f finding) error {
	colour, mend := "", ""
	if f.State != fine {
		colour = a.out.red
	}
	if f.Mend != "" {
		mend = fmt.Sprintf("%18smend: %s\n", "", f.Mend)
	}
	_, err := fmt.Fprintf(a.env.Stdout, "%s%-4s%s  %-10s  %s\n%s", colour, f.State, a.out.plain, f.What, printable(f.Text), printable(mend))
	return err
}

// unusable tells of an address or a key that nothing can be done with; whoever asks a doctor wants to be told the rest
// all the same. The error is that there is no server because of it.
func (a *app) unusable(found *findings, o *options) error {
	what, why := "login", (*usageError)(nil)
	address := &options{ctx: o.ctx}
	if a.server(address); address.err != nil {
		what = "address"
	}
	if !errors.As(o.err, &why) {
		why = &usageError{message: o.err.Error()}
	}
	found.add(what, trouble, why.message, why.hint)
	return &kindedError{luavalue.KindConnect, o.err}
}

// lookThere connects, and looks at the server as far as it lets us. The error is why it did not get there.
func (a *app) lookThere(ctx context.Context, found *findings, o *options, server *connection) error {
	if o.err != nil {
		return a.unusable(found, o)
	}
	what := server.cfg.URI
	switch {
	case server.engine != nil:
		what = "none is named, so the embedded engine answers: simulated, no language model"
		server.engine.quiet()
	case o.ctx.IsSet("server"):
		what += " (--server)"
	default:
		what += " ($PIE_SERVER)"
	}
	found.fine("address", "%s", what)
	looked := false
	err := server.with(ctx, func(ctx context.Context, client *pie.Client) error {
		looked = true
		return a.lookAt(ctx, found, server, client)
	})
	if err != nil && !looked {
		err = server.silent(err)
		found.add(stepOf(err), trouble, plainly(err), hintOf(err))
	}
	return err
}

// stepOf says how far a dial has come.
func stepOf(err error) string {
	if errors.Is(err, pie.ErrAuth) {
		return "login"
	}
	return "server"
}

// plainly is the error without its hint, which is printed on a line of its own.
func plainly(err error) string {
	var e *pie.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	bare := *e
	bare.Hint = ""
	return bare.Error()
}

func hintOf(err error) string {
	var e *pie.Error
	if errors.As(err, &e) && e.Hint != "" {
		return e.Hint
	}
	return "is it the right address, and does the server run? pierun ping --server URL asks again"
}

package pie

import "github.com/pierun/pierun/pie/wire"

// lostRequest is what a waiter learns whose link ended before the answer.
func (l *link) lostRequest(r *request, why *Error) error {
	if !r.written.Load() {
		return unsent{why}
	}
	e := *why
	e.Op = r.op
	if s := l.refused.last(); s != "" {
		e.Kind, e.Server = refusalKind(s), s
		e.Message = "the server did not accept the command and ended the connection"
		return &e
	}
	if r.launches() {
		e.Hint = "the launch may have happened: look at the list of instances before launching again"
	}
	e.Hint = joined(e.Hint, l.c.Doubt())
	return &e
}

// lose settles an instance whose connection ended, with what this generation makes known about it.
func (i *Instance) lose(l *link, why *Error) {
	f := &l.dialect.Features
	e := *why
	e.Op, e.InstanceID, e.Running = "recv", i.id, Unknown
	switch {
	case f.KillsOnClose && l.silent:
		e.Hint = "this server ends what it runs for a connection when it notices that the connection is gone, which may be never: terminate it by its id"
	case f.KillsOnClose:
		e.Running, e.Hint = False, "this server ends what it runs for a connection together with it"
	case f.DetachOnClose && l.leaving.Load():
		e.Running, e.Attachable, e.Hint = True, true, "attach to it by its id to go on"
	case f.DetachOnBreak || f.DetachOnClose && l.engine == wire.EngineKeeps:
		e.Attachable, e.Hint = true, "it may still run: attach to it by its id to go on"
	case f.DetachOnClose:
		e.Hint = "it may still run and can be terminated by its id; a worker lets nobody attach after a connection that broke, unlike after one that was closed"
	default:
		e.Hint = "it may still run and can be terminated by its id, but this server does not let anybody attach to it again"
	}
	if why.Hint != "" {
		e.Hint = why.Hint + "; " + e.Hint
	}
	if half := i.unfinished(); half != "" {
		e.Message += ", in the middle of " + half
	}
	i.settle(StatusLost, &e)
}

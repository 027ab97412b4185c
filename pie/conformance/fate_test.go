package conformance_test

import "github.com/pierun/pierun/pie"

// fate is what a generation makes of detached work and of lost connections: the table of the design, written down once
// more, apart from the client's own features.
type fate struct {
	list, attach bool
	detached     bool // a launch may be detached
	output       bool // what it prints before the attach is kept
	result       bool // its result is kept if it ends before
	detach       bool // an instance may be left running
	comesBack    bool // … and attached to again, from another connection
	killed       bool // the end of a connection ends its instances

	running    pie.State // what is known after a cut
	attachable bool
}

func fates() map[string]fate {
	first := fate{killed: true, running: pie.False}
	instance := fate{list: true, attach: true, detached: true, output: true, result: true, detach: true, comesBack: true,
		running: pie.Unknown, attachable: true}
	process := fate{list: true, attach: true, detached: true, detach: true, running: pie.Unknown}
	gateway := fate{list: true, attach: true, detached: true, killed: true, running: pie.False}
	return map[string]fate{
		"instance-0.1": first, "instance-hash": instance, "instance-0.2": instance,
		"process-0.3": process, "process-0.4": process,
		"worker-0.5":  instance, // in memory: better than the release
		"gateway-0.5": gateway, "gateway-0.6": gateway,
	}
}

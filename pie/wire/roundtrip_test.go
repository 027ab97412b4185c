package wire

import (
	"errors"
	"reflect"
	"slices"
	"testing"
)

// sayable lists the commands of each generation; all others are ErrUnsupported.
var sayable = map[string][]CommandKind{
	"instance-0.1": {Token, Query, HasProgram, AddProgram, Launch, Serve, Terminate, Signal, RemoteService},
	"instance-hash": {Identify, Prove, Token, Ping, Query, HasProgram, AddProgram, Launch, LaunchRegistry, Serve, Attach,
		Terminate, Signal, SendFile, List, RemoteService},
	"instance-0.2": {Identify, Prove, Token, Ping, Query, HasProgram, AddProgram, Launch, LaunchRegistry, Serve, Attach,
		Terminate, Signal, SendFile, List, RemoteService},
	"process-0.3": {Identify, Prove, Token, Ping, Query, HasProgram, AddProgram, Launch, Serve, Attach, Terminate, Signal,
		SendFile, List, RegisterMCP, MCPAnswer, Workflow},
	"process-0.4": {Identify, Prove, Token, Ping, Query, HasProgram, AddProgram, Launch, LaunchMany, RunMany, Serve, Attach,
		Terminate, Signal, SendFile, List, RegisterMCP, MCPAnswer, Workflow},
	"worker-0.5":  {Identify, Prove, Ping, Query, HasProgram, AddProgram, Launch, Attach, Terminate, Signal, SendFile, List},
	"gateway-0.5": {Identify, Prove, Ping, Query, HasProgram, AddProgram, Launch, Attach, Terminate, Signal, SendFile, List, CancelAll},
	"gateway-0.6": {Identify, Prove, Ping, Query, HasProgram, AddProgram, Launch, Attach, Terminate, Signal, SendFile, List, CancelAll},
}

func TestCommandRoundTrip(t *testing.T) {
	for _, d := range Generations() {
		for k := NoCommand; k <= CancelAll+1; k++ {
			c := sample(d, k, "alpha", "beta", 300, true, []byte{0, 1, 0xff})
			frame, text, err := d.EncodeCommand([]byte("before"), &c)
			if !slices.Contains(sayable[d.Generation], k) {
				if !errors.Is(err, ErrUnsupported) {
					t.Errorf("%s, %v: %v, want ErrUnsupported", d.Generation, k, err)
				}
				continue
			}
			if err != nil || string(frame[:6]) != "before" {
				t.Errorf("%s, %v: %q, %v", d.Generation, k, frame, err)
				continue
			}
			var got Command
			if err := d.DecodeCommand(frame[6:], text, &got); err != nil {
				t.Errorf("%s, %v: %v", d.Generation, k, err)
			} else if !reflect.DeepEqual(got.canon(), c.canon()) {
				t.Errorf("%s, %v:\n got %+v\nwant %+v", d.Generation, k, got, c)
			}
		}
	}
}

// hearable lists the events of each generation.
var hearable = map[string][]EventKind{
	"instance-0.1":  {Message, Completed, Aborted, Exception, Answer, Notice},
	"instance-hash": {Message, Stdout, Stderr, File, Completed, Aborted, Exception, ServerError, OutOfResources, Answer, Listing, Notice},
	"instance-0.2":  {Message, Stdout, Stderr, File, Completed, Aborted, Exception, ServerError, OutOfResources, Answer, Listing, Notice},
	"process-0.3":   {Message, Stdout, Stderr, File, Completed, Aborted, Exception, Answer, MCPRequest},
	"process-0.4":   {Message, Stdout, Stderr, File, Completed, Aborted, Exception, Answer, MCPRequest},
	"worker-0.5":    {Message, Stdout, Stderr, File, Completed, Aborted, Exception, Answer},
	"gateway-0.5":   {Message, Stdout, Stderr, File, Completed, Aborted, Exception, Answer, TurnDone, StreamAborted, Refusal},
	"gateway-0.6":   {Message, Stdout, Stderr, File, Completed, Aborted, Exception, Answer, TurnDone, StreamAborted, Refusal},
}

// translated are said in other words, and come back as those: ends that a family has no name for, and lists.
var translated = map[string]map[EventKind]EventKind{
	"instance-0.1":  {ServerError: Exception, OutOfResources: Exception},
	"instance-hash": {}, "instance-0.2": {},
	"process-0.3": {ServerError: Exception, OutOfResources: Exception, Listing: Answer},
	"process-0.4": {ServerError: Exception, OutOfResources: Exception, Listing: Answer},
	"worker-0.5":  {ServerError: Exception, OutOfResources: Exception, Listing: Answer},
	"gateway-0.5": {ServerError: Exception, OutOfResources: Exception, Listing: Answer},
	"gateway-0.6": {ServerError: Exception, OutOfResources: Exception, Listing: Answer},
}

func TestEventRoundTrip(t *testing.T) {
	for _, d := range Generations() {
		for k := NoEvent; k <= Notice+1; k++ {
			e := eventSample(d, k, "alpha", "beta", 70000, true)
			frame, text, err := d.EncodeEvent(nil, &e)
			kind, other := translated[d.Generation][k]
			if !other && !slices.Contains(hearable[d.Generation], k) {
				if !errors.Is(err, ErrUnsupported) {
					t.Errorf("%s, %v: %v, want ErrUnsupported", d.Generation, k, err)
				}
				continue
			}
			var got Event
			if err == nil {
				err = d.DecodeEvent(frame, text, &got)
			}
			switch {
			case err != nil:
				t.Errorf("%s, %v: %v", d.Generation, k, err)
			case other && got.Kind != kind:
				t.Errorf("%s: %v came back as %v, want %v", d.Generation, k, got.Kind, kind)
			case !other && !reflect.DeepEqual(got.canon(), e.canon()):
				t.Errorf("%s, %v:\n got %+v\nwant %+v", d.Generation, k, got, e)
			}
		}
	}
}

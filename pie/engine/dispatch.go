package engine

import (
	"errors"
	"fmt"

	"github.com/pierun/pierun/pie/wire"
)

// handle decodes one message and runs the command in it.
func (s *session) handle(frame []byte, text bool) {
	if text && !s.e.rules.turns {
		return // text frames mean nothing without an edge
	}
	if limit := s.e.features.MaxCommand; s.e.rules.edge && limit > 0 && len(frame) > limit {
		s.refuse(fmt.Sprintf("request too large: %d bytes, limit %d (send large inputs as a blob reference, not inline)", len(frame), limit))
		s.sendClose(noCode)
		s.ended = true
		return
	}
	c := &s.command
	if err := s.e.config.Dialect.DecodeCommand(frame, text, c); err != nil {
		s.badFrame(err)
		return
	}
	s.greeted = true
	if s.admitted(c) && !s.e.faults.mutes(c.Kind) {
		s.run(c)
	}
	if cap(s.frame) > 1<<20 {
		s.frame = nil
	}
}

// noCode is a Close frame without a status.
const noCode = 1005

// refuse is the gateway's text frame for what it cannot match to a command. Where there is none, nothing is said.
func (s *session) refuse(text string) {
	s.out.tell(&wire.Event{Kind: wire.Refusal, Text: []byte(text)})
}

func (s *session) badFrame(err error) {
	switch s.e.rules.badFrame {
	case badDrops:
		s.dropped = true
		s.ended = true
	case badTold:
		if s.greeted {
			s.refuse("bad client frame: " + frameError(err))
		}
	}
}

// frameError words what is wrong with a frame as the gateway does.
func frameError(err error) string {
	if unknown, ok := errors.AsType[*wire.UnknownError](err); ok {
		switch {
		case unknown.Field != "":
			return "missing field `" + unknown.Field + "`"
		case unknown.Type == "":
			return "missing field `type`"
		}
		return "unknown variant `" + unknown.Type + "`, expected one of " + knownTypes
	}
	if syntax, ok := errors.AsType[*wire.SyntaxError](err); ok {
		return syntax.Reason
	}
	return err.Error()
}

// knownTypes lists a gateway's commands, as its refusals do.
const knownTypes = "`auth_identify`, `auth_prove`, `check_program`, `query`, `add_program`, `launch_process`, " +
	"`attach_process`, `terminate_process`, `signal_process`, `transfer_file`, `list_processes`, `ping`"

// run handles one command. What the server does not know it does not answer.
func (s *session) run(c *wire.Command) {
	switch c.Kind {
	case wire.Identify, wire.Prove, wire.Token:
		s.authenticate(c)
	case wire.Ping:
		s.answer(c, true, "Pong")
	case wire.Query:
		s.query(c)
	case wire.HasProgram:
		s.hasProgram(c)
	case wire.AddProgram:
		s.addProgram(c)
	case wire.List:
		s.list(c)
	case wire.CancelAll:
		s.cancelAll()
	case wire.RemoteService:
		s.answer(c, false, "Remote service attachment is not supported in FFI mode")
	case wire.RegisterMCP:
		s.registerMCP(c)
	case wire.MCPAnswer:
		s.answerMCP(c)
	default:
		s.runInstance(c)
	}
}

// runInstance handles a command about processes.
func (s *session) runInstance(c *wire.Command) {
	switch c.Kind {
	case wire.Launch, wire.LaunchRegistry:
		s.launch(c)
	case wire.LaunchMany:
		s.launchMany(c)
	case wire.RunMany:
		s.runMany(c)
	case wire.Serve:
		s.serveProgram(c)
	case wire.Attach:
		s.attach(c)
	case wire.Terminate:
		s.terminate(c)
	case wire.Signal:
		s.signal(c)
	case wire.SendFile:
		s.receiveFile(c)
	case wire.Workflow:
		s.workflow(c)
	}
}

// answer tells how a command went and, where there are turns, that it has ended.
func (s *session) answer(c *wire.Command, ok bool, text string) {
	s.reply(c, ok, text)
	s.done()
}

// reply is an answer to a command that has not fully ended.
func (s *session) reply(c *wire.Command, ok bool, text string) {
	s.e.faults.delay(s)
	s.out.send(&wire.Event{Kind: wire.Answer, For: c.Kind, Corr: c.Corr, OK: ok, Text: []byte(text)})
}

// done ends a command's turn.
func (s *session) done() {
	if s.e.rules.turns {
		s.out.tell(&wire.Event{Kind: wire.TurnDone})
	}
}

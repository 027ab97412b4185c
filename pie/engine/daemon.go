package engine

import (
	"encoding/json"

	"github.com/pierun/pierun/pie/wire"
)

// serveProgram is the launch of an HTTP program, which is not simulated: there is nothing that could listen.
func (s *session) serveProgram(c *wire.Command) {
	if in, why := s.e.resolve(c); in == nil {
		if s.e.features.Arguments {
			why = "Program not found"
		}
		s.answer(c, false, why)
		return
	}
	s.answer(c, false, "this is a simulation without HTTP programs; launch it on a real Pie server")
}

// workflow refuses to run one: no client of Pie offers workflows, and a script does better. What asks about others is
// answered as by a server that has none.
func (s *session) workflow(c *wire.Command) {
	_, valid := parseID(c.ID)
	switch {
	case c.Subject == "submit" && !json.Valid([]byte(c.Text)):
		s.answer(c, false, "Invalid workflow JSON: "+jsonFault(c.Text, json.Unmarshal([]byte(c.Text), new(any))))
	case c.Subject == "submit":
		s.answer(c, false, "this is a simulation without workflows")
	case !valid:
		s.answer(c, false, "Invalid workflow ID")
	case c.Subject == "cancel":
		s.answer(c, false, "Service not found")
	case c.Subject == "attach":
		s.answer(c, false, "Workflow not found")
	default:
		s.answer(c, true, "Workflow detached")
	}
}

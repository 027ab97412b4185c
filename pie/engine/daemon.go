package engine

import "github.com/pierun/pierun/pie/wire"

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

// workflow is refused: no client of Pie offers workflows, and a script does better.
func (s *session) workflow(c *wire.Command) {
	s.answer(c, false, "this is a simulation without workflows")
}

package wire

// gatewayCodec speaks the gateway family: the process family less what 0.5 dropped, and on a gateway (not on a
// worker's own listener) text frames, both ways.
type gatewayCodec struct {
	processCodec
	turns bool // there is a gateway
}

// gatewayCommands are those of 0.5. An install carries the file's name and version too when they are given, which 0.5
// ignores and 0.6 needs, so that it works with both: nothing tells the two apart.
func gatewayCommands() []*message[Command] {
	return append(coreCommands(), installMessage(required, extra), &message[Command]{
		name: "launch_process", kind: uint8(Launch), allow: withoutExtras,
		fields: []field[Command]{corrField, programField, inputField, captureField},
	})
}

// gatewayCommands6 are those of 0.6.
func gatewayCommands6() []*message[Command] {
	return append(coreCommands(), installMessage(extra, required), &message[Command]{
		name: "launch_process", kind: uint8(Launch), allow: withoutBudget,
		fields: []field[Command]{corrField, programField, inputField, captureField, propsField,
			maybe("session", func(c *Command) *string { return &c.Session }), filesField},
	})
}

// installMessage is add_program with what 0.5 and 0.6 need, in the order of their declarations.
func installMessage(manifest, file need) *message[Command] {
	toml, name := tomlField.as(manifest), text("file", func(c *Command) *string { return &c.File }).as(file)
	version := maybe("version", func(c *Command) *string { return &c.Version })
	if manifest == extra {
		toml = toml.unless(func(c *Command) bool { return c.Manifest == "" })
	} else {
		name = name.unless(func(c *Command) bool { return c.File == "" })
		version = version.as(extra).unless(func(c *Command) bool { return c.File == "" && c.Version == "" })
	}
	return &message[Command]{name: "add_program", kind: uint8(AddProgram), fields: []field[Command]{corrField, hashField,
		toml, name, version, forceField, indexField, totalField, dataField}}
}

func (g *gatewayCodec) encodeCommand(d *Dialect, dst []byte, c *Command) ([]byte, bool, error) {
	if c.Kind == CancelAll && g.turns {
		return append(dst, cancelWord...), true, nil
	}
	return g.processCodec.encodeCommand(d, dst, c)
}

func (g *gatewayCodec) decodeCommand(d *Dialect, frame []byte, text bool, c *Command) error {
	if text && g.turns {
		return hearText(g.commands, frame, c)
	}
	return g.processCodec.decodeCommand(d, frame, text, c)
}

func (g *gatewayCodec) encodeEvent(d *Dialect, dst []byte, e *Event) ([]byte, bool, error) {
	if g.turns {
		switch e.Kind {
		case TurnDone:
			return append(dst, turnDone...), true, nil
		case StreamAborted:
			return appendRefusal(dst, []byte(streamAborted)), true, nil
		case Refusal:
			return appendRefusal(dst, e.Text), true, nil
		}
	}
	return g.processCodec.encodeEvent(d, dst, e)
}

// decodeEvent hears text frames from a worker too: a listener that was taken for a worker's may be a gateway.
func (g *gatewayCodec) decodeEvent(d *Dialect, frame []byte, text bool, e *Event) error {
	if text {
		return hearTurn(frame, e)
	}
	return g.processCodec.decodeEvent(d, frame, false, e)
}

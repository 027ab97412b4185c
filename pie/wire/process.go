package wire

import "github.com/tinylib/msgp/msgp"

// processCodec speaks the process family, and is the ground of the gateway family. Here an instance is called a
// process, and the text of every event is its "value".
type processCodec struct {
	commands *vocabulary[Command]
	events   *vocabulary[Event]
}

// coreCommands are those that all generations from process-0.3 on have in the same form.
func coreCommands() []*message[Command] {
	return []*message[Command]{
		{name: "auth_identify", kind: uint8(Identify), fields: []field[Command]{corrField, userField}},
		{name: "auth_prove", kind: uint8(Prove), fields: []field[Command]{corrField, proofField}},
		{name: "check_program", kind: uint8(HasProgram), fields: []field[Command]{corrField, nameField, versionField,
			maybe("wasm_hash", func(c *Command) *string { return &c.Hash }),
			maybe("manifest_hash", func(c *Command) *string { return &c.ManifestHash })}},
		{name: "query", kind: uint8(Query), fields: []field[Command]{corrField, subjectField, recordField}},
		{name: "attach_process", kind: uint8(Attach), fields: []field[Command]{corrField, target("process_id")}},
		{name: "terminate_process", kind: uint8(Terminate), fields: []field[Command]{corrField, target("process_id")}},
		{name: "signal_process", kind: uint8(Signal), fields: []field[Command]{target("process_id"), messageField}},
		{name: "transfer_file", kind: uint8(SendFile), fields: []field[Command]{target("process_id"), sum("file_hash"),
			indexField, totalField, dataField}},
		{name: "list_processes", kind: uint8(List), fields: []field[Command]{corrField}},
		{name: "ping", kind: uint8(Ping), fields: []field[Command]{corrField}},
	}
}

// processCommands are what 0.3 adds to the core.
func processCommands() []*message[Command] {
	return append(coreCommands(), []*message[Command]{
		{name: "auth_by_token", kind: uint8(Token), fields: []field[Command]{corrField, tokenField}},
		{name: "add_program", kind: uint8(AddProgram), fields: []field[Command]{corrField, hashField, tomlField,
			forceField, indexField, totalField, dataField}},
		{name: "launch_process", kind: uint8(Launch), allow: withoutLaunchExtras, fields: []field[Command]{corrField,
			programField, inputField, captureField, budgetField}},
		{name: "launch_daemon", kind: uint8(Serve), fields: []field[Command]{corrField, portField, programField, inputField}},
		{name: "register_mcp_server", kind: uint8(RegisterMCP), fields: []field[Command]{corrField,
			text("name", func(c *Command) *string { return &c.Name }),
			text("transport", func(c *Command) *string { return &c.Transport }),
			maybe("command", func(c *Command) *string { return &c.Path }),
			maybeWords("args", func(c *Command) *[]string { return &c.Args }),
			maybe("url", func(c *Command) *string { return &c.URL })}},
		{name: "mcp_response", kind: uint8(MCPAnswer), fields: []field[Command]{corrField,
			flag("ok", func(c *Command) *bool { return &c.OK }),
			text("result", func(c *Command) *string { return &c.Text })}},
		{name: "submit_workflow", kind: uint8(Workflow), part: "submit", fields: []field[Command]{corrField,
			text("json", func(c *Command) *string { return &c.Text })}},
		{name: "cancel_workflow", kind: uint8(Workflow), part: "cancel", fields: []field[Command]{corrField, target("workflow_id")}},
		{name: "attach_workflow", kind: uint8(Workflow), part: "attach", fields: []field[Command]{corrField, target("workflow_id")}},
		{name: "detach_workflow", kind: uint8(Workflow), part: "detach", fields: []field[Command]{corrField, target("workflow_id")}},
	}...)
}

// batchCommands are what 0.4 adds.
func batchCommands() []*message[Command] {
	inputs := words("inputs", func(c *Command) *[]string { return &c.Inputs })
	return append(processCommands(), []*message[Command]{
		{name: "launch_processes", kind: uint8(LaunchMany), allow: withoutLaunchExtras, fields: []field[Command]{corrField, programField, inputs,
			captureField, budgetsField}},
		{name: "run_processes", kind: uint8(RunMany), fields: []field[Command]{corrField, programField, inputs, budgetsField}},
	}...)
}

// withoutLaunchExtras refuses what only gateway-0.6 can be asked for: older servers would ignore it in silence.
func withoutLaunchExtras(c *Command) error {
	if c.Props != "" || c.Session != "" || len(c.Files) > 0 {
		return errExtras
	}
	return nil
}

// withoutBudget refuses what only the process family counts.
func withoutBudget(c *Command) error {
	if c.TokenBudget != 0 {
		return errBudget
	}
	return nil
}

// withoutExtras refuses both.
func withoutExtras(c *Command) error {
	if err := withoutBudget(c); err != nil {
		return err
	}
	return withoutLaunchExtras(c)
}

// coreEvents are common to the process and gateway families; more are fields at the end of a file's.
func coreEvents(more ...field[Event]) []*message[Event] {
	fields := append([]field[Event]{rawID("process_id"), rawHash("file_hash"), indexRaw, totalRaw, dataRaw}, more...)
	return []*message[Event]{
		{name: "response", kind: uint8(Answer), fields: []field[Event]{corrRaw, rawOK("ok"), rawText("result")}},
		{name: "process_event", fields: []field[Event]{rawID("process_id"), processKind, processValue}, after: tellAborted},
		{name: "file", kind: uint8(File), fields: fields},
	}
}

func mcpEvent() *message[Event] {
	return &message[Event]{name: "mcp_request", kind: uint8(MCPRequest), fields: []field[Event]{corrRaw, rawID("process_id"),
		raw("server_name", func(e *Event) *[]byte { return &e.Name }),
		raw("method", func(e *Event) *[]byte { return &e.Method }), rawText("params")}}
}

// aborted is the value of the error event of a process that was terminated on request.
const aborted = "Signal"

var processKind = field[Event]{
	key:    "event",
	append: func(dst []byte, e *Event) []byte { return msgp.AppendString(dst, processEventName(e.Kind)) },
	read: func(b []byte, e *Event) (rest []byte, err error) {
		name, rest, err := readText(b)
		if e.Kind = processEventKind(name); err == nil && e.Kind == NoEvent {
			err = unknownValue("process_event", "event", name)
		}
		return rest, err
	},
}

var processValue = field[Event]{
	key: "value",
	append: func(dst []byte, e *Event) []byte {
		if e.Kind == Aborted {
			return msgp.AppendString(dst, aborted)
		}
		return msgp.AppendStringFromBytes(dst, e.Text)
	},
	read: func(b []byte, e *Event) (rest []byte, err error) { e.Text, rest, err = readText(b); return rest, err },
}

func tellAborted(e *Event) {
	if e.Kind == Exception && string(e.Text) == aborted {
		e.Kind = Aborted
	}
}

func processEventKind(name []byte) EventKind {
	switch string(name) {
	case "stdout":
		return Stdout
	case "message":
		return Message
	case "stderr":
		return Stderr
	case "return":
		return Completed
	case "error":
		return Exception
	}
	return NoEvent
}

// processEventName has one word for all ways to fail.
func processEventName(k EventKind) string {
	switch k {
	case Stdout:
		return "stdout"
	case Message:
		return "message"
	case Stderr:
		return "stderr"
	case Completed:
		return "return"
	}
	return "error"
}

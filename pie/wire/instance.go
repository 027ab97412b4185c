package wire

import (
	"strings"

	"github.com/tinylib/msgp/msgp"
)

// instanceCodec speaks the instance family. What it encodes is the union of the fields that its generations wanted, and
// of builds between them: servers ignore fields they do not know, so that one frame serves a server whose exact
// build nobody can ask for. What it decodes must have the fields that its own generation requires.
type instanceCodec struct {
	commands *vocabulary[Command]
	events   *vocabulary[Event]
	streams  bool // not 0.1: stdout, files, lists and event codes exist
}

// existsSubject is the query that HasProgram is.
const existsSubject = "program_exists"

// instanceCommon are the commands of all three generations, beside the one that a launch of the generation needs:
// hash and name say which of the two ways to name a program it requires, toml whether it requires a manifest.
func instanceCommon(hash, name, toml need) []*message[Command] {
	byHash, byName := hashField.as(hash), programField.as(name)
	return []*message[Command]{
		{name: "query", kind: uint8(Query), fields: []field[Command]{corrField, subjectField, recordField}},
		{name: "upload_program", kind: uint8(AddProgram), fields: []field[Command]{corrField, hashField, tomlField.as(toml),
			indexField, totalField, dataField}},
		{name: "launch_server_instance", kind: uint8(Serve), fields: []field[Command]{corrField, portField, byHash, byName, argsField}},
		{name: "signal_instance", kind: uint8(Signal), fields: []field[Command]{target("instance_id"), messageField}},
		{name: "attach_remote_service", kind: uint8(RemoteService), fields: []field[Command]{corrField,
			text("endpoint", func(c *Command) *string { return &c.URL }),
			text("service_type", func(c *Command) *string { return &c.Subject }),
			text("service_name", func(c *Command) *string { return &c.Name })}},
	}
}

// launchMessage is launch_instance; cmd_name and library_hashes are of single months of the hash era.
func launchMessage(hash, name, detached need, after func(*Command), allow func(*Command) error) *message[Command] {
	return &message[Command]{name: "launch_instance", kind: uint8(Launch), after: after, allow: allow, fields: []field[Command]{
		corrField, hashField.as(hash), programField.as(name), commandName,
		constant("library_hashes", msgp.AppendArrayHeader(nil, 0)), argsField, detachedField.as(detached)}}
}

// commands01 are those of instance-0.1, which has one connection for everything and answers no terminate.
func commands01() []*message[Command] {
	return append(instanceCommon(required, extra, extra),
		&message[Command]{name: "authenticate", kind: uint8(Token), fields: []field[Command]{corrField, userField.as(extra), tokenField}},
		launchMessage(required, extra, extra, alwaysAttached, neverDetached),
		&message[Command]{name: "terminate_instance", kind: uint8(Terminate),
			fields: []field[Command]{corrField.as(extra), target("instance_id")}},
		existsMessage(func(c *Command) string { return c.Hash }),
	)
}

// commandsHash are those of the hash era, commands02 those of 0.2.
func commandsHash() []*message[Command] {
	return append(instanceLater(required, extra, extra), existsMessage(func(c *Command) string { return c.Hash }))
}

func commands02() []*message[Command] {
	return append(instanceLater(extra, required, required), existsMessage(nameAndHash))
}

func instanceLater(hash, name, toml need) []*message[Command] {
	return append(instanceCommon(hash, name, toml), []*message[Command]{
		launchMessage(hash, name, required, nil, withoutExtras),
		{name: "identification", kind: uint8(Identify), fields: []field[Command]{corrField, userField}},
		{name: "signature", kind: uint8(Prove), fields: []field[Command]{corrField, proofField}},
		{name: "internal_authenticate", kind: uint8(Token), fields: []field[Command]{corrField, tokenField}},
		{name: "ping", kind: uint8(Ping), fields: []field[Command]{corrField}},
		{name: "launch_instance_from_registry", kind: uint8(LaunchRegistry), fields: []field[Command]{corrField, programField,
			constant("cmd_name", msgp.AppendString(nil, "default")), argsField, detachedField}},
		{name: "attach_instance", kind: uint8(Attach), fields: []field[Command]{corrField, target("instance_id")}},
		{name: "upload_blob", kind: uint8(SendFile), fields: []field[Command]{corrField, target("instance_id"), sum("blob_hash"),
			indexField, totalField, dataField}},
		{name: "terminate_instance", kind: uint8(Terminate), fields: []field[Command]{corrField, target("instance_id")}},
		{name: "list_instances", kind: uint8(List), fields: []field[Command]{corrField}},
	}...)
}

// existsMessage is how HasProgram is said; it is heard as the query it is, and told apart afterwards.
func existsMessage(record func(*Command) string) *message[Command] {
	return &message[Command]{name: "query", kind: uint8(HasProgram), spoken: true, fields: []field[Command]{corrField,
		constant("subject", msgp.AppendString(nil, existsSubject)),
		{key: "record", append: func(dst []byte, c *Command) []byte { return msgp.AppendString(dst, record(c)) }}}}
}

func nameAndHash(c *Command) string {
	if c.Hash == "" {
		return c.Program
	}
	return c.Program + "#" + c.Hash
}

// commandName gives the builds that wanted one a short name for lists: the program's, without namespace and version.
var commandName = field[Command]{
	key:  "cmd_name",
	need: extra,
	append: func(dst []byte, c *Command) []byte {
		name, _ := splitProgram(c.Program[strings.LastIndexByte(c.Program, '/')+1:])
		if name == "" {
			name = "default"
		}
		return msgp.AppendString(dst, name)
	},
	read: func(b []byte, _ *Command) (rest []byte, err error) { return skip(b) },
}

// alwaysAttached reads a launch as 0.1 does, which knows no detached one.
func alwaysAttached(c *Command) { c.Capture = true }

func neverDetached(c *Command) error {
	if !c.Capture {
		return errDetached
	}
	return withoutExtras(c)
}

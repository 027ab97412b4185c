// Package wire is the protocol between Pie clients and servers: every released generation of it, both ends, over
// neutral commands and events. It knows no sockets and keeps no state.
//
// A [Dialect] is one generation, from [Find] or [Generations]. A client encodes a [Command] and decodes an [Event], a
// server the other way round. What differs between generations beyond the frames is told by [Features], so that
// nothing above this package asks which generation it has.
//
// The files, from the outside in:
//
//	dialect.go, command.go, event.go, features.go, errors.go, kind.go    what others see
//	generation.go, feature_table.go    the eight generations, and what each of them can do
//	instance*.go, process*.go, gateway*.go    the three codecs: tables of messages, and the short way of hot events
//	codec.go    what the codecs have in common
//	vocabulary.go, message.go    the one mechanism for all tables: a list of fields encodes in its order and decodes in any
//	command_field.go, event_field.go    fields by the kind of their value
//	read.go    reading one MessagePack value, trusting nothing
//	list.go    lists, ids and JSON text
//	probe.go    a question that tells two generations apart
//
// # Order of keys
//
// Frames are written as the servers and their Rust clients write them: the key "type", then the fields in the order of
// their declaration, every field present, absent ones nil. The JavaScript and Python clients order keys in their own ways,
// which no server looks at.
//
// # One frame for several servers
//
// Nothing on the wire tells the builds of the instance family apart, nor 0.5 from 0.6, and all servers pass over
// fields that they do not know. So frames carry what several want: an instance launch has program_hash, inferlet, cmd_name,
// library_hashes and detached; an upload has a manifest and a terminate its corr_id, also where nobody asked for them; an install
// of the gateway family has file and version beside the manifest as soon as the command gives them. (A worker without a gateway
// drops the connection over a frame that it cannot decode; extra fields are no such thing.) A field that an older
// server would ignore in silence, though the caller relies on it, is ErrUnsupported instead: a token budget, props, a session or
// files of a launch, and a detached launch on instance-0.1.
//
// # Decoding
//
// A server's end is as strict as the servers are: a field that is missing, nil, of another kind or too big for its
// integer makes the frame an error. It is as lenient, too: any order of keys, bin for str and back, any size of
// integer, unknown keys, the positional form, bytes behind the message. A client's end understands within a family what any of
// its generations says, so that a wrong guess of the generation loses no event.
package wire

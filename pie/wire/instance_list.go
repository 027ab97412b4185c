package wire

import "github.com/tinylib/msgp/msgp"

// instancesField is the list of live_instances: an array of maps.
var instancesField = field[Event]{
	key: "instances",
	append: func(dst []byte, e *Event) []byte {
		dst = msgp.AppendArrayHeader(dst, uint32(len(e.Instances)))
		for i := range e.Instances {
			dst = liveInstance.appendBare(dst, &e.Instances[i])
		}
		return dst
	},
	read: func(b []byte, e *Event) (rest []byte, err error) {
		n, rest, err := readItems(b)
		for ; n > 0 && err == nil; n-- {
			var info InstanceInfo
			rest, err = readInstance(rest, &info)
			e.Instances = append(e.Instances, info)
		}
		return rest, err
	},
}

func readInstance(b []byte, info *InstanceInfo) (rest []byte, err error) {
	n, rest, err := readFields(b)
	if err != nil {
		return nil, err
	}
	return liveInstance.readMap(rest, n, info)
}

// liveInstance is one entry. It has no type of its own.
var liveInstance = (&message[InstanceInfo]{name: "live_instances", fields: []field[InstanceInfo]{
	infoText("id", func(i *InstanceInfo) *string { return &i.ID }),
	{
		key: "arguments",
		append: func(dst []byte, i *InstanceInfo) []byte {
			dst = msgp.AppendArrayHeader(dst, uint32(len(i.Args)))
			for _, a := range i.Args {
				dst = msgp.AppendString(dst, a)
			}
			return dst
		},
		read: func(b []byte, i *InstanceInfo) (rest []byte, err error) {
			i.Args, rest, err = readWords(b)
			return rest, err
		},
	},
	{key: "status", append: appendState, read: readState},
	// Servers of the first weeks of 2026 and earlier do not tell the rest.
	infoText("username", func(i *InstanceInfo) *string { return &i.User }).as(optional),
	{
		key:    "elapsed_secs",
		need:   optional,
		append: func(dst []byte, i *InstanceInfo) []byte { return msgp.AppendUint64(dst, i.Elapsed) },
		read: func(b []byte, i *InstanceInfo) (rest []byte, err error) {
			i.Elapsed, rest, err = readUint64(b)
			return rest, err
		},
	},
	{
		key:    "kv_pages_used",
		need:   optional,
		append: func(dst []byte, i *InstanceInfo) []byte { return msgp.AppendUint32(dst, i.KVPages) },
		read: func(b []byte, i *InstanceInfo) (rest []byte, err error) {
			i.KVPages, rest, err = readUint32(b)
			return rest, err
		},
	},
}}).build()

func infoText(key string, at func(*InstanceInfo) *string) field[InstanceInfo] {
	return field[InstanceInfo]{
		key:    key,
		append: func(dst []byte, i *InstanceInfo) []byte { return msgp.AppendString(dst, *at(i)) },
		read: func(b []byte, i *InstanceInfo) (rest []byte, err error) {
			*at(i), rest, err = readWord(b)
			return rest, err
		},
	}
}

// appendState writes the state under the server's name for it, which begins with a capital. An instance whose state
// was not told is attached.
func appendState(dst []byte, i *InstanceInfo) []byte {
	if i.State == "" && !i.HasState {
		return msgp.AppendString(dst, "Attached")
	}
	return msgp.AppendString(dst, swapInitial(i.State, 'a', 'z'))
}

func readState(b []byte, i *InstanceInfo) (rest []byte, err error) {
	state, rest, err := readWord(b)
	i.State, i.HasState = swapInitial(state, 'A', 'Z'), true
	return rest, err
}

// swapInitial changes the case of the first letter when it is between from and to.
func swapInitial(s string, from, to byte) string {
	if s == "" || s[0] < from || s[0] > to {
		return s
	}
	return string(s[0]^0x20) + s[1:]
}

package luabind

import "cmp"

// program is the name of the program. A server that does not tell it leaves it to what this run has launched; "" is not
// known.
func (i *instance) program() string {
	return cmp.Or(i.inner.Program(), i.rt.clients.names[i.inner.ID()])
}

// title is what errors call the instance.
func (i *instance) title() string { return cmp.Or(i.program(), "the instance") }

// String names an instance in messages.
func (i *instance) String() string {
	if name := i.program(); name != "" {
		return name + " (" + i.inner.ID() + ")"
	}
	return "instance " + i.inner.ID()
}

// called gives the program of an instance that this run has launched, for one whose server does not tell it.
func (cs *clients) called(id string) string {
	for _, list := range [...]map[string]*instance{cs.detached, cs.adrift, cs.visited} {
		if i := list[id]; i != nil {
			return i.program()
		}
	}
	return ""
}

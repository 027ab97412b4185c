package wire

import (
	"fmt"
	"strings"
)

// The generations, oldest first. They are constants in all but syntax: nothing changes them.
var generations = [...]*Dialect{
	{Generation: "instance-0.1", Family: "instance", Features: instance01, codec: instance(commands01(), false)},
	{Generation: "instance-hash", Family: "instance", Features: instanceHash, codec: instance(commandsHash(), true)},
	{Generation: "instance-0.2", Family: "instance", Features: instance02, codec: instance(commands02(), true)},
	{Generation: "process-0.3", Family: "process", Features: process03,
		codec: &processCodec{newVocabulary(processCommands()...), newVocabulary(append(coreEvents(), mcpEvent())...)}},
	{Generation: "process-0.4", Family: "process", Features: process04,
		codec: &processCodec{newVocabulary(batchCommands()...), newVocabulary(append(coreEvents(), mcpEvent())...)}},
	{Generation: "worker-0.5", Family: "gateway", Features: worker05,
		codec: &gatewayCodec{processCodec: gateway(gatewayCommands())}},
	{Generation: "gateway-0.5", Family: "gateway", Features: gateway05,
		codec: &gatewayCodec{processCodec: gateway(gatewayCommands()), turns: true}},
	{Generation: "gateway-0.6", Family: "gateway", Features: gateway06,
		codec: &gatewayCodec{processCodec: gateway(gatewayCommands6()), turns: true}},
}

func instance(commands []*message[Command], streams bool) *instanceCodec {
	return &instanceCodec{newVocabulary(commands...), newVocabulary(instanceEvents(streams)...), streams}
}

func gateway(commands []*message[Command]) processCodec {
	return processCodec{newVocabulary(commands...), newVocabulary(coreEvents(rawName("name"))...)}
}

// Generations lists all of them, oldest first. The slice is the caller's.
func Generations() []*Dialect { return append([]*Dialect(nil), generations[:]...) }

// Find gives a generation by its name, or the newest of a family by the family's. The error lists the names.
func Find(name string) (*Dialect, error) {
	names := make([]string, 0, len(generations)+3)
	for i := len(generations) - 1; i >= 0; i-- {
		d := generations[i]
		if d.Generation == name || d.Family == name {
			return d, nil
		}
		names = append(names, d.Generation)
	}
	return nil, fmt.Errorf("no dialect is called %q; there are %s, and the families gateway, process and instance",
		name, strings.Join(names, ", "))
}

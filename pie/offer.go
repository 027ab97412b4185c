package pie

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// toolOffer is a tool server that is offered; its life ends when it is withdrawn.
type toolOffer struct {
	Offer
	name   string
	server ToolServer
	life   context.Context
	end    context.CancelFunc
}

func newToolOffer(life context.Context, name string, server ToolServer, o Offer) *toolOffer {
	t := &toolOffer{Offer: o, name: name, server: server}
	t.Allow = slices.Clone(o.Allow)
	t.life, t.end = context.WithCancel(life)
	return t
}

// toolOffers are what a client offers, by name; nil stands for one that was withdrawn, since servers keep the name.
type toolOffers struct {
	mu     sync.Mutex
	byName map[string]*toolOffer
	places chan struct{} // taken by requests at work
}

// add takes an offer; atOnce is how many requests of all may be at work.
func (o *toolOffers) add(t *toolOffer, atOnce int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byName[t.name] != nil {
		t.end()
		return false
	}
	if o.byName == nil {
		o.byName, o.places = map[string]*toolOffer{}, make(chan struct{}, atOnce)
	}
	o.byName[t.name] = t
	return true
}

// remove withdraws t: what is at work for it is cancelled and answered as failed.
func (o *toolOffers) remove(t *toolOffer) {
	o.mu.Lock()
	if o.byName[t.name] == t {
		o.byName[t.name] = nil
	}
	o.mu.Unlock()
	t.end()
}

// names are those that are offered now.
func (o *toolOffers) names() (names []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, t := range o.byName {
		if t != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// find gives the offer of a name, or what to tell a program that there is none.
func (o *toolOffers) find(name string) (*toolOffer, *MCPError) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, known := o.byName[name]
	switch {
	case t != nil:
		return t, nil
	case known:
		return nil, serverGone(name)
	}
	return nil, &MCPError{Code: MCPFailed, Message: fmt.Sprintf("MCP server '%s' is not registered locally", name)}
}

func serverGone(name string) *MCPError {
	return &MCPError{Code: MCPFailed, Message: fmt.Sprintf("MCP server '%s' is no longer running", name)}
}

// allows says whether a program may ask this; nil if so.
func (o *toolOffer) allows(method string, params json.RawMessage) *MCPError {
	if o.Allow == nil || method == "tools/list" {
		return nil
	}
	wanted, what := method, method
	switch {
	case method == "tools/call":
		wanted = toolName(params)
		what = "the tool \"" + wanted + "\""
	case strings.HasPrefix(method, "prompts/"):
		wanted = "prompts/*"
	case strings.HasPrefix(method, "resources/"):
		wanted = "resources/*"
	}
	if slices.Contains(o.Allow, wanted) {
		return nil
	}
	return &MCPError{Code: MCPNoSuchMethod, Message: fmt.Sprintf("%s of the MCP server '%s' is not offered to programs", what, o.name)}
}

// toolName is the name in the params of tools/call, "" for none.
func toolName(params json.RawMessage) string {
	var call struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(params, &call) != nil {
		return ""
	}
	return call.Name
}

// visible takes the tools that are not allowed out of the result of tools/list; everything else stays as it is.
func (o *Offer) visible(result json.RawMessage) (json.RawMessage, error) {
	if o.Allow == nil {
		return result, nil
	}
	var fields map[string]json.RawMessage
	var tools []json.RawMessage
	if err := json.Unmarshal(result, &fields); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(fields["tools"], &tools); err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(tools, func(tool json.RawMessage) bool { return !slices.Contains(o.Allow, toolName(tool)) })
	list, err := json.Marshal(append([]json.RawMessage{}, kept...))
	if err != nil {
		return nil, err
	}
	fields["tools"] = list
	return json.Marshal(fields)
}

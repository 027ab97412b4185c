package backendai

import (
	"bytes"
	"context"
	"encoding/json"
)

// Slots of a preset or a limit: name → amount, as text ("268435456", "0.5", "Infinity", "NaN").
type SlotMap map[string]string

// UnmarshalJSON takes numbers as well as texts, and null as an empty map.
func (s *SlotMap) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*s = SlotMap{}
	for k, v := range raw {
		var text string
		if json.Unmarshal(v, &text) != nil {
			text = string(v)
		}
		if text != "null" {
			(*s)[k] = text
		}
	}
	return nil
}

// Preset is a named set of resources.
type Preset struct {
	Name        string      `json:"name"`
	Slots       SlotMap     `json:"resource_slots"`
	Shared      json.Number `json:"shared_memory"` // bytes; "" if it says nothing
	Allocatable bool        `json:"allocatable"`   // only CheckPresets fills it

	Raw json.RawMessage `json:"-"` // all that the manager tells
}

// UnmarshalJSON keeps the answer as it came, too.
func (p *Preset) UnmarshalJSON(b []byte) error {
	type known Preset
	p.Raw = bytes.Clone(b)
	return json.Unmarshal(b, (*known)(p))
}

// Presets lists the named sets of resources.
func (c *Client) Presets(ctx context.Context) ([]Preset, error) {
	var b struct{ Presets []Preset }
	err := c.get(ctx, call{op: "list resource presets", method: "GET", path: "/resource/presets"}, &b)
	return b.Presets, err
}

// Limits is what the caller may use, does use and has left, and which presets would fit now.
type Limits struct {
	Limits           SlotMap               `json:"keypair_limits"`
	Using            SlotMap               `json:"keypair_using"`
	Remaining        SlotMap               `json:"keypair_remaining"`
	GroupLimits      SlotMap               `json:"group_limits"`
	GroupUsing       SlotMap               `json:"group_using"`
	GroupRemaining   SlotMap               `json:"group_remaining"`
	ScalingRemaining SlotMap               `json:"scaling_group_remaining"`
	ScalingGroups    map[string]ScalingUse `json:"scaling_groups"`
	Presets          []Preset              `json:"presets"`

	Raw json.RawMessage `json:"-"` // all that the manager tells
}

// UnmarshalJSON keeps the answer as it came, too.
func (l *Limits) UnmarshalJSON(b []byte) error {
	type known Limits
	l.Raw = bytes.Clone(b)
	return json.Unmarshal(b, (*known)(l))
}

// ScalingUse is what one scaling group has.
type ScalingUse struct {
	Using     SlotMap `json:"using"`
	Remaining SlotMap `json:"remaining"`
}

// CheckPresets asks for the limits in a project; "" is the configured one.
func (c *Client) CheckPresets(ctx context.Context, group string) (*Limits, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	k := call{op: "check resource limits", method: "POST", path: "/resource/check-presets"}
	if m.modern() || group != "" {
		k.body = encodeJSON(map[string]string{"group": orElse(group, c.cfg.Group)})
	}
	out := &Limits{}
	return out, c.get(ctx, k, out)
}

// ResourceSlots are the site's slots and how each is counted: "cpu": "count", "mem": "bytes".
func (c *Client) ResourceSlots(ctx context.Context) (SlotMap, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	path := "/config/resource-slots"
	if m.Server.Compare(Version{4, "20190601"}) < 0 {
		path = "/etcd/resource-slots"
	}
	var out SlotMap
	err = c.get(ctx, call{op: "list resource slots", method: "GET", path: path, unsigned: true}, &out)
	return out, err
}

// Policy is what a key pair is allowed.
type Policy struct {
	Name        string `json:"name"`
	MaxSessions int    `json:"max_concurrent_sessions"`
	TotalSlots  string `json:"total_resource_slots"` // JSON text
	IdleTimeout int64  `json:"idle_timeout"`         // seconds
	MaxLifetime int64  `json:"max_session_lifetime"` // seconds; 0: none
}

// ResourcePolicy is the policy of the caller's key pair.
func (c *Client) ResourcePolicy(ctx context.Context) (*Policy, error) {
	var out struct {
		Policy *Policy `json:"keypair_resource_policy"`
	}
	err := c.GraphQL(ctx, `{keypair_resource_policy{name max_concurrent_sessions total_resource_slots idle_timeout max_session_lifetime}}`, nil, &out)
	return out.Policy, err
}

package backendai

import (
	"context"
	"encoding/json"
)

// KeyPair is an access key. Secrets are never asked for.
type KeyPair struct {
	AccessKey   string `json:"access_key"`
	Active      bool   `json:"is_active"`
	Admin       bool   `json:"is_admin"`
	Policy      string `json:"resource_policy"`
	RateLimit   int    `json:"rate_limit"`
	Concurrency int    `json:"concurrency_used"`
	User        string `json:"user_id"`
	Created     string `json:"created_at"`
	LastUsed    string `json:"last_used"`
}

const keyPairFields = `{access_key is_active is_admin resource_policy rate_limit concurrency_used user_id created_at last_used}`

// KeyPair is the key the client signs with.
func (c *Client) KeyPair(ctx context.Context) (*KeyPair, error) {
	var out struct{ KeyPair *KeyPair }
	err := c.GraphQL(ctx, "{keypair"+keyPairFields+"}", nil, &out)
	return out.KeyPair, err
}

// KeyPairs lists the caller's keys, for admins everybody's; active nil does not narrow.
func (c *Client) KeyPairs(ctx context.Context, active *bool) ([]KeyPair, error) {
	var out struct{ KeyPairs []KeyPair }
	err := c.GraphQL(ctx, "query($a:Boolean){keypairs(is_active:$a)"+keyPairFields+"}", map[string]any{"a": active}, &out)
	return out.KeyPairs, err
}

// User is an account.
type User struct {
	Email  string `json:"email"`
	Name   string `json:"full_name"`
	Role   string `json:"role"`
	Status string `json:"status"`
	Domain string `json:"domain_name"`
	Groups []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"groups"`
}

const userFields = `{email full_name role status domain_name groups{id name}}`

// User is the caller's account.
func (c *Client) User(ctx context.Context) (*User, error) {
	var out struct{ User *User }
	err := c.GraphQL(ctx, "{user"+userFields+"}", nil, &out)
	return out.User, err
}

// Users lists all accounts; for admins.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	var out struct{ Users []User }
	err := c.GraphQL(ctx, "{users"+userFields+"}", nil, &out)
	return out.Users, err
}

// Role is what the caller may in each realm: "superadmin", "admin", "user", "".
type Role struct {
	Global string `json:"global_role"`
	Domain string `json:"domain_role"`
	Group  string `json:"group_role"`
}

// Role asks for the caller's role; group "" leaves that one open.
func (c *Client) Role(ctx context.Context, group string) (*Role, error) {
	out := &Role{}
	return out, c.get(ctx, call{op: "ask for the role", method: "GET", path: "/auth/role", query: query{"group", group}}, out)
}

// Group is a project.
type Group struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Domain string `json:"domain_name"`
}

// Groups lists the caller's projects.
func (c *Client) Groups(ctx context.Context) ([]Group, error) {
	var out struct{ Groups []Group }
	err := c.GraphQL(ctx, `{groups{id name domain_name}}`, nil, &out)
	return out.Groups, err
}

// ScalingGroups lists the scaling groups that a project can use; "" is the configured one.
func (c *Client) ScalingGroups(ctx context.Context, group string) ([]string, error) {
	var b struct {
		Groups []struct{ Name string } `json:"scaling_groups"`
	}
	err := c.get(ctx, call{op: "list scaling groups", method: "GET", path: "/scaling-groups", query: query{"group", orElse(group, c.cfg.Group)}}, &b)
	var out []string
	for _, g := range b.Groups {
		out = append(out, g.Name)
	}
	return out, err
}

// Agent is a machine that runs sessions.
type Agent struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	Available string `json:"available_slots"` // JSON text
	Occupied  string `json:"occupied_slots"`  // JSON text
	Version   string `json:"version"`
}

// Agents lists the machines of the site that are alive, at most limit of them; for super admins.
func (c *Client) Agents(ctx context.Context, limit int) ([]Agent, error) {
	var out struct {
		List struct{ Items []Agent } `json:"agent_list"`
	}
	const q = `query($l:Int!){agent_list(limit:$l,offset:0,status:"ALIVE"){items{id status available_slots occupied_slots version} total_count}}`
	err := c.GraphQL(ctx, q, map[string]any{"l": limit}, &out)
	return out.List.Items, err
}

// AgentRows lists the machines in a status, with fields of the manager's, at most limit of them; for super admins. Up to API
// v4 there is no limit.
func (c *Client) AgentRows(ctx context.Context, status string, fields []string, limit int) (json.RawMessage, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	s := Selection{Field: "agents", Fields: fields, Args: []Argument{{"status", "status", "String", status}}}
	if m.modern() {
		s.Field, s.Paged = "agent_list", true
		s.Args = append(s.Args, Argument{"limit", "limit", "Int!", limit}, Argument{"offset", "offset", "Int!", 0})
	}
	return c.Select(ctx, s)
}

// KeyPairRows lists key pairs with fields of the manager's: those of a user by the address, "" for all that the caller may see;
// active nil does not narrow. Until 2019 the argument had another name.
func (c *Client) KeyPairRows(ctx context.Context, user string, fields []string, active any) (json.RawMessage, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	owner := Argument{"email", "email", "String!", orNothing(user)}
	if m.Version.Compare(Version{4, "20190615"}) < 0 {
		owner = Argument{"user_id", "user_id", "String!", orNothing(user)}
	}
	return c.Select(ctx, Selection{Field: "keypairs", Fields: fields, Args: []Argument{owner, {"is_active", "is_active", "Boolean", active}}})
}

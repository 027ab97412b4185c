package backendai

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// Mutation is a change through GraphQL that managers know by name: to keys, users, presets, policies, images.
type Mutation struct {
	Field string // "create_keypair"
	Key   string // the argument that says what is meant: "user_id"; "" for none
	Input string // type of the argument props: "KeyPairInput"; "" for none
	Gives string // what comes back beside ok and msg: "keypair{access_key secret_key}"; may be ""
}

// text is the query; types of keys are those of 23.09.
func (m Mutation) text(named bool) string {
	var vars, args []string
	if m.Key != "" && named {
		vars, args = append(vars, "$key:String!"), append(args, m.Key+":$key")
	}
	if m.Input != "" {
		vars, args = append(vars, "$props:"+m.Input+"!"), append(args, "props:$props")
	}
	brackets := func(list []string) string {
		if len(list) == 0 {
			return ""
		}
		return "(" + strings.Join(list, ",") + ")"
	}
	return "mutation" + brackets(vars) + "{" + m.Field + brackets(args) + "{ok msg " + m.Gives + "}}"
}

// Change makes a change; key says to what ("" where the mutation takes none), props with which values. Managers answer 200
// to what they refuse: that is an error of type ERR_SERVER with their words. For admins, mostly.
func (c *Client) Change(ctx context.Context, m Mutation, key string, props json.RawMessage) (json.RawMessage, error) {
	variables := map[string]any{}
	if key != "" {
		variables["key"] = key
	}
	if m.Input != "" {
		variables["props"] = props
	}
	var out map[string]json.RawMessage
	if err := c.GraphQL(ctx, m.text(key != ""), variables, &out); err != nil {
		return nil, err
	}
	var said struct {
		OK  bool
		Msg string
	}
	if err := json.Unmarshal(out[m.Field], &said); err != nil || !said.OK {
		return nil, &Error{Type: ErrServer, Op: m.Field + " " + key, Method: "POST", Path: "/admin/graphql", Status: 200, Reason: "OK",
			Title: "the change was refused", Msg: said.Msg, Err: errors.New(orElse(said.Msg, "the manager does not say why"))}
	}
	return out[m.Field], nil
}

// RecalculateUsage has the manager count anew what everybody uses; for super admins.
func (c *Client) RecalculateUsage(ctx context.Context) error {
	return c.run(ctx, call{op: "recalculate the usage", method: "POST", path: "/resource/recalculate-usage"})
}

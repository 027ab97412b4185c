package backendai

import (
	"bytes"
	"context"
	"encoding/json"
)

// gqlBody is a GraphQL request.
type gqlBody struct {
	Query     string `json:"query"`
	Variables any    `json:"variables"`
}

// GraphQL asks /admin/graphql and decodes the data object into out. Errors of the query are of type ERR_SERVER with
// problem "graphql-error"; their list is in Data.
func (c *Client) GraphQL(ctx context.Context, q string, variables, out any) error {
	return c.graphQL(ctx, "ask GraphQL", q, variables, out)
}

// graphQL is GraphQL for the purpose op, which errors begin with.
func (c *Client) graphQL(ctx context.Context, op, q string, variables, out any) error {
	raw, err := c.graphQLRaw(ctx, op, q, variables)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(out); err != nil {
		return &Error{Type: ErrResponse, Op: op, Method: "POST", Path: "/admin/graphql", Err: err}
	}
	return nil
}

// GraphQLRaw is GraphQL with the data object as it came. variables may be nil; a json.RawMessage is sent as it is.
func (c *Client) GraphQLRaw(ctx context.Context, q string, variables any) (json.RawMessage, error) {
	return c.graphQLRaw(ctx, "ask GraphQL", q, variables)
}

func (c *Client) graphQLRaw(ctx context.Context, op, q string, variables any) (json.RawMessage, error) {
	if variables == nil {
		variables = struct{}{}
	}
	var out json.RawMessage
	err := c.get(ctx, call{op: op, method: "POST", path: "/admin/graphql", body: encodeJSON(gqlBody{q, variables})}, &out)
	return out, err
}

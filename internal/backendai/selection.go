package backendai

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
)

// Selection is a GraphQL question for one thing, or for a list of them.
type Selection struct {
	Op     string // what errors begin with; "": "ask GraphQL"
	Field  string // "keypair"
	Args   []Argument
	Fields []string // in the manager's words; one may choose in what it leads to: "groups {id name}"
	Paged  bool     // the field has items and their number
}

// Argument of a Selection; a nil Value leaves it out.
type Argument struct {
	Variable, Name, Type string
	Value                any
}

// text is the query in the form that the JavaScript client gives it.
func (s Selection) text() (q string, variables map[string]any) {
	var vars, args []string
	variables = map[string]any{}
	for _, a := range s.Args {
		if a.Value == nil {
			continue
		}
		vars, args = append(vars, "$"+a.Variable+":"+a.Type), append(args, a.Name+":$"+a.Variable)
		variables[a.Variable] = a.Value
	}
	brackets := func(list []string) string {
		if len(list) == 0 {
			return ""
		}
		return "(" + strings.Join(list, ", ") + ")"
	}
	chosen := strings.Join(s.Fields, " ")
	if s.Paged {
		chosen = "items { " + chosen + " } total_count"
	}
	return "query" + brackets(vars) + " {  " + s.Field + brackets(args) + " { " + chosen + " }}", variables
}

// CheckFields refuses what can be no field, which would be another question.
func CheckFields(fields []string) error {
	form := regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*\s*(\{[A-Za-z0-9_\s,{}]*\})?$`)
	for _, f := range fields {
		if !form.MatchString(strings.TrimSpace(f)) || strings.Count(f, "{") != strings.Count(f, "}") {
			return misuse(`%s is no field: give a name, or one with what is wanted of it, such as "groups {id name}"`, quote(f))
		}
	}
	return nil
}

// Select asks, and gives the answer as the manager writes it: null for what does not exist, a list for a Paged field.
func (c *Client) Select(ctx context.Context, s Selection) (json.RawMessage, error) {
	if err := CheckFields(s.Fields); err != nil {
		return nil, err
	}
	q, variables := s.text()
	var out map[string]json.RawMessage
	if err := c.graphQL(ctx, orElse(s.Op, "ask GraphQL"), q, variables, &out); err != nil {
		return nil, err
	}
	if !s.Paged {
		return out[s.Field], nil
	}
	var page struct{ Items json.RawMessage }
	if err := json.Unmarshal(out[s.Field], &page); err != nil {
		return nil, &Error{Type: ErrResponse, Op: orElse(s.Op, "ask GraphQL"), Method: "POST", Path: "/admin/graphql", Err: err}
	}
	return page.Items, nil
}

package backendai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
)

// pageSize is how many items one GraphQL page has.
const pageSize = 20

// Listed is a session in a list.
type Listed struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Status     Status `json:"status"`
	StatusInfo string `json:"status_info"`
	Image      string `json:"image"`
	Type       string `json:"type"`
	Created    string `json:"created_at"`
	Terminated string `json:"terminated_at"`
	Occupied   string `json:"occupied_slots"` // JSON text: {"cpu": "1"}
	Ports      string `json:"service_ports"`  // JSON text
	Result     string `json:"result"`
	AccessKey  string `json:"access_key"`

	Raw json.RawMessage `json:"-"` // with the further fields that were asked for
}

// UnmarshalJSON keeps the item as it came, too.
func (l *Listed) UnmarshalJSON(b []byte) error {
	type known Listed
	l.Raw = bytes.Clone(b)
	return json.Unmarshal(b, (*known)(l))
}

// ListOptions narrow a list. Zero values do not narrow.
type ListOptions struct {
	Statuses       []Status // nil: RUNNING, PENDING and what lies between, as the manager sees it
	AccessKey      string   // another owner's; admins
	GroupID        string
	Filter, Order  string   // the manager's own filter language; newer managers
	Limit          int      // at most so many items; 0: all
	Offset         int      // so many are left out first
	Fields         []string // asked for beside those of Listed, by their names of API v5; on older managers in their place, by those of v4
	offset, length int
}

// Sessions yields the caller's sessions, asking for a page at a time. It ends after the first error.
func (c *Client) Sessions(ctx context.Context, o ListOptions) iter.Seq2[Listed, error] {
	return func(yield func(Listed, error) bool) {
		for given, total := 0, 1; given < total && (o.Limit == 0 || given < o.Limit); {
			o.offset, o.length = o.Offset+given, pageSize
			if o.Limit > 0 {
				o.length = min(pageSize, o.Limit-given)
			}
			items, count, err := c.page(ctx, o)
			if err != nil {
				yield(Listed{}, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			given, total = given+len(items), count-o.Offset
			if len(items) == 0 {
				return
			}
		}
	}
}

// SessionCount is how many sessions there are of that kind.
func (c *Client) SessionCount(ctx context.Context, o ListOptions) (int, error) {
	o.offset, o.length = 0, 1
	_, n, err := c.page(ctx, o)
	return n, err
}

const sessionListQuery = `query($limit:Int!,$offset:Int!,$ak:String,$group_id:String,$status:String){` +
	`compute_session_list(limit:$limit,offset:$offset,access_key:$ak,group_id:$group_id,status:$status)`

const filteredSessionListQuery = `query($limit:Int!,$offset:Int!,$ak:String,$group_id:String,$status:String,$filter:String,$order:String){` +
	`compute_session_list(limit:$limit,offset:$offset,access_key:$ak,group_id:$group_id,status:$status,filter:$filter,order:$order)`

// sessionFields are those of Listed.
const sessionFields = "id name status status_info image type created_at terminated_at occupied_slots service_ports result access_key"

// sessionFieldsWith adds fields to those of Listed; names of API v4 are in them by their newer ones.
func sessionFieldsWith(extra []string) []string {
	all := strings.Fields(sessionFields)
	for _, f := range extra {
		if !slices.Contains(append(all, "sess_id", "session_name", "lang"), f) {
			all = append(all, f)
		}
	}
	return all
}

func (c *Client) page(ctx context.Context, o ListOptions) ([]Listed, int, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, 0, err
	}
	if !m.modern() {
		return c.oldList(ctx, o)
	}
	if err := CheckFields(o.Fields); err != nil {
		return nil, 0, err
	}
	var out struct {
		List *struct {
			Items []Listed `json:"items"`
			Total int      `json:"total_count"`
		} `json:"compute_session_list"`
	}
	q := sessionListQuery
	if o.Filter != "" || o.Order != "" {
		q = filteredSessionListQuery
	}
	q += "{items{" + strings.Join(sessionFieldsWith(o.Fields), " ") + "} total_count}}"
	if err := c.graphQL(ctx, "list sessions", q, o.variables(), &out); err != nil {
		return nil, 0, err
	}
	if out.List == nil { // who took that for "none" would forget sessions that go on
		return nil, 0, &Error{Type: ErrResponse, Op: "list sessions", Method: "POST", Path: "/admin/graphql", Err: errors.New("the answer has no compute_session_list")}
	}
	return out.List.Items, out.List.Total, nil
}

func (o ListOptions) variables() map[string]any {
	v := map[string]any{"limit": o.length, "offset": o.offset}
	put := func(name, value string) {
		if value != "" {
			v[name] = value
		}
	}
	put("ak", o.AccessKey)
	put("group_id", o.GroupID)
	put("status", joinStatuses(o.Statuses))
	put("filter", o.Filter)
	put("order", o.Order)
	return v
}

func joinStatuses(list []Status) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, ",")
}

// oldList serves API v4, whose field takes one status and knows no pages.
func (c *Client) oldList(ctx context.Context, o ListOptions) ([]Listed, int, error) {
	statuses := o.Statuses
	if len(statuses) == 0 {
		statuses = []Status{Running}
	}
	var all []Listed
	for _, s := range statuses {
		items, err := c.oldListOf(ctx, s, o)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, items...)
	}
	from := min(o.offset, len(all))
	return all[from:min(from+o.length, len(all))], len(all), nil
}

func (c *Client) oldListOf(ctx context.Context, s Status, o ListOptions) ([]Listed, error) {
	fields := o.Fields
	if len(fields) == 0 {
		fields = strings.Fields("sess_id lang created_at terminated_at status occupied_slots cpu_used io_read_bytes io_write_bytes")
	}
	raw, err := c.Select(ctx, Selection{Op: "list sessions", Field: "compute_sessions", Fields: fields,
		Args: []Argument{{"ak", "access_key", "String", orNothing(o.AccessKey)}, {"status", "status", "String", s}}})
	if err != nil {
		return nil, err
	}
	return parseOldList(raw, s)
}

// parseOldList reads sessions under the names that they have up to API v4.
func parseOldList(raw json.RawMessage, s Status) ([]Listed, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, &Error{Type: ErrResponse, Op: "list sessions", Method: "POST", Path: "/admin/graphql", Err: err}
	}
	var items []Listed
	for _, row := range rows {
		var i struct {
			ID       string          `json:"sess_id"`
			Lang     string          `json:"lang"`
			Created  string          `json:"created_at"`
			Ended    string          `json:"terminated_at"`
			Status   Status          `json:"status"`
			Occupied json.RawMessage `json:"occupied_slots"`
		}
		if err := json.Unmarshal(row, &i); err != nil {
			return nil, &Error{Type: ErrResponse, Op: "list sessions", Method: "POST", Path: "/admin/graphql", Err: err}
		}
		items = append(items, Listed{ID: i.ID, Name: i.ID, Status: orElse(i.Status, s), Image: i.Lang, Created: i.Created, Terminated: i.Ended,
			Occupied: string(i.Occupied), Raw: row})
	}
	return items, nil
}

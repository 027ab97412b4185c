package backendai

import (
	"context"
	"encoding/json"
	"iter"
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
}

// ListOptions narrow a list. Zero values do not narrow.
type ListOptions struct {
	Statuses       []Status // nil: RUNNING, PENDING and what lies between, as the manager sees it
	AccessKey      string   // another owner's; admins
	GroupID        string
	Filter, Order  string // the manager's own filter language; newer managers
	Limit          int    // at most so many items; 0: all
	offset, length int
}

// Sessions yields the caller's sessions, asking for a page at a time. It ends after the first error.
func (c *Client) Sessions(ctx context.Context, o ListOptions) iter.Seq2[Listed, error] {
	return func(yield func(Listed, error) bool) {
		for given, total := 0, 1; given < total && (o.Limit == 0 || given < o.Limit); {
			o.offset, o.length = given, pageSize
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
			given, total = given+len(items), count
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
	`compute_session_list(limit:$limit,offset:$offset,access_key:$ak,group_id:$group_id,status:$status)` +
	`{items{id name status status_info image type created_at terminated_at occupied_slots service_ports result access_key} total_count}}`

const filteredSessionListQuery = `query($limit:Int!,$offset:Int!,$ak:String,$group_id:String,$status:String,$filter:String,$order:String){` +
	`compute_session_list(limit:$limit,offset:$offset,access_key:$ak,group_id:$group_id,status:$status,filter:$filter,order:$order)` +
	`{items{id name status status_info image type created_at terminated_at occupied_slots service_ports result access_key} total_count}}`

func (c *Client) page(ctx context.Context, o ListOptions) ([]Listed, int, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, 0, err
	}
	if !m.modern() {
		return c.oldList(ctx, o)
	}
	var out struct {
		List struct {
			Items []Listed `json:"items"`
			Total int      `json:"total_count"`
		} `json:"compute_session_list"`
	}
	q := sessionListQuery
	if o.Filter != "" || o.Order != "" {
		q = filteredSessionListQuery
	}
	err = c.graphQL(ctx, "list sessions", q, o.variables(), &out)
	return out.List.Items, out.List.Total, err
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
		items, err := c.oldListOf(ctx, s)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, items...)
	}
	from := min(o.offset, len(all))
	return all[from:min(from+o.length, len(all))], len(all), nil
}

func (c *Client) oldListOf(ctx context.Context, s Status) ([]Listed, error) {
	var out struct {
		Sessions []struct {
			ID       string          `json:"sess_id"`
			Lang     string          `json:"lang"`
			Created  string          `json:"created_at"`
			Ended    string          `json:"terminated_at"`
			Status   Status          `json:"status"`
			Occupied json.RawMessage `json:"occupied_slots"`
		} `json:"compute_sessions"`
	}
	const q = `query($status:String) {  compute_sessions(status:$status) { sess_id lang created_at terminated_at status occupied_slots }}`
	if err := c.graphQL(ctx, "list sessions", q, map[string]any{"status": s}, &out); err != nil {
		return nil, err
	}
	var items []Listed
	for _, i := range out.Sessions {
		items = append(items, Listed{ID: i.ID, Name: i.ID, Status: i.Status, Image: i.Lang, Created: i.Created, Terminated: i.Ended, Occupied: string(i.Occupied)})
	}
	return items, nil
}

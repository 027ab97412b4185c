package backendai

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"
)

// Info is what the manager tells about a live session. Its slots and environment come as Python text.
type Info struct {
	Status     Status          `json:"status"`
	StatusInfo string          `json:"statusInfo"` // why: "no-available-instances"; "" if nothing
	StatusData json.RawMessage `json:"statusData"` // details of it: the scheduler's reasons and the like
	Image      string          `json:"image"`
	Lang       string          `json:"lang"`
	Tag        string          `json:"tag"`
	Registry   string          `json:"registry"`
	Domain     string          `json:"domainName"`
	Group      string          `json:"groupId"`
	User       string          `json:"userId"`
	Container  string          `json:"containerId"`
	Age        float64         `json:"age"` // milliseconds
	Created    string          `json:"creationTime"`
	Queries    int             `json:"numQueriesExecuted"`
	Occupied   string          `json:"occupiedSlots"`
	Requested  string          `json:"requestedSlots"`
	Environ    string          `json:"environ"`
	Raw        json.RawMessage `json:"-"`
}

// SessionInfo asks about a session by id or name. A session that has ended is NotFound; SessionEnd knows it still.
func (c *Client) SessionInfo(ctx context.Context, id, owner string) (*Info, error) {
	k := call{op: "get information on session " + id, method: "GET", area: sessionArea, path: segments(id), query: query{"owner_access_key", owner}}
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	out := &Info{Raw: a.body}
	if err := a.decode(k, out); err != nil {
		return nil, err
	}
	out.StatusInfo, out.Container, out.Tag = nothing(out.StatusInfo), nothing(out.Container), nothing(out.Tag)
	return out, nil
}

// nothing turns Python's None into "".
func nothing(text string) string {
	if text == "None" {
		return ""
	}
	return text
}

// Slots reads Python text such as {'cpu': Decimal('1'), 'mem': Decimal('268435456')}. The numbers stay text: they may
// be larger than a float64 holds.
func Slots(text string) map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`'([^']+)': Decimal\('([^']*)'\)`).FindAllStringSubmatch(text, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// End is how a session ended.
type End struct {
	Name       string `json:"name"`
	Status     Status `json:"status"`
	StatusInfo string `json:"status_info"`
	Result     string `json:"result"` // batch: SUCCESS, FAILURE; else UNDEFINED
}

// SessionEnd asks for a session that is no longer live, by its id. It is nil for an id that the manager never knew.
func (c *Client) SessionEnd(ctx context.Context, id string) (*End, error) {
	var out struct {
		Session *End `json:"compute_session"`
	}
	const q = `query($i:UUID!){compute_session(id:$i){name status status_info result}}`
	err := c.GraphQL(ctx, q, map[string]any{"i": id}, &out)
	return out.Session, err
}

// GetOptions of GetSession. Zero values do not narrow.
type GetOptions struct {
	Fields            []string // asked for beside the usual ones; on managers of API v4 in their place, by the names of v4
	Domain, AccessKey string   // another owner's, for admins; up to API v4, where ids are names
}

// GetSession asks for a session as lists show it: by its id or its name, ended or not. null is one that the
// manager does not know.
func (c *Client) GetSession(ctx context.Context, id string, o GetOptions) (json.RawMessage, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	s := Selection{Op: "get session " + id, Field: "compute_session"}
	if m.modern() {
		return c.getModern(ctx, s, id, o)
	}
	if s.Fields = o.Fields; len(s.Fields) == 0 {
		s.Fields = strings.Fields("sess_id lang status status_info created_at terminated_at occupied_slots service_ports result")
	}
	s.Args = []Argument{{"sid", "sess_id", "String!", id}, {"dn", "domain_name", "String", orNothing(o.Domain)}, {"ak", "access_key", "String", orNothing(o.AccessKey)}}
	return c.Select(ctx, s)
}

// getModern serves API v5 and later, which take ids alone: a name is looked up.
func (c *Client) getModern(ctx context.Context, s Selection, id string, o GetOptions) (json.RawMessage, error) {
	if o.Domain != "" || o.AccessKey != "" {
		return nil, &UnsupportedError{"getting a session by its owner needs API v4; here its id is enough"}
	}
	if !regexp.MustCompile(`^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){4}[0-9a-fA-F]{8}$`).MatchString(id) {
		found, err := c.idOf(ctx, id)
		if err != nil || found == "" {
			return json.RawMessage("null"), err
		}
		id = found
	}
	s.Fields = sessionFieldsWith(o.Fields)
	s.Args = []Argument{{"i", "id", "UUID!", id}}
	return c.Select(ctx, s)
}

// idOf is the id of the caller's session of a name, of a live one if there is one; "" for none.
func (c *Client) idOf(ctx context.Context, name string) (id string, err error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	for s, err := range c.Sessions(ctx, ListOptions{Filter: `name == "` + name + `"`}) {
		if err != nil {
			return "", err
		}
		if s.Name == name && !s.Status.Ended() {
			return s.ID, nil
		}
		if s.Name == name {
			id = orElse(id, s.ID)
		}
	}
	return id, nil
}

// orNothing is nil for "".
func orNothing(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Logs is everything the session has written so far. Use the id: ended sessions of the same name make a name ambiguous.
func (c *Client) Logs(ctx context.Context, id, owner string) (string, error) {
	var b struct{ Result struct{ Logs string } }
	err := c.get(ctx, logsCall(id, owner), &b)
	return b.Result.Logs, err
}

// LogsRaw is Logs as the manager writes it: {"result": {"logs": "…"}}.
func (c *Client) LogsRaw(ctx context.Context, id, owner string) (json.RawMessage, error) {
	var out json.RawMessage
	return out, c.get(ctx, logsCall(id, owner), &out)
}

func logsCall(id, owner string) call {
	return call{op: "read the logs of session " + id, method: "GET", area: sessionArea, path: segments(id, "logs"), query: query{"owner_access_key", owner}}
}

// Match is a session found by the beginning of its name or id.
type Match struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status Status `json:"status"`
}

// MatchSessions looks sessions up by a prefix of their name or id.
func (c *Client) MatchSessions(ctx context.Context, prefix string) ([]Match, error) {
	var b struct{ Matches []Match }
	err := c.get(ctx, call{op: "match sessions", method: "GET", area: sessionArea, path: "/_/match", query: query{"id", prefix}}, &b)
	return b.Matches, err
}

// About asks one of the smaller questions on a session: "status-history", "direct-access-info", "dependency-graph",
// "abusing-report", "commit". Which of them exist depends on the manager.
func (c *Client) About(ctx context.Context, id, what string) (json.RawMessage, error) {
	var out json.RawMessage
	err := c.get(ctx, call{op: "get " + what + " of session " + id, method: "GET", area: sessionArea, path: segments(id, what)}, &out)
	return out, err
}

// Commit asks for an image of the session's container as it is. The manager answers at once and works on.
func (c *Client) Commit(ctx context.Context, id string) (json.RawMessage, error) {
	var out json.RawMessage
	err := c.get(ctx, call{op: "commit session " + id, method: "POST", area: sessionArea, path: segments(id, "commit"), timeout: c.cfg.LongTimeout}, &out)
	return out, err
}

// TaskLogs is what a batch task wrote, by the UUID of its kernel. The site must keep a folder named .logs for the user.
func (c *Client) TaskLogs(ctx context.Context, task string) (string, error) {
	k := call{op: "read the logs of task " + task, method: "GET", area: sessionArea, path: "/_/logs", query: query{"taskId", task}}
	a, err := c.do(ctx, k)
	if err != nil {
		return "", err
	}
	return string(a.body), nil
}

// WaitOptions of WaitSession. Zero values: every 2 s, no report.
type WaitOptions struct {
	Every    time.Duration
	Progress func(*Info) // called on the caller's goroutine after each change
}

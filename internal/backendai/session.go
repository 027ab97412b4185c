package backendai

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Status is where a session is in its life. Values that this client does not know mean "not yet".
type Status string

const (
	Pending    Status = "PENDING"
	Running    Status = "RUNNING"
	Terminated Status = "TERMINATED"
	Failed     Status = "ERROR"
	Cancelled  Status = "CANCELLED"
	TimedOut   Status = "TIMEOUT" // only in the answer to a create
)

// Ended says that the session will never run (again).
func (s Status) Ended() bool { return s == Terminated || s == Failed || s == Cancelled }

// Port is a service of a session. Ports are those inside the container.
type Port struct {
	Name     string `json:"name"`
	Protocol string `json:"protocol"` // http, tcp, preopen, pty, internal, vnc, rdp
	Ports    []int  `json:"ports"`
}

// Created is the answer to a create. Created is false when a live session was there already.
type Created struct {
	ID      string // use it rather than the name: names of ended sessions count in some calls
	Name    string
	Status  Status
	Created bool
	Ports   []Port // nil while it does not run
	Raw     json.RawMessage
}

// createdBody has every spelling that managers from v4 on use.
type createdBody struct {
	SessionID   string     `json:"sessionId"`
	SessionName string     `json:"sessionName"`
	SessID      string     `json:"sessId"`
	KernelID    string     `json:"kernelId"`
	Status      Status     `json:"status"`
	Created     *bool      `json:"created"`
	Ports       []portBody `json:"servicePorts"`
	PortsToo    []portBody `json:"service_ports"`
}

type portBody struct {
	Name      string `json:"name"`
	Protocol  string `json:"protocol"`
	Ports     []int  `json:"ports"`
	Container []int  `json:"container_ports"`
}

// CreateSession asks for a session. Without spec.Wait the answer comes at once, with status PENDING; a 201 is no promise
// that it will run: look with WaitSession. A create that is given up while it waits may leave the session behind; its name
// finds it.
func (c *Client) CreateSession(ctx context.Context, spec SessionSpec) (*Created, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	if spec.Mounts == nil && spec.Config == nil {
		spec.Mounts = c.cfg.Mounts
	}
	if m.modern() {
		spec.Group, spec.Domain = orElse(spec.Group, c.cfg.Group), orElse(spec.Domain, c.cfg.Domain)
	}
	if err := spec.check(m); err != nil {
		return nil, err
	}
	if spec.Config, err = checkedConfig(spec.Config, m); err != nil {
		return nil, err
	}
	wait := orElse(spec.MaxWait, c.cfg.LongTimeout)
	return c.create(ctx, spec.Name, spec.body(m, wait), wait+30*time.Second)
}

// CreateIfNotExists is the call of the JavaScript client: config is passed on as it is (nil: none), tag may be "".
// The project and the domain are the configuration's. It waits, as the manager does, until the session runs.
func (c *Client) CreateIfNotExists(ctx context.Context, image, name string, config json.RawMessage, tag string) (*Created, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	spec := SessionSpec{Name: name, Image: image, Config: config, Tag: tag}
	if err := spec.check(m); err != nil {
		return nil, err
	}
	if config, err = checkedConfig(config, m); err != nil {
		return nil, err
	}
	b := createBody{Image: image, Config: config, Tag: tag}
	if m.modern() { // the words that managers assume themselves are left out, as that client does
		b.Name, b.Group, b.Domain = name, unlessDefault(c.cfg.Group), unlessDefault(c.cfg.Domain)
	} else {
		b.Token = name
	}
	return c.create(ctx, name, b, c.cfg.LongTimeout)
}

func unlessDefault(word string) string {
	if word == "default" {
		return ""
	}
	return word
}

func (c *Client) create(ctx context.Context, name string, b createBody, limit time.Duration) (*Created, error) {
	k := call{op: "create session " + name, method: "POST", area: sessionArea, body: encodeJSON(b), timeout: limit}
	made, err := c.made(ctx, k, name)
	if e := (*Error)(nil); errors.As(err, &e) && e.Problem == "internal-server-error" && e.Hint == "" {
		e.Hint = "managers answer so to a name or a value in a session's config that they do not take: compare it with the site's documentation"
	}
	return made, err
}

// made makes the call of a create.
func (c *Client) made(ctx context.Context, k call, name string) (*Created, error) {
	return c.noted(name, func() (*Created, error) {
		a, err := c.do(ctx, k)
		if err != nil {
			return nil, err
		}
		return parseCreated(k, a, name)
	})
}

func parseCreated(k call, a *answer, name string) (*Created, error) {
	var b createdBody
	if err := a.decode(k, &b); err != nil {
		return nil, err
	}
	out := &Created{ID: orElse(orElse(b.SessionID, b.SessID), b.KernelID), Name: orElse(b.SessionName, name), Status: b.Status,
		Created: b.Created == nil || *b.Created, Raw: a.body}
	if out.ID == "" {
		return nil, a.unreadable(k, "", errors.New("the answer names no session"))
	}
	out.Ports = ports(append(b.Ports, b.PortsToo...))
	return out, nil
}

// ports brings both spellings to one and drops repetitions.
func ports(list []portBody) []Port {
	var out []Port
	seen := map[string]bool{}
	for _, p := range list {
		if seen[p.Name] {
			continue
		}
		seen[p.Name] = true
		numbers := p.Ports
		if len(numbers) == 0 {
			numbers = p.Container
		}
		out = append(out, Port{p.Name, p.Protocol, numbers})
	}
	return out
}

// DestroyOptions of Destroy.
type DestroyOptions struct {
	Forced    bool   // also while it is SCHEDULED, PREPARING, TERMINATING or in ERROR
	Recursive bool   // with the sessions that depend on it; newer managers
	Owner     string // access key of the owner; admins
}

// Destroy ends a session and returns the manager's answer, {"stats": {…}}; nil if there is none. It answers when the
// container is gone, which takes seconds. A session that is not there is an error that is NotFound.
func (c *Client) Destroy(ctx context.Context, id string, o DestroyOptions) (json.RawMessage, error) {
	q := query{"owner_access_key", o.Owner, "forced", flag(o.Forced), "recursive", flag(o.Recursive)}
	a, err := c.do(ctx, call{op: "destroy session " + id, method: "DELETE", area: sessionArea, path: segments(id), query: q, timeout: c.cfg.LongTimeout})
	if err == nil || errors.Is(err, NotFound()) {
		c.cfg.Ledger.Ended(id)
	}
	if err != nil || a.kind != KindJSON {
		return nil, err // 204 by the documentation, 200 with statistics by the releases
	}
	return a.body, nil
}

func flag(set bool) string {
	if set {
		return "true"
	}
	return ""
}

// Restart makes a new container for the session and answers when it is up: state is lost, files stay. Managers of 23.09
// close every tunnel into a restarted session, and count it as TERMINATING, so that only force (EndSession) ends it; destroy and
// create instead where that matters.
func (c *Client) Restart(ctx context.Context, id, owner string) error {
	return c.run(ctx, call{op: "restart session " + id, method: "PATCH", area: sessionArea, path: segments(id),
		query: query{"owner_access_key", owner}, timeout: c.cfg.LongTimeout})
}

// Rename gives a session another name.
func (c *Client) Rename(ctx context.Context, id, name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	return c.run(ctx, call{op: "rename session " + id, method: "POST", area: sessionArea, path: segments(id, "rename"),
		body: encodeJSON(map[string]string{"name": name})})
}

// Interrupt sends the running code what Ctrl-C would. There is no promise that it listens.
func (c *Client) Interrupt(ctx context.Context, id string) error {
	return c.run(ctx, call{op: "interrupt session " + id, method: "POST", area: sessionArea, path: segments(id, "interrupt")})
}

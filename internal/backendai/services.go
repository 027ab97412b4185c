package backendai

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// App is a service of a session, as the tunnel reaches it.
type App struct {
	Name string            // "8080" for a port opened in advance, "sshd", "ttyd", what the image declares
	Port int               // a secondary port of the app; 0: its first
	Env  map[string]string // for an app that is started by this
	Args map[string]string
}

func (a App) query() query {
	q := query{"app", a.Name}
	if a.Port != 0 {
		q = append(q, "port", strconv.Itoa(a.Port))
	}
	if len(a.Env) > 0 {
		q = append(q, "envs", string(encodeJSON(a.Env)))
	}
	if len(a.Args) > 0 {
		q = append(q, "arguments", string(encodeJSON(a.Args)))
	}
	return q
}

// Apps lists the services of a session; none while it does not run.
func (c *Client) Apps(ctx context.Context, session string) ([]Port, error) {
	var list []portBody
	err := c.get(ctx, call{op: "list the apps of session " + session, method: "GET", area: streamArea, path: segments(session, "apps")}, &list)
	return ports(list), err
}

// Service is an app that the site's app proxy serves.
type Service struct {
	Token string `json:"token"`
	Proxy string `json:"wsproxy_addr"`
}

// StartService asks the site's app proxy for an app of a session. A site without one answers 503; the tunnel needs none.
func (c *Client) StartService(ctx context.Context, session string, a App) (*Service, error) {
	body := struct {
		App  string `json:"app"`
		Port int    `json:"port,omitempty"`
		Envs string `json:"envs,omitempty"`
		Args string `json:"arguments,omitempty"`
	}{App: a.Name, Port: a.Port}
	if len(a.Env) > 0 {
		body.Envs = string(encodeJSON(a.Env))
	}
	if len(a.Args) > 0 {
		body.Args = string(encodeJSON(a.Args))
	}
	out := &Service{}
	return out, c.get(ctx, call{op: "start " + a.Name + " in session " + session, method: "POST", area: sessionArea,
		path: segments(session, "start-service"), body: encodeJSON(body), timeout: c.cfg.LongTimeout}, out)
}

// ShutdownService stops an app of a session.
func (c *Client) ShutdownService(ctx context.Context, session, app string) error {
	return c.run(ctx, call{op: "stop " + app + " in session " + session, method: "POST", area: sessionArea,
		path: segments(session, "shutdown-service"), query: query{"service_name", app}})
}

// ServiceURL asks the app proxy where a started service can be reached; protocol is "tcp" or "http".
func (c *Client) ServiceURL(ctx context.Context, s *Service, session string, a App, protocol string) (string, error) {
	k := call{op: "ask the app proxy for " + a.Name, method: "GET"}
	q := append(a.query(), "protocol", protocol)
	first, err := c.ask(ctx, k, strings.TrimRight(s.Proxy, "/")+"/v2/proxy"+segments(s.Token, session, "add")+q.encode())
	if err != nil {
		return "", err
	}
	var b struct{ URL string }
	if err := first.decode(k, &b); err != nil {
		return "", err
	}
	second, err := c.ask(ctx, k, b.URL)
	if err != nil {
		return "", err
	}
	var r struct {
		URL string `json:"redirect_url"`
	}
	if json.Unmarshal(second.body, &r) == nil && r.URL != "" {
		return r.URL, nil
	}
	return orElse(second.header.Get("Location"), b.URL), nil
}

// ask gets an address that is not the manager's, unsigned.
func (c *Client) ask(ctx context.Context, k call, address string) (*answer, error) {
	ctx, cancel := c.bound(ctx, k)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, k.method, address, nil)
	if err != nil {
		return nil, unsent(k, err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent())
	r, err := c.http.Do(req)
	if err != nil {
		return nil, unsent(k, ended(ctx, err))
	}
	defer r.Body.Close()
	a, err := read(r, mostOfErrors)
	if err != nil {
		return nil, a.unreadable(k, "", ended(ctx, err))
	}
	if r.StatusCode >= 400 {
		return nil, a.failure(k, c.cfg.Clock.Now())
	}
	return a, nil
}

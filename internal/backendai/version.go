package backendai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Version is an API version such as v6.20220615. Managers accept a set of them, compared exactly.
type Version struct {
	Major int
	Date  string // eight digits
}

func (v Version) String() string { return "v" + strconv.Itoa(v.Major) + "." + v.Date }

// Compare orders versions by major number, then date.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), strings.Compare(v.Date, w.Date))
}

func versionForm() *regexp.Regexp { return regexp.MustCompile(`^v([0-9]{1,4})\.([0-9]{8})$`) }

// ParseVersion reads "v6.20220615".
func ParseVersion(text string) (Version, error) {
	m := versionForm().FindStringSubmatch(text)
	if m == nil {
		return Version{}, fmt.Errorf("%s is no API version; one looks like v6.20220615", quote(text))
	}
	major, _ := strconv.Atoi(m[1])
	return Version{major, m[2]}, nil
}

// knownVersions are what this client knows how to speak, newest first: every version that a manager from 19.09 to 26.8
// accepts and that names images as this client does.
func knownVersions() []Version {
	return []Version{
		{9, "20250722"}, {8, "20240915"}, {8, "20240315"}, {7, "20230615"}, {6, "20230315"}, {6, "20221201"},
		{6, "20220615"}, {6, "20220315"}, {6, "20210815"}, {6, "20200815"}, {5, "20191215"}, {4, "20190615"}, {4, "20190315"},
	}
}

// candidates are the versions to announce to a manager whose own is server, best first.
func candidates(server Version) []Version {
	var out []Version
	for _, v := range knownVersions() {
		if v.Compare(server) <= 0 {
			out = append(out, v)
		}
	}
	return out
}

// Manager is what the manager says about itself, and what is spoken with it because of that.
type Manager struct {
	Endpoint string  // which of the endpoints answered
	Server   Version // the newest API version it speaks
	Release  string  // "23.09.10"; old managers do not say
	Version  Version // the API version announced with every request
}

// sessions is the first path segment of session calls.
func (m *Manager) sessions() string {
	if m.Version.Major >= 5 {
		return "session"
	}
	return "kernel"
}

// modern says whether sessions are named and addressed as in v5 and later.
func (m *Manager) modern() bool { return m.Version.Major >= 5 }

// handshake asks an endpoint for its version. No version is announced: a manager refuses one that it does not know
// even here.
func (c *Client) handshake(ctx context.Context) (*Manager, error) {
	ask := call{op: "ask the manager for its API version", method: "GET", path: "/", unsigned: true, quiet: true}
	got, err := c.send(ctx, ask, nil)
	if e := (*Error)(nil); errors.As(err, &e) && e.Type == ErrServer && e.Status < 500 && (e.Problem == "" || e.Status == http.StatusNotFound) {
		e.Err, e.Hint, e.Body = ErrNoManager, orElse(e.Hint, managerHint), oneLine(e.Body)
	}
	if err != nil {
		return nil, err
	}
	m, err := parseHandshake(ask, got)
	if err != nil {
		return nil, err
	}
	m.Endpoint = got.endpoint.String()
	return m, c.settle(ctx, m)
}

// ErrNoManager is the cause where something answers at the endpoint that is no Backend.AI manager.
var ErrNoManager = errors.New("no Backend.AI manager")

const managerHint = "is BACKEND_ENDPOINT the manager's address?"

// oneLine is enough of a web page to know it by.
func oneLine(page string) string {
	const most = 160
	page = strings.Join(strings.Fields(page), " ")
	if len(page) > most {
		return strings.ToValidUTF8(page[:most], "") + "…"
	}
	return page
}

func parseHandshake(ask call, got *answer) (*Manager, error) {
	var body struct{ Version, Manager string }
	if err := json.Unmarshal(got.body, &body); err != nil || body.Version == "" {
		e := got.unreadable(ask, managerHint, ErrNoManager)
		e.Body = oneLine(beginning(got.body))
		return nil, e
	}
	server, err := ParseVersion(body.Version)
	if err != nil {
		return nil, got.unreadable(ask, "", err)
	}
	return &Manager{Server: server, Release: body.Manager}, nil
}

// settle chooses the version to announce. The manager's own needs no proof; any other is offered to it first, since
// what it accepts is a set with holes.
func (c *Client) settle(ctx context.Context, m *Manager) error {
	if c.cfg.APIVersion != "" {
		m.Version, _ = ParseVersion(c.cfg.APIVersion)
		return refuseOld(m.Version, "BACKEND_API_VERSION asks for it")
	}
	for _, v := range candidates(m.Server) {
		if m.Version = v; v == m.Server {
			return nil
		}
		if refused, err := c.offer(ctx, m); err != nil || !refused {
			return err
		}
	}
	return refuseOld(m.Server, "the manager at "+m.Endpoint+" speaks no newer one")
}

// offer announces m.Version and tells whether it was refused.
func (c *Client) offer(ctx context.Context, m *Manager) (refused bool, err error) {
	k := call{op: "offer API version " + m.Version.String(), method: "GET", path: "/", unsigned: true}
	_, err = c.send(ctx, k, m)
	if errors.Is(err, &Error{Type: ErrServer}) {
		return true, nil
	}
	return false, err
}

// UnsupportedError is something that this manager, or this client, cannot do.
type UnsupportedError struct{ Message string }

func (e *UnsupportedError) Error() string { return e.Message }

func refuseOld(v Version, why string) error {
	oldest := knownVersions()[len(knownVersions())-1]
	if v.Compare(oldest) >= 0 {
		return nil
	}
	return &UnsupportedError{fmt.Sprintf("API version %s is too old (%s): this client speaks %s and later", v, why, oldest)}
}

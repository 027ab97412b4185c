package backendai

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Request makes any call: method in any case, path from its slash on, with its query; body is sent as JSON unless nil. What must
// not stand in a path as it is, such as a space, is escaped; what is escaped already stays. It is the way to what this client
// has no method for.
func (c *Client) Request(ctx context.Context, method, path string, body []byte) (Value, error) {
	method = strings.ToUpper(method)
	target, err := escapeTarget(path)
	if err == nil {
		err = checkMethod(method)
	}
	if err != nil {
		return Value{}, err
	}
	k := call{op: "ask " + method + " " + path, method: method, path: target, body: body, given: true}
	a, err := c.do(ctx, k)
	if err != nil {
		return Value{}, err
	}
	return a.value(k)
}

func checkMethod(method string) error {
	if method == "" || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return misuse("%s is no HTTP method; it is one like GET, POST, PATCH or DELETE", quote(method))
	}
	return nil
}

// escapeTarget is a path with its query as it goes into a request line, and into the signature.
func escapeTarget(path string) (string, error) {
	if !strings.HasPrefix(path, "/") {
		return "", misuse("the path %s has to begin with a slash, and to hold no address of a host", quote(path))
	}
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c == '#' || c < ' ' {
			return "", misuse("the path %s holds a character that has to be written as %%%02X", quote(path), c)
		}
		if c == ' ' || c > '~' || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	if u, err := url.Parse("http://host" + b.String()); err != nil || u.RequestURI() != b.String() {
		return "", misuse("the path %s cannot be asked for as it is: write its special characters as %%XX", quote(path))
	}
	return b.String(), nil
}

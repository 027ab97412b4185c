package backendai

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// endpoint is where requests go. host is exactly what the Host header and the signature say: lower case, without the
// scheme's own port. prefix is "" or begins with a slash and does not end with one; it is part of the signed path.
type endpoint struct {
	scheme, host, prefix string
}

func (e endpoint) String() string { return e.scheme + "://" + e.host + e.prefix }

// url is the address of a request target ("/session/x?a=b") at this endpoint; target must be escaped.
func (e endpoint) url(target string) (*url.URL, error) { return url.Parse(e.String() + target) }

// webSocket is the same place for a WebSocket.
func (e endpoint) webSocket(target string) string {
	return "ws" + strings.TrimPrefix(e.String(), "http") + target
}

// Host is that of the first address as requests are signed with it, "" for an address that is none.
func (c Config) Host() string {
	e, err := parseEndpoint(c.Addresses()[0])
	if err != nil {
		return ""
	}
	return e.host
}

func parseEndpoint(text string) (endpoint, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return endpoint{}, badEndpoint(text, "is no URL; write it like https://manager.example.com or http://127.0.0.1:8081")
	}
	e := endpoint{scheme: strings.ToLower(u.Scheme), host: strings.ToLower(u.Host), prefix: strings.TrimRight(u.EscapedPath(), "/")}
	if e.scheme != "http" && e.scheme != "https" {
		return endpoint{}, badEndpoint(text, "begins with "+u.Scheme+"; use http or https")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return endpoint{}, badEndpoint(text, "has a user, a query or a fragment; give scheme, host, port and path only")
	}
	if e.host, err = cleanHost(e.scheme, e.host); err != nil {
		return endpoint{}, badEndpoint(text, err.Error())
	}
	return e, nil
}

// cleanHost drops the default port, since HTTP clients leave it out of the Host header that is signed.
func cleanHost(scheme, host string) (string, error) {
	for i := range len(host) {
		if host[i] >= 0x80 {
			return "", &ConfigError{Message: "has letters outside ASCII in its host; write the host in its xn-- form"}
		}
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return strings.TrimSuffix(host, ":"), nil
	}
	if port == "" || scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return strings.TrimSuffix(host, ":"+port), nil
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", &ConfigError{Message: "has no usable port after " + name}
	}
	return host, nil
}

func badEndpoint(text, fault string) error {
	return &ConfigError{Variable: "BACKEND_ENDPOINT", Message: "the manager's address " + quote(text) + " (BACKEND_ENDPOINT, or endpoint in pierun.toml) " + fault}
}

func quote(s string) string { return strconv.Quote(s) }

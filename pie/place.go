package pie

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// place is where a server is.
type place struct {
	url  url.URL
	bare bool // no path was given: the generation's own is dialled
}

func parsePlace(uri string) (place, error) {
	bad := func(why, hint string) (place, error) {
		return place{}, &Error{Kind: KindUsage, Op: "connect", Message: fmt.Sprintf("%q is no address of a server: %s", uri, why), Hint: hint}
	}
	full := uri
	if !strings.Contains(uri, "://") {
		full = "ws://" + uri
	}
	u, err := url.Parse(full)
	switch {
	case err != nil:
		return bad("it cannot be read", "write ws://host:port")
	case u.Scheme != "ws" && u.Scheme != "wss":
		return bad("its scheme is "+u.Scheme, "write ws://host:port, or wss://host for a server behind TLS")
	case u.Host == "" || u.Hostname() == "":
		return bad("it names no host", "write ws://host:port")
	case !isPort(u.Port()):
		return bad("there is no port "+u.Port(), "ports go from 1 to 65535")
	}
	u.Fragment, u.User = "", nil
	return place{url: *u, bare: u.Path == "" || u.Path == "/"}, nil
}

// isPort takes none, too: the scheme has one then.
func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return text == "" || err == nil && n > 0 && n < 1<<16
}

// at is the URL for a path, which counts only where the user gave none.
func (p place) at(path string) string {
	u := p.url
	if p.bare {
		u.Path = path
	}
	return u.String()
}

package cli

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// anyOrigin stands for all origins.
const anyOrigin = "*"

// pages says which web pages may talk to the engine. None may unless its user has named their origin: otherwise any
// page that is open in a browser of this host could. The first page that is turned away is told of, because its author
// is told nothing by the browser.
func (a *app) pages(o *options) func(origin string) bool {
	allowed := o.origins()
	var once sync.Once
	return func(origin string) bool {
		if slices.Contains(allowed, anyOrigin) || slices.Contains(allowed, origin) {
			return true
		}
		once.Do(func() { a.say("a web page of %q was not let in; --origin lets pages in", origin) })
		return false
	}
}

// origins reads --origin into the form in which browsers say it.
func (o *options) origins() (list []string) {
	for _, word := range o.ctx.StringSlice("origin") {
		origin := strings.ToLower(strings.TrimSuffix(word, "/"))
		u, err := url.Parse(origin)
		switch {
		case word == anyOrigin, word == "null":
		case err != nil, u.Host == "", u.Path+u.RawQuery+u.Fragment != "", u.User != nil:
			o.fail("origin", "must be http://host:port, https://host, null or *, not %q", word)
		}
		list = append(list, origin)
	}
	return list
}

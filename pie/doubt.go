package pie

import "fmt"

// Doubt is a hint for what fails before the server has answered anything, where its dialect was named by hand: most
// servers do not answer what they do not understand, and some hang up. "" once it has answered since it was connected to
// last, or where the dialect was found out. Any goroutine.
func (c *Client) Doubt() string {
	if c.answered.Load() || !c.cfg.named() {
		return ""
	}
	return fmt.Sprintf("the server has not answered anything, and %q may be the wrong dialect for it: leave it out, and it is found out", c.cfg.Dialect)
}

// joined is two hints, of which either may be empty.
func joined(hint, more string) string {
	if hint != "" && more != "" {
		return hint + "; " + more
	}
	return hint + more
}

package engine

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pierun/pierun/pie/wire"
)

// The limits of what a 0.6 launch may carry.
const (
	maxProps      = 64
	maxPropsBytes = 16384
	maxPropName   = 128
	maxSession    = 128
	maxPrompt     = 16 << 20
)

// launchExtras says what is wrong with the props and session of a launch, in the server's words; "" when nothing is.
func launchExtras(f wire.Features, c *wire.Command) string {
	if f.Session && len(c.Session) > maxSession {
		return "a session id must be 1 to 128 bytes"
	}
	if !f.Props || c.Props == "" {
		return ""
	}
	var props map[string]json.RawMessage
	if err := json.Unmarshal([]byte(c.Props), &props); err != nil {
		return "props: " + err.Error()
	}
	return checkProps(props)
}

func checkProps(props map[string]json.RawMessage) string {
	count, size := 0, 0
	for name, value := range props {
		switch {
		case name == "" || len(name) > maxPropName:
			return fmt.Sprintf("prop name '%s' must be 1 to 128 bytes", name)
		case strings.HasPrefix(name, "cluster/") || string(value) == "null":
			continue
		case name == "prompt":
			if len(value) > maxPrompt {
				return fmt.Sprintf("prop 'prompt' is %d bytes, limit %d", len(value), maxPrompt)
			}
			continue
		}
		count++
		size += len(name) + len(value)
	}
	switch {
	case count > maxProps:
		return fmt.Sprintf("%d props, limit %d", count, maxProps)
	case size > maxPropsBytes:
		return fmt.Sprintf("props are %d bytes, limit %d", size, maxPropsBytes)
	}
	return ""
}

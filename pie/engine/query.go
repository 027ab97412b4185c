package engine

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/pierun/pierun/pie/wire"
)

// query answers what servers know about themselves. What a release does not know it does not answer.
func (s *session) query(c *wire.Command) {
	switch {
	case c.Subject == "model_status":
		s.answer(c, true, s.e.modelStatus())
	case c.Subject == "backend_stats" && s.e.features.Arguments && s.e.features.Pings:
		s.answer(c, true, s.e.backendStats())
	case s.e.rules.answersUnknown:
		s.answer(c, false, fmt.Sprintf("unknown query subject %q (known: model_status)", c.Subject))
	}
}

// modelStatus is the documented metrics, under a model of the name "simulated": there is no other. The instance
// family has texts where the others have numbers.
func (e *Engine) modelStatus() string {
	metrics := e.metrics()
	if e.features.Arguments {
		for name, value := range metrics {
			metrics[name] = fmt.Sprint(value)
		}
	}
	text, _ := json.Marshal(metrics) // numbers and texts always can be
	return string(text)
}

func (e *Engine) metrics() map[string]any {
	tokens := e.stats.tokens.Load()
	launched, ended := e.stats.launched.Load(), e.stats.ended.Load()
	return map[string]any{
		"simulated.engine":                        1,
		"simulated.kv_pages_used":                 0,
		"simulated.kv_pages_total":                0,
		"simulated.total_batches":                 tokens,
		"simulated.total_tokens_processed":        tokens,
		"simulated.total_requests_processed":      tokens,
		"simulated.last_batch_latency_us":         0,
		"simulated.avg_batch_latency_us":          0,
		"simulated.process.launched":              launched,
		"simulated.process.completed":             ended,
		"simulated.process.running":               launched - ended,
		"simulated.process.connections":           len(e.connections()),
		"simulated.max_forward_requests_observed": 0,
	}
}

// backendStats is the same as a table of text.
func (e *Engine) backendStats() string {
	lines := []string{}
	for name, value := range e.metrics() {
		lines = append(lines, fmt.Sprintf("%-40s | %v", name, value))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

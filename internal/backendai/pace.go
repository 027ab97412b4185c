package backendai

import (
	"context"
	"fmt"
	"time"
)

// Asks for more of a run begin at least so far apart, the first of them the least and later ones the most. Managers hold
// an ask for two seconds, so that nobody waits for this; one that answers at once would be asked thousands of times a second.
const (
	leastPace = 100 * time.Millisecond
	mostPace  = time.Second
)

// pace is when a run may be asked about again.
type pace struct {
	asked time.Time
	apart time.Duration // the least from then to the next ask
	last  RunStatus
}

// answered takes an answer into account. One that was held needs no pause, nor does the next stage of a batch.
func (p *pace) answered(status RunStatus, now time.Time) {
	held, stage := now.Sub(p.asked) >= mostPace, status != Continued && status != p.last
	switch p.last = status; {
	case held || stage:
		p.apart = 0
	default:
		p.apart = min(max(2*p.apart, leastPace), mostPace)
	}
}

// left is how long the next ask has to wait; 0 or less is not at all.
func (p *pace) left(now time.Time) time.Duration { return p.asked.Add(p.apart).Sub(now) }

// LimitError is a run that the manager has ended because its time had passed. It is a context.DeadlineExceeded.
type LimitError struct{ Session string }

func (e *LimitError) Error() string {
	return "the manager has ended the code in session " + e.Session + ": the time it allows for a run has passed (exec-timeout)"
}

// Is makes it a deadline that has passed.
func (e *LimitError) Is(target error) bool { return target == context.DeadlineExceeded }

// unknownStatus is an answer that does not say where the run is.
func unknownStatus(session string, got *RunResult) error {
	what := "has the status " + quote(string(got.Status)) + ", which is none of a run"
	if got.Status == "" {
		what = "does not say where the run is"
	}
	return &Error{Type: ErrResponse, Op: "execute in session " + session, Method: "POST",
		Err: fmt.Errorf("the answer %s: %s", what, beginning(got.Raw)), Hint: "the session may take no more code: destroy it and make a new one"}
}

package screen

import (
	"fmt"
	"strconv"
	"time"
)

// Count is how far something is: "answers 62% (620/1000), 3 failed, 41/s, 9s left".
type Count struct {
	Label   string
	Done    int           // the failed ones are not among them
	Failed  int           //
	Total   int           // negative: not known
	Bytes   bool          // what is counted
	Elapsed time.Duration // since it began
	Ended   bool          // no time is left
}

// String words it.
func (c Count) String() string {
	counted, label := c.Done+c.Failed, oneLine(c.Label)
	line := label + " " + c.amount(counted)
	if c.Total >= 0 {
		total := max(c.Total, counted) // a list may have grown
		line = fmt.Sprintf("%s %d%% (%s/%s)", label, percent(counted, total), c.amount(counted), c.amount(total))
	}
	if c.Failed > 0 {
		line += fmt.Sprintf(", %d failed", c.Failed)
	}
	if counted == 0 || c.Elapsed <= 0 {
		return line
	}
	rate := float64(counted) / c.Elapsed.Seconds()
	line += ", " + c.rate(rate)
	if left := c.Total - counted; left > 0 && !c.Ended {
		line += ", " + Duration(time.Duration(float64(left)/rate*float64(time.Second))) + " left"
	}
	return line
}

// amount is a number of what is counted.
func (c Count) amount(n int) string {
	if c.Bytes {
		return Bytes(float64(n))
	}
	return strconv.Itoa(n)
}

func (c Count) rate(perSecond float64) string {
	if c.Bytes {
		return Bytes(perSecond) + "/s"
	}
	return rateText(perSecond)
}

// percent is rounded down: 100 is said when all are there, not before.
func percent(n, of int) int {
	if of == 0 {
		return 100
	}
	return 100 * n / of
}

package pie

import (
	"sync"
	"time"
)

// outageAfter is how long connecting again may last before anybody is told.
const outageAfter = 2 * time.Second

// Outage is a lost connection whose making again lasts, while commands wait for it.
type Outage struct {
	Host   string        // of the server, with its port
	Until  time.Time     // when the command that connects gives up, by Config.Clock
	Over   bool          // it is not being tried any more
	Back   bool          // … because there is a connection again
	Waited time.Duration // with Over: since the connecting began
}

// watchOutage tells of a try to connect again that lasts, and then of its end; the caller holds c.dialing. A
// connection that another try makes, after one that was told of, is told of as well.
func (c *Client) watchOutage() (ended func(back bool)) {
	if c.cfg.Outage == nil {
		return func(bool) {}
	}
	began := c.clock.Now()
	o := Outage{Host: c.place.url.Host, Until: began.Add(c.cfg.RequestTimeout)}
	if c.outageBegan.IsZero() {
		c.outageBegan = began
	}
	var telling sync.WaitGroup
	telling.Add(1)
	stop := c.clock.AfterFunc(outageAfter, func() {
		defer telling.Done()
		c.cfg.Outage(o)
	})
	return func(back bool) {
		if !stop() {
			telling.Wait()
			c.outageTold = true
		}
		c.outageEnded(o, back)
	}
}

// outageEnded tells those that were told that it is over.
func (c *Client) outageEnded(o Outage, back bool) {
	if o.Over, o.Back = true, back; c.outageTold {
		o.Waited = c.clock.Now().Sub(c.outageBegan)
		c.cfg.Outage(o)
	}
	if back {
		c.outageTold, c.outageBegan = false, time.Time{}
	}
}

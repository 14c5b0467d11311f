package simulator

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// statuses is how far the status callbacks of a call have come.
type statuses struct {
	next      int      // SequenceNumber
	wanted    []string // nil: all
	overtaken []string // by that of the end
	late      []url.Values
}

// sipCodes are SIP's words for how an outbound call ended.
var sipCodes = map[string]string{
	"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404",
}

// report sends a status callback. One that is late waits for the last one.
func (c *Call) report(ctx context.Context, status string) {
	s := &c.statuses
	if c.statusURL == "" || s.wanted != nil && !slices.Contains(s.wanted, status) {
		return
	}
	extra := url.Values{
		"CallStatus":     {status},
		"SequenceNumber": {strconv.Itoa(s.next)},
		"Timestamp":      {c.exchange.config.Clock.Now().UTC().Format(time.RFC1123Z)},
		"CallbackSource": {"call-progress-events"},
	}
	s.next++
	if c.ended == nil {
		if slices.Contains(s.overtaken, status) {
			s.late = append(s.late, extra)
			return
		}
		c.postStatus(ctx, extra)
		return
	}
	seconds := c.duration()
	extra.Set("CallDuration", strconv.Itoa(seconds))
	extra.Set("Duration", strconv.Itoa((seconds+59)/60)) // minutes begun
	if c.placed != nil {
		extra.Set("SipResponseCode", sipCodes[status])
	}
	c.postStatus(ctx, extra)
	for _, late := range s.late {
		c.postStatus(ctx, late)
	}
	s.late = nil
}

// duration is how many seconds the call has lasted since it was answered.
func (c *Call) duration() int {
	if !c.answered {
		return 0
	}
	return int(c.exchange.config.Clock.Now().Sub(c.started).Seconds())
}

// postStatus delivers a status callback. Twilio lets a call go on that fails at it, so
// failing is noted and no more.
func (c *Call) postStatus(ctx context.Context, extra url.Values) {
	a, err := c.deliver(ctx, delivery{http.MethodPost, c.statusURL, c.formWith(extra)})
	if err == nil && !a.ok() {
		err = &WebhookError{RetrievalFailure, c.statusURL, a.status, fmt.Errorf("status %d", a.status)}
	}
	if err != nil {
		c.problems = append(c.problems, fmt.Errorf("status callback: %w", err))
	}
}

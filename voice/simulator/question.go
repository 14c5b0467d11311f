package simulator

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"updatecenter/twiml"
)

// defaultTimeout is how long a Gather waits that does not say.
const defaultTimeout = 5 * time.Second

// entryLimit is how many keys an entry can hold that has no number of digits.
const entryLimit = 1000

// keypad is every key of a telephone.
const keypad = "0123456789*#"

// A question is a Gather under way.
type question struct {
	gather  twiml.Gather
	prompts []twiml.Prompt // still to come; a key cuts them short
	keys    []byte         // the entry so far
}

// prompt plays the next prompt of the question, or waits.
func (c *Call) prompt() Event {
	q := c.question
	if len(q.prompts) == 0 {
		c.steps = 0
		return Asked{Timeout: q.timeout(), Keyed: len(q.keys)}
	}
	event, again := perform(q.prompts[0], c.url, true)
	q.prompts = q.prompts[1:]
	if again != nil {
		q.prompts = slices.Concat([]twiml.Prompt{again}, q.prompts)
	}
	return event
}

func (q *question) timeout() time.Duration {
	if q.gather.Timeout == 0 {
		return defaultTimeout
	}
	return time.Duration(q.gather.Timeout) * time.Second
}

// finishes says whether a key ends the entry rather than being part of it.
func (q *question) finishes(key byte) bool {
	switch q.gather.FinishOnKey {
	case "":
		return key == '#'
	case twiml.NoFinishKey:
		return false
	}
	return strings.IndexByte(string(q.gather.FinishOnKey), key) >= 0
}

// Listening says whether keys count now: in a question, its prompts included.
func (c *Call) Listening() bool { return c.question != nil }

// Entering says whether an entry has begun and is not finished.
func (c *Call) Entering() bool { return c.question != nil && len(c.question.keys) > 0 }

// Press presses a key: 0-9, * or #. It returns [ErrNotAsking] where no key counts, which
// then is lost as on a real line; [ErrOver] after the end; [ErrKey] for no key at all.
func (c *Call) Press(key byte) error {
	switch {
	case strings.IndexByte(keypad, key) < 0:
		return ErrKey
	case c.ended != nil || c.cutOff():
		return ErrOver
	case c.question == nil:
		return ErrNotAsking
	}
	c.steps = 0
	q := c.question
	q.prompts = nil
	if q.finishes(key) {
		c.finish(string(key))
		return nil
	}
	q.keys = append(q.keys, key)
	if len(q.keys) == q.gather.NumDigits || len(q.keys) == entryLimit {
		c.finish("")
	}
	return nil
}

// Silence is the time-out of the question: what is keyed so far is the entry, and if
// there is none the call goes on as the Gather says. Errors are those of Press.
func (c *Call) Silence() error {
	switch {
	case c.ended != nil || c.cutOff():
		return ErrOver
	case c.question == nil:
		return ErrNotAsking
	}
	c.steps = 0
	c.finish("")
	return nil
}

// finish closes the question. With nothing keyed the call falls through to the next
// verb, unless the application wants to know.
func (c *Call) finish(finishedOn string) {
	q := c.question
	c.question = nil
	if len(q.keys) == 0 && !q.gather.ActionOnEmptyResult {
		return
	}
	extra := url.Values{"FinishedOnKey": {finishedOn}, "msg": {"Gather End"}}
	// An empty result comes with an empty field or with none; applications must take both.
	if len(q.keys) > 0 || c.chance.oneIn(2) {
		extra.Set("Digits", string(q.keys))
	}
	c.goTo(webhook{Method: q.gather.Method, URL: resolve(c.url, q.gather.Action), Extra: extra})
}

// entryIn is the part of some keys that the present question takes as its entry.
func (c *Call) entryIn(keys string) string {
	if c.question == nil {
		return keys
	}
	for i := range len(keys) {
		if c.question.finishes(keys[i]) || i+1 == c.question.gather.NumDigits {
			return keys[:i+1]
		}
	}
	return keys
}

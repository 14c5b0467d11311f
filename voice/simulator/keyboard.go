package simulator

import (
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"updatecenter/twiml"
)

// Bytes that a keyboard sends.
const (
	hangUpKey = 'h'
	answerKey = '\n' // picks up; no key of a call
	controlC  = 0x03
	controlD  = 0x04
	escape    = 0x1b
)

// readKeys sends the keys of a reader, hangUpKey where the caller hangs up and
// answerKey where they press Enter, until the
// reader ends or the call is over. Keys that were read at once, as a PIN that is pasted, come
// together.
func readKeys(in io.Reader, over <-chan struct{}) <-chan []byte {
	keys := make(chan []byte)
	go func() {
		defer close(keys)
		var filter keyFilter
		buffer := make([]byte, 64)
		for {
			n, err := in.Read(buffer)
			var burst []byte
			for _, b := range buffer[:n] {
				if key, ok := filter.key(b); ok {
					burst = append(burst, key)
				}
			}
			if len(burst) > 0 {
				select {
				case keys <- burst:
				case <-over:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return keys
}

// keyFilter picks keys out of what a keyboard sends. Arrows and the like come as escape
// sequences, which can hold digits.
type keyFilter struct{ escaped, inSequence bool }

func (f *keyFilter) key(b byte) (byte, bool) {
	switch {
	case f.inSequence:
		f.inSequence = b < '@' || b > '~' // its last byte
		return 0, false
	case f.escaped:
		f.escaped = false
		if b == '[' || b == 'O' {
			f.inSequence = true
			return 0, false
		}
	}
	switch {
	case b == escape:
		f.escaped = true
	case b == 'h' || b == 'H' || b == controlC || b == controlD:
		return hangUpKey, true
	case b == '\r' || b == '\n':
		return answerKey, true
	case isDigit(b) || b == '*' || b == '#':
		return b, true
	}
	return 0, false
}

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
		return Gathering{Timeout: q.timeout(), Keyed: len(q.keys)}
	}
	next := q.prompts[0]
	q.prompts = q.prompts[1:]
	return c.perform(next, true)
}

func (q *question) timeout() time.Duration {
	if q.gather.Timeout == 0 {
		return defaultTimeout
	}
	return time.Duration(q.gather.Timeout) * time.Second
}

// finishes says whether a key ends the entry rather than being part of it.
func (q *question) finishes(key byte) bool { return key == '#' && !q.gather.EveryKey }

// Listening says whether keys count now: in a question, its prompts included.
func (c *Call) Listening() bool { return c.question != nil }

// Entering says whether an entry has begun and is not finished.
func (c *Call) Entering() bool { return c.question != nil && len(c.question.keys) > 0 }

// Press presses a key: 0-9, * or #. It returns [ErrNotGathering] where no key counts, which
// then is lost as on a real line; [ErrOver] after the end; [ErrKey] for no key at all.
func (c *Call) Press(key byte) error {
	if strings.IndexByte(keypad, key) < 0 {
		return ErrKey
	}
	if err := c.reacts(); err != nil {
		return err
	}
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
	err := c.reacts()
	if err == nil {
		c.finish("")
	}
	return err
}

// reacts says whether the caller can react now.
func (c *Call) reacts() error {
	switch {
	case c.ended != nil || c.cutOff():
		return ErrOver
	case c.question == nil:
		return ErrNotGathering
	}
	c.steps = 0
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
	c.goTo(q.gather.Action, extra)
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

// plain writes words so that two ways to say the same are the same text: in one case,
// without space, and without the marks that group the digits of a number.
func plain(words string) string {
	words = strings.ToLower(strings.Join(strings.Fields(words), ""))
	var kept strings.Builder
	for i := range len(words) {
		if !groupingMark(words, i) {
			kept.WriteByte(words[i])
		}
	}
	return kept.String()
}

// groupingMark says whether the byte at i is a mark beside a digit, as in (888) 612-8052
// or 8, 0, 0.
func groupingMark(words string, i int) bool {
	before := i > 0 && isDigit(words[i-1])
	after := i+1 < len(words) && isDigit(words[i+1])
	switch words[i] {
	case '-', ',', '.':
		return before && after
	case '(':
		return after
	case ')':
		return before
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// heardWords are the words of some events, as one would read them.
func heardWords(events []Event) string {
	var parts []string
	for _, event := range events {
		if words := inWords(event); words != "" {
			parts = append(parts, words)
		}
	}
	return strings.Join(parts, " ")
}

// matches says whether the words hold what the line hears.
func (h hearing) matches(words string) bool {
	if h.pattern == nil {
		return strings.Contains(plain(words), plain(h.words))
	}
	return h.pattern.MatchString(words) || h.pattern.MatchString(plain(words))
}

// inLanguage says whether something was heard, and all of it in the language. A recording
// is in the language that its file name tells, if it tells one.
func inLanguage(events []Event, tag string) bool {
	some := false
	for _, event := range events {
		switch event := event.(type) {
		case Spoken:
			if base, _, _ := strings.Cut(event.Language, "-"); !strings.EqualFold(base, tag) {
				return false
			}
			some = true
		case Played:
			told := recordingLanguage.FindStringSubmatch(event.URL)
			if told != nil && told[1] != tag {
				return false
			}
			some = some || told != nil
		}
	}
	return some
}

// recordingLanguage finds the language in a recording's URL, such as new-pin.es.mp3.
var recordingLanguage = regexp.MustCompile(`[-._/](en|es)(?:[-._/][^/]*)?$`)

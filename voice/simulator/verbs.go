package simulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"updatecenter/internal/nanp"
	"updatecenter/twiml"
)

// pickUp answers an incoming call, which the first verb does.
func (c *Call) pickUp(ctx context.Context) {
	if c.answered {
		return
	}
	c.answered = true
	c.form.Set("CallStatus", "in-progress")
	c.exchange.note(c, "in-progress")
	c.report(ctx, "in-progress")
}

// obey carries a verb out. No event: it is not to be heard.
func (c *Call) obey(ctx context.Context, verb twiml.Verb) Event {
	c.pickUp(ctx)
	switch verb := verb.(type) {
	case twiml.Prompt:
		return c.perform(verb, false)
	case twiml.Gather:
		c.question = &question{gather: verb, prompts: verb.Prompts}
	case twiml.Dial:
		return c.transfer(verb)
	case twiml.Hangup:
		c.end(ctx, FarEnd, "completed", c.failure)
	}
	return nil
}

// perform plays a prompt.
func (c *Call) perform(prompt twiml.Prompt, interruptible bool) Event {
	switch prompt := prompt.(type) {
	case twiml.Say:
		return Spoken{words(prompt.Content), language(prompt), prompt.Voice, interruptible}
	case twiml.Play:
		return Played{resolve(c.url, prompt.URL), interruptible}
	}
	return nil
}

// goTo leaves the present document for another one.
func (c *Call) goTo(reference string, extra url.Values) {
	c.pending = &webhook{URL: resolve(c.url, reference), Extra: extra}
	c.verbs = nil
}

// transfer connects the caller with someone who hangs up at once, unless the call was told how
// transfers end. Without a caller ID that holds nobody is dialed.
func (c *Call) transfer(dial twiml.Dial) Event {
	status := cmp.Or(c.connects, connected)
	callerID, err := c.callerID(dial.CallerID)
	if err != nil {
		c.problems = append(c.problems, &WebhookError{Code: twiml.CodeDialCallerID, URL: c.url, Err: err})
		status = "failed"
	}
	if dial.Action != "" {
		c.goTo(dial.Action, url.Values{
			"DialCallStatus":   {status},
			"DialCallSid":      {"CA" + c.chance.hex(16)},
			"DialCallDuration": {"0"},
			"DialBridged":      {strconv.FormatBool(status == connected)},
		})
	}
	if err != nil {
		return nil
	}
	return Transferred{To: dial.Number, CallerID: callerID, Status: status}
}

// connected is the DialCallStatus of a transfer that was answered.
const connected = "completed"

// callerID is what a telephone that is dialed shows: what the document asks for, or the
// caller's own number. It has to be a telephone number that can be called, and the account's,
// the number that was called, or the caller's; a call over SIP has none of its own.
// https://www.twilio.com/docs/voice/twiml/dial#callerid
func (c *Call) callerID(asked string) (string, error) {
	from, to := c.form.Get("From"), c.form.Get("To")
	switch {
	case asked == "" && !strings.HasPrefix(from, "+"):
		return "", errors.New("a transfer of a call over SIP, or of one whose number is withheld, needs a callerId")
	case asked == "":
		asked = from
	case asked != from && asked != to && !slices.Contains(c.exchange.config.Numbers, asked):
		return "", errors.New("callerId is neither a number of the account nor the number that was called")
	}
	if !dialable(asked) {
		return "", errors.New("the caller ID is no telephone number that can be called")
	}
	return asked, nil
}

// dialable says whether a caller ID is a telephone number: in E.164 form, of a length that
// numbers have, and no word in letters of the keypad, by which withheld numbers are passed on.
// https://help.twilio.com/articles/223179988
func dialable(number string) bool {
	digits, isE164 := strings.CutPrefix(number, "+")
	if !isE164 || len(digits) < 8 || len(digits) > 15 || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	switch digits {
	case "266696687", "7378742833", "86282452253": // ANONYMOUS, RESTRICTED, UNAVAILABLE; others are too short
		return false
	}
	_, err := nanp.Parse(number)
	return digits[0] != '1' || err == nil
}

// heardWordsRecorded is how many words of a prompt a recorded script listens for.
const heardWordsRecorded = 5

// recorder writes the call script of a call at the keyboard. The first error stays in err.
type recorder struct {
	out   io.Writer // nil: nothing is recorded
	heard []string  // words since the last key or silence
	keys  []byte    // of the entry under way
	err   error
}

func (r *recorder) write(line string) {
	if r.out != nil && r.err == nil {
		_, r.err = fmt.Fprintln(r.out, line)
	}
}

func (r *recorder) dialed(to, from string, stir Attestation) {
	line := "dial " + compact(to) + " from " + compact(from)
	for word, known := range attestations {
		if known == stir && !toUpdateCenter(to) {
			line += " stir " + word
		}
	}
	r.write(line)
}

// rung notes what was done when the telephone rang: "answer" or "busy".
func (r *recorder) rung(manner, number string) {
	r.heard, r.keys = nil, nil
	r.write(manner + " " + compact(number))
}

// compact is a number without the spaces that a script can't hold.
func compact(number string) string { return strings.Join(strings.Fields(number), "") }

// hear notes a few words that were heard.
func (r *recorder) hear(words string) {
	if len(r.heard) < heardWordsRecorded {
		r.heard = append(r.heard, words)
	}
}

// listened writes what was heard since the last key.
func (r *recorder) listened() {
	words := strings.Join(r.heard, " ")
	r.heard = nil
	if line := `hear "` + words + `"`; plain(words) != "" && len(line) <= scriptLineLimit {
		r.write(line)
	}
}

// press notes a key of the entry under way.
func (r *recorder) press(key byte) {
	if len(r.keys) == 0 {
		r.listened()
	}
	r.keys = append(r.keys, key)
}

// entered writes the entry, which is finished.
func (r *recorder) entered() {
	if len(r.keys) > 0 {
		r.write("press " + string(r.keys))
	}
	r.keys = nil
}

func (r *recorder) silence() {
	r.listened()
	r.write("silence")
}

// ended writes how the call ended. An entry that was not finished never went out.
func (r *recorder) ended(how Ended) {
	r.listened()
	if how.By == Caller {
		r.write("hangup")
		return
	}
	r.write("ended")
}

package touchtone

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"updatecenter/twiml"
)

// pickUp answers an incoming call, which the first verb does, unless it is a Reject.
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
	if reject, ok := verb.(twiml.Reject); ok && !c.answered {
		c.end(ctx, FarEnd, rejection(reject.Reason), nil)
		return nil
	}
	c.pickUp(ctx)
	switch verb := verb.(type) {
	case twiml.Prompt:
		event, again := perform(verb, c.url, false)
		if again != nil {
			c.verbs = append(verbs{again}, c.verbs...)
		}
		return event
	case twiml.Gather:
		c.question = &question{gather: verb, prompts: verb.Prompts}
	case twiml.Redirect:
		c.goTo(webhook{Method: verb.Method, URL: resolve(c.url, verb.URL)})
	case twiml.Dial:
		return c.transfer(verb)
	case twiml.Reject, twiml.Hangup:
		c.end(ctx, FarEnd, "completed", c.failure)
	}
	return nil
}

// goTo leaves the present document for another one.
func (c *Call) goTo(hook webhook) {
	c.pending = &hook
	c.verbs = nil
}

// rejection is the status of a call that was rejected.
func rejection(reason twiml.Reason) string {
	if reason == twiml.Busy {
		return "busy"
	}
	return "no-answer"
}

// transfer connects the caller with someone who hangs up at once, unless the exchange was
// told how transfers end.
func (c *Call) transfer(dial twiml.Dial) Event {
	if dial.Action != "" {
		c.goTo(webhook{Method: dial.Method, URL: resolve(c.url, dial.Action), Extra: url.Values{
			"DialCallStatus":   {c.exchange.config.TransferEnds},
			"DialCallSid":      {"CA" + c.chance.hex(16)},
			"DialCallDuration": {"0"},
			"DialBridged":      {strconv.FormatBool(c.exchange.config.TransferEnds == "completed")},
		}})
	}
	transferred := Transferred{CallerID: dial.CallerID}
	switch target := dial.Target.(type) {
	case twiml.Number:
		transferred.To = string(target)
	case twiml.SIP:
		transferred.To = string(target)
	}
	return transferred
}

// perform plays a prompt once. What is left of it is nil, or the same with a loop less.
func perform(prompt twiml.Prompt, base string, interruptible bool) (Event, twiml.Prompt) {
	var event Event
	loops := 0
	switch prompt := prompt.(type) {
	case twiml.Say:
		event = Spoken{words(prompt.Content), language(prompt), prompt.Voice, interruptible}
		loops = prompt.Loop
	case twiml.Play:
		event = Played{resolve(base, prompt.URL), interruptible}
		loops = prompt.Loop
	case twiml.Pause:
		event = Paused{time.Duration(max(prompt.Length, 1)) * time.Second, interruptible}
	}
	return event, looped(prompt, loops)
}

// looped is a prompt that has been played once of so many times.
func looped(prompt twiml.Prompt, loops int) twiml.Prompt {
	switch {
	case loops == twiml.Forever:
		return prompt
	case loops <= 1:
		return nil
	}
	switch prompt := prompt.(type) {
	case twiml.Say:
		prompt.Loop--
		return prompt
	case twiml.Play:
		prompt.Loop--
		return prompt
	}
	return nil
}

package ivr

import "context"

// Transfer connects the caller with a telephone number. The call ends when the other
// party has hung up, and goes on at Failed when nobody could be reached.
type Transfer struct {
	At       Step
	Prompt   Prompt // spoken before the number is dialed
	To       Blank  // a Phone
	CallerID Blank  // a Phone that Twilio lets us show to the other party: the account's, or the one that was called
	Failed   Step
}

func (x Transfer) step() Step        { return x.At }
func (x Transfer) prompts() []Prompt { return []Prompt{x.Prompt} }

func (x Transfer) exits() []Exit {
	return []Exit{{x.At, "connected", HangUp}, {x.At, "failed", x.Failed}}
}

func (x Transfer) enter(_ context.Context, t *turn) (Step, error) { //nolint:unparam // the error is for Work
	t.say(x.Prompt)
	t.answer.dial(t.nextTurn(x.At), t.call.Text(x.To), t.call.Text(x.CallerID))
	return here, nil
}

// hear reads DialCallStatus: https://www.twilio.com/docs/voice/twiml/dial
func (x Transfer) hear(t *turn, heard Heard) Step {
	if heard.DialStatus == "completed" || heard.DialStatus == "answered" {
		return t.leave(x.At, "connected", HangUp)
	}
	return t.leave(x.At, "failed", x.Failed)
}

func (x Transfer) symbol(text string) string { return ">" + text + "]" }

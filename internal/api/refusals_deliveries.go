package api

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/repair"
)

// Refusals that are always the same.
var (
	badIdempotencyKey = problem(http.StatusBadRequest, "bad-idempotency-key", "Name the request",
		"Send one header Idempotency-Key with 1 to 255 characters of visible ASCII, new for each request and the same "+
			"when you send it again, so that nothing is delivered twice.")
	badLastEventID = problem(http.StatusBadRequest, "bad-last-event-id", "Not the id of an event",
		"Last-Event-ID must be the id of the last event that was seen, a whole number, or be left away.")
	noDelivery = problem(http.StatusNotFound, "no-such-delivery", "No such delivery",
		"There is no delivery with this id, or it was made too long ago.")
	noSecret = problem(http.StatusConflict, "no-such-secret", "The account has no such secret",
		"An account has a security code until its security question is set, and only the answer after that. Ask for the other one.")
	noWay = problem(http.StatusConflict, "method-not-offered", "Nothing is delivered this way",
		"This server does not deliver by this method. Ask for another one.")
	tooLate = problem(http.StatusConflict, "too-late", "Too late to cancel",
		"The delivery has ended, its call is telling it, or the letter or e-mail is being made at this moment.")
	keyReused = problem(http.StatusUnprocessableEntity, "idempotency-key-reused", "The key stands for another request",
		"This Idempotency-Key was sent before with a request for something else. Make a new one for each request.")
	tooManyStreams = problem(http.StatusServiceUnavailable, "too-many-streams", "Too many clients follow deliveries",
		"No more are taken on for now. Ask for the events as JSON, or try again later.").with("Retry-After", "5")
	badAgent = problem(http.StatusBadRequest, "bad-agent", "Name the agent",
		"The parameter agent must name the person at work, once, by 1 to 35 of a-z A-Z 0-9 . _ -")
	noValidation = problem(http.StatusNotFound, "no-such-validation", "No such validation",
		"This agent has begun no validation with this id by this key, or did so too long ago.")
	notValidated = notValidatedAs("This agent has not validated the customer of this line by this key in the last 15 minutes. " + toValidate)
	// agentMissing is for programs that were written when a reason was enough.
	agentMissing = notValidatedAs("A reason alone is not enough any more: the body must also have agent, the person who has validated the customer " +
		"of this line in the last 15 minutes. " + toValidate)
)

// notOfRecord says from when the address can be used, if there is one.
func notOfRecord(address *deliveries.TooNewError) *refusal {
	if address.Since.IsZero() {
		return problem(http.StatusConflict, "no-email", "There is no e-mail address",
			"The account has no e-mail address. Ask for a call or a letter.")
	}
	since, from := forPeople(address.Since), forPeople(address.From)
	no := problem(http.StatusConflict, "address-too-new", "The billing address is too new", fmt.Sprintf(
		"A secret goes only to an address that has been on file for 30 days, or since the account was created. This one is on "+
			"file since %s and can be used from %s. Until then, ask for a call.", since, from))
	if address.Method == deliveries.Email {
		no = problem(http.StatusConflict, "email-too-new", "The e-mail address is too new", fmt.Sprintf(
			"A secret goes only to an e-mail address that has been on file for 30 days. This one is on file since %s and can be "+
				"used from %s. Until then, ask for a call or a letter.", since, from))
	}
	no.problem.Since, no.problem.From = address.Since.UTC(), address.From.UTC()
	return no
}

func callsDeclined(until time.Time) *refusal {
	no := problem(http.StatusConflict, "calls-declined", "No calls for now", fmt.Sprintf(
		"Somebody who answered our last call told us that they had not asked for it, so we make no calls to this account "+
			"until %s. A letter or an e-mail can be asked for.", forPeople(until)))
	no.problem.Until = until.UTC()
	return no
}

// tooManyDeliveries says in Retry-After when there will be room.
func tooManyDeliveries(limit *deliveries.LimitError, now time.Time) *refusal {
	whose := "for this account"
	switch {
	case limit.Phone:
		whose = "to its telephone, by whomever,"
	case limit.All:
		whose = "for all accounts together"
	}
	return problem(http.StatusTooManyRequests, "too-many-deliveries", "Too many deliveries",
		"So many deliveries were asked for in a short time "+whose+" that no more are taken on for now. "+
			"Try again when Retry-After says.").with("Retry-After", retryAfter(limit.Until, now))
}

// forPeople writes a time for a sentence, rounded up to the minute: who waits for it does not
// come too early.
func forPeople(t time.Time) string {
	return t.Add(time.Minute - 1).UTC().Format("January 2, 2006, 15:04 UTC")
}

const toValidate = "Validate the customer by a POST to /v1/lines/{number}/validations, and send this again with the same key and agent."

func notValidatedAs(detail string) *refusal {
	return problem(http.StatusForbidden, "not-validated", "The customer is not validated", detail)
}

// lineDeclines is callsDeclined, as it is of a line.
func lineDeclines(until time.Time) *refusal {
	no := callsDeclined(until)
	no.problem.Detail = fmt.Sprintf("Somebody who answered our last call told us that they were speaking with no agent, so we "+
		"make no such calls to this line until %s. Validate the customer in another way, and take care: it may be somebody else.",
		forPeople(until))
	return no
}

// tooManyCalls is tooManyDeliveries, as it is of a line.
func tooManyCalls(limit *deliveries.LimitError, now time.Time) *refusal {
	whose := "to this line"
	if limit.All {
		whose = "to all lines and accounts together"
	}
	no := tooManyDeliveries(limit, now)
	no.problem.Detail = "So many calls were asked for in a short time " + whose + " that no more are made for now. " +
		"Validate the customer in another way, or try again when Retry-After says."
	return no
}

// limitReached says in Retry-After when there can be more.
func limitReached(limit *repair.LimitError, now time.Time) *refusal {
	detail := "So many " + string(limit.What) + " were asked for, by this agent or with this key, that there can be no more for now. " +
		"Supervisors are told. Try again when Retry-After says."
	switch limit.What {
	case repair.LookUps, repair.Calls, repair.Secrets, repair.Resets:
	case repair.WrongClaims:
		detail = "So many claims to accounts that were made with this key were wrong that no more are looked at for now. " +
			"Supervisors are told. Try again when Retry-After says."
	case repair.WrongCodes:
		detail = "So many wrong codes were given for this line that no more are looked at. " +
			"Validate the customer in another way, or try again when Retry-After says."
	}
	return problem(http.StatusTooManyRequests, "limit-reached", "Too much in a short time", detail).
		with("Retry-After", retryAfter(limit.Until, now))
}

// retryAfter is the time until there is room, in whole seconds (RFC 9110, section 10.2.3).
func retryAfter(until, now time.Time) string {
	return strconv.Itoa(max(1, int((until.Sub(now)+time.Second-1)/time.Second)))
}

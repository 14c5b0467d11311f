package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// explainDesk finds the refusal in what packages desk and audit say, or nil.
func explainDesk(err error) *refusal {
	switch {
	case errors.Is(err, pins.ErrNotValidated):
		return notValidated()
	case errors.Is(err, repair.ErrNotFound):
		return noValidation()
	case errors.Is(err, repair.ErrNotAllowed):
		return missingScope(apikey.ValidationsPhotoID)
	case errors.Is(err, repair.ErrWho), errors.Is(err, repair.ErrKey), errors.Is(err, audit.ErrInvalidEvent),
		errors.Is(err, audit.ErrTampered), errors.Is(err, audit.ErrUnreadable):
		return broken(err)
	}
	return nil
}

// withNow makes a refusal of a limit, which must say how long from now it lasts.
func (a *API) withNow(err error) error {
	if limit, is := errors.AsType[*deliveries.LimitError](err); is {
		return tooManyDeliveries(limit, a.now())
	}
	if limit, is := errors.AsType[*repair.LimitError](err); is {
		return limitReached(limit, a.now())
	}
	return err
}

func badAgent() *refusal {
	return problem(http.StatusBadRequest, "bad-agent", "Name the agent",
		"The parameter agent must name the person at work, once, by 1 to 35 of a-z A-Z 0-9 . _ -")
}

func noValidation() *refusal {
	return problem(http.StatusNotFound, "no-such-validation", "No such validation",
		"This agent has begun no validation with this id by this key, or did so too long ago.")
}

const toValidate = "Validate the customer by a POST to /v1/lines/{number}/validations, and send this again with the same key and agent."

func notValidated() *refusal {
	return notValidatedAs("This agent has not validated the customer of this line by this key in the last 15 minutes. " + toValidate)
}

// agentMissing is for programs that were written when a reason was enough.
func agentMissing() *refusal {
	return notValidatedAs("A reason alone is not enough any more: the body must also have agent, the person who has validated the customer " +
		"of this line in the last 15 minutes. " + toValidate)
}

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

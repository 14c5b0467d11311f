package api

import (
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
)

// Validation is a validation of a customer by a call as the API shows it, to who has begun it
// alone. It never holds the code.
type Validation struct {
	ID        repair.ID       `json:"id"`
	Line      nanp.Number     `json:"line"`
	Status    repair.Status   `json:"status"`         // "waiting", "right", "failed", "expired"
	ExpiresAt time.Time       `json:"expires_at"`     // no code counts from then on; UTC
	TriesLeft int             `json:"tries_left"`     // at the code, from 0
	Call      *ValidationCall `json:"call,omitempty"` // nil: it is forgotten by now
}

// ValidationCall is how far the call is that tells the code.
type ValidationCall struct {
	Status deliveries.Status `json:"status"`
	Final  bool              `json:"final"`  // nothing more is to be done: there is one attempt
	Events []DeliveryEvent   `json:"events"` // oldest first; never null
}

// ValidationDocument shows a validation; its times are in UTC.
func ValidationDocument(validation repair.Validation) Validation {
	document := Validation{
		ID: validation.ID, Line: validation.Line, Status: validation.Status,
		ExpiresAt: validation.Until.UTC(), TriesLeft: validation.Left,
	}
	if call := validation.Call; call.ID != "" {
		document.Call = &ValidationCall{Status: call.Status, Final: call.Status.Final(), Events: eventDocuments(call)}
	}
	return document
}

// ValidationResult says what a code, an answer or a photo ID has turned out to be.
type ValidationResult struct {
	Result    string `json:"result"`               // "right": the customer is validated; "wrong", "used_up", "expired"
	TriesLeft *int   `json:"tries_left,omitempty"` // of a wrong code that the line was told
}

// The results.
const (
	resultRight   = "right"
	resultWrong   = "wrong"
	resultUsedUp  = "used_up"
	resultExpired = "expired"
)

// rightOr is the result of what is told only right or wrong.
func rightOr(right bool) ValidationResult {
	if right {
		return ValidationResult{Result: resultRight}
	}
	return ValidationResult{Result: resultWrong}
}

func validationResult(result repair.Result) ValidationResult {
	switch result.Outcome {
	case repair.Right:
		return rightOr(true)
	case repair.UsedUp:
		return ValidationResult{Result: resultUsedUp}
	case repair.Expired:
		return ValidationResult{Result: resultExpired}
	case repair.Wrong:
	}
	return ValidationResult{Result: resultWrong, TriesLeft: &result.Left}
}

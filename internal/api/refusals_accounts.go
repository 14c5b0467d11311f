package api

import (
	"errors"
	"fmt"
	"net/http"

	"updatecenter/internal/accounts"
)

// explainAccount finds the refusal in what package accounts says, or nil.
func explainAccount(err error) *refusal {
	if fields, is := errors.AsType[accounts.FieldErrors](err); is {
		return refusedDetails(fields)
	}
	switch {
	case errors.Is(err, accounts.ErrKeepsCode):
		return refusedDetails(accounts.FieldErrors{{
			Field: "security_code", Reason: "the code of an existing account is changed by a POST to its path /security-code",
		}})
	case errors.Is(err, accounts.ErrNoAccount):
		return noAccount()
	case errors.Is(err, accounts.ErrTaken):
		return accountTaken()
	case errors.Is(err, accounts.ErrNoEnrollment):
		return noEnrollment()
	case errors.Is(err, accounts.ErrFull):
		return enrollmentFull()
	case errors.Is(err, accounts.ErrUnreadable):
		return broken(err)
	}
	return nil
}

func badAccount() *refusal {
	return problem(http.StatusBadRequest, "bad-account", "Not an account number",
		"The path must hold an account number as it stands on the bill: 1 to 24 letters, digits and hyphens.")
}

func noAccount() *refusal {
	return problem(http.StatusNotFound, "no-such-account", "No such account",
		"No account has this number. A PUT to its path creates it.")
}

func noEnrollment() *refusal {
	return problem(http.StatusNotFound, "no-such-enrollment", "No such enrollment",
		"There is no enrollment with this id. A POST to /v1/enrollments begins one.")
}

func accountTaken() *refusal {
	return problem(http.StatusConflict, "account-taken", "The number is another account's",
		"Another account has the new number. Nothing was changed.")
}

func enrollmentFull() *refusal {
	return problem(http.StatusConflict, "enrollment-full", "The enrollment is full",
		fmt.Sprintf("An enrollment has at most %d accounts. Nothing was added.", accounts.MaxEnrolled))
}

// refusedDetails names the first field in a field of its own; nothing has anything of what was sent.
func refusedDetails(fields accounts.FieldErrors) *refusal {
	no := problem(http.StatusUnprocessableEntity, "details-refused", "A field can't be so",
		"Nothing was changed, as a field was refused. "+fields.Error()+".")
	no.problem.Field, no.problem.Errors = fields[0].Field, faultsOf(fields)
	return no
}

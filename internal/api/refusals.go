package api

import (
	"fmt"
	"net/http"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/features"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// The refusals: each is a problem type of openapi.yaml, by the same name.

func problem(status int, name, title, detail string) *refusal {
	return &refusal{name: name, problem: Problem{
		Type: "/openapi.yaml#" + name, Title: title, Status: status, Detail: detail,
	}}
}

func (r refusal) because(cause error) *refusal {
	r.cause = cause
	return &r
}

func (r refusal) with(header, value string) *refusal {
	r.header, r.value = header, value
	return &r
}

// Refusals that are always the same.
var (
	badNumber = problem(http.StatusBadRequest, "bad-number", "Not a telephone number",
		"The path must hold a North American telephone number: ten digits, with or without +1, such as +16125550142.")
	badAreaCode = problem(http.StatusBadRequest, "bad-area-code", "Not an area code",
		"The path must hold the three digits of a North American area code, such as 612.")
	badLimit = problem(http.StatusBadRequest, "bad-limit", "Not a number of records",
		fmt.Sprintf("limit must be a whole number from 1 to %d.", pins.MaxHistory))
	noKey = challenge("Send a key in one header of this form: Authorization: Bearer uc_...", "")
	// badKey tells nobody which of malformed, unknown, wrong and revoked a key is.
	badKey = challenge("The key is not valid, or was revoked. Ask for a new one.", `, error="invalid_token"`)
	noPath = problem(http.StatusNotFound, "no-such-path", "No such path",
		"Nothing is here. All paths of the API are described at /openapi.yaml.")
	noLine = problem(http.StatusNotFound, "no-such-line", "No such line",
		"The number is not a line of the Update Center. A PUT to its path creates it.")
	noFeature = problem(http.StatusNotFound, "no-such-feature", "No such feature",
		"The path must end in the name of a calling feature, such as do-not-disturb.")
	notInstalled = problem(http.StatusNotFound, "not-installed", "The feature is not installed",
		"The line does not have this feature. A PUT to the line installs it.")
	// noIfMatch is for a change that could undo another's unseen (RFC 6585, section 3).
	noIfMatch = problem(http.StatusPreconditionRequired, "if-match-required", "Say what is to be replaced",
		"Read the feature first, and send its ETag in the header If-Match, so that no change of somebody else is lost.")
	changedMeanwhile = problem(http.StatusPreconditionFailed, "changed-meanwhile", "The feature has changed meanwhile",
		"Somebody changed the settings. Read the feature again, and send your change of that with its ETag.")
	tooLarge = problem(http.StatusRequestEntityTooLarge, "body-too-large", "The body is too large",
		"A body has at most 65536 bytes.")
	badContentType = problem(http.StatusUnsupportedMediaType, "bad-content-type", "Not a JSON body",
		"Send the body as JSON, with the header Content-Type: application/json.")
	backlog = problem(http.StatusServiceUnavailable, "backlog", "Too many changes wait",
		"The switch has not taken over many earlier changes of this line, so no more are taken on. Nothing was changed; try again later.").
		with("Retry-After", "60").because(features.ErrBacklog)
	badAccount = problem(http.StatusBadRequest, "bad-account", "Not an account number",
		"The path must hold an account number as it stands on the bill: 1 to 24 letters, digits and hyphens.")
	noAccount = problem(http.StatusNotFound, "no-such-account", "No such account",
		"No account has this number. A PUT to its path creates it.")
	noLink = problem(http.StatusNotFound, "no-such-link", "No such link",
		"The link was never sent, was used, was replaced by a newer one, or is too old. The customer can ask for another.")
	noEnrollment = problem(http.StatusNotFound, "no-such-enrollment", "No such enrollment",
		"There is no enrollment with this id. A POST to /v1/enrollments begins one.")
	accountTaken = problem(http.StatusConflict, "account-taken", "The number is another account's",
		"Another account has the new number. Nothing was changed.")
	enrollmentFull = problem(http.StatusConflict, "enrollment-full", "The enrollment is full",
		fmt.Sprintf("An enrollment has at most %d accounts. Nothing was added.", accounts.MaxEnrolled))
	badTicket = problem(http.StatusBadRequest, "bad-ticket", "Not the number of a ticket",
		"The path must hold the number of a repair ticket, 4 to 16 digits.")
	noTicket = problem(http.StatusNotFound, "no-such-ticket", "No such ticket",
		"No ticket has this number. A PUT to its path creates it.")
	noTest = problem(http.StatusNotFound, "no-such-service-test", "No such service test",
		"There is no service test with this id, or its line was tested again since.")
	// noIfMatchOfTicket and ticketChanged are noIfMatch and changedMeanwhile of a ticket.
	noIfMatchOfTicket = problem(http.StatusPreconditionRequired, noIfMatch.name, noIfMatch.problem.Title,
		"Read the ticket first, and send its ETag in the header If-Match, so that no change of a caller's is lost; or send If-None-Match: * for a new one.")
	ticketChanged = problem(http.StatusPreconditionFailed, changedMeanwhile.name, "The ticket has changed meanwhile",
		"Somebody changed the ticket, or has created it. Read it again, and send your change of that with its ETag.")
	noMailbox = problem(http.StatusNotFound, "no-such-mailbox", "No such mailbox",
		"The line has no voice mailbox. A PUT to this path says that it has one.")
	// noIfMatchOfMailbox and mailboxChanged are the same of a mailbox.
	noIfMatchOfMailbox = problem(http.StatusPreconditionRequired, noIfMatch.name, noIfMatch.problem.Title,
		"Read the mailbox first, and send its ETag in the header If-Match; or send If-None-Match: * for a new one.")
	mailboxChanged = problem(http.StatusPreconditionFailed, changedMeanwhile.name, "The mailbox has changed meanwhile",
		"Somebody changed the mailbox, or has created it. Read it again, and send your change of that with its ETag.")
	badEmail = problem(http.StatusBadRequest, "bad-email", "Not an e-mail address",
		"The path must end in an e-mail address, percent-encoded where it has to be, such as pat@mail.example.com.")
	noSuchEmail = problem(http.StatusNotFound, "no-such-email", "No such e-mail address",
		"The line does not have this e-mail address. A PUT to this path gives it to the line.")
	emailsFull = problem(http.StatusConflict, "emails-full", "The line has too many e-mail addresses",
		fmt.Sprintf("A line has at most %d e-mail addresses. Nothing was changed.", mailboxes.MaxEmails))
	// noIfMatchOfEmail and emailChanged are the same of an e-mail address.
	noIfMatchOfEmail = problem(http.StatusPreconditionRequired, noIfMatch.name, noIfMatch.problem.Title,
		"Read the addresses of the line first, and send the revision of this one, as an ETag, in the header If-Match; or send If-None-Match: * for a new one.")
	emailChanged = problem(http.StatusPreconditionFailed, changedMeanwhile.name, "The e-mail address has changed meanwhile",
		"Somebody changed the address, or the line has it already, or no longer. Read the addresses of the line again, and send your change with the revision.")
	ticketOfOther = problem(http.StatusConflict, "ticket-of-another-line", "The ticket is one of another line",
		"A ticket stays with its line. Nothing was changed; give the other line a ticket of its own.")
	ticketsFull = problem(http.StatusConflict, "tickets-full", "The line has too many tickets",
		fmt.Sprintf("A line has at most %d tickets that have not ended. Nothing was changed.", tickets.MaxTickets))
	otherResult = problem(http.StatusConflict, "other-result", "The service test has another result",
		"Another result of this service test was sent before, and may have been told. Nothing was changed.")
	notListable = refusedDetails(accounts.FieldErrors{{
		Field: "caller", Reason: "want a telephone number that can be listed, such as +16125550142, or null for any other",
	}})
	keepsCode = refusedDetails(accounts.FieldErrors{{
		Field: "security_code", Reason: "the code of an existing account is changed by a POST to its path /security-code",
	}})
)

// badBody says all that is wrong with the body, the first of it in the detail.
func badBody(faults ...Fault) *refusal {
	detail := fmt.Sprintf("Field %s: %s.", faults[0].Pointer, faults[0].Detail)
	if faults[0].Pointer == "#" {
		detail = "The body " + faults[0].Detail + "."
	}
	if more := len(faults) - 1; more > 0 {
		detail += fmt.Sprintf(" See errors for %d more.", more)
	}
	no := problem(http.StatusBadRequest, "bad-body", "The body is not what it should be", detail)
	no.problem.Errors = faults
	return no
}

// challenge is what RFC 6750 calls the answer to a request without a valid key.
func challenge(detail, attributes string) *refusal {
	return problem(http.StatusUnauthorized, "no-valid-key", "No valid key", detail).
		with("WWW-Authenticate", `Bearer realm="updatecenter"`+attributes)
}

func missingScope(scope apikey.Scope) *refusal {
	return problem(http.StatusForbidden, "missing-scope", "The key may not do this",
		"This operation takes a key with the scope "+string(scope)+".").
		with("WWW-Authenticate", `Bearer realm="updatecenter", error="insufficient_scope", scope="`+string(scope)+`"`)
}

func notCalled(destination *nanp.DestinationError) *refusal {
	return problem(http.StatusUnprocessableEntity, "number-not-called", "We do not call this number",
		"A line, or the contact of a ticket, is called to tell a code or a change, and this one can't be: "+destination.Reason+". Nothing was changed.")
}

// badIfMatch is of either header with ETags.
func badIfMatch(header string) *refusal {
	return problem(http.StatusBadRequest, "bad-if-match", "Not a list of ETags",
		header+` must be the ETag that the feature was last answered with, such as "7", with its quotes; several, with commas between; or * for any.`)
}

// nothingMatches is changedMeanwhile of a feature that is not there, so that not even * matches
// (RFC 9110, section 13.1.1).
func nothingMatches() *refusal {
	no := *changedMeanwhile
	no.problem.Detail = "The line does not have this feature, or has it no longer. A PUT to the line installs it."
	return &no
}

// refusedSettings has the first reason in a field of its own, which the phone and the API share.
func refusedSettings(refused features.Refusals) *refusal {
	reason := refused[0].Reason
	no := problem(http.StatusUnprocessableEntity, "settings-refused", "The settings can't be so", reason.Sentence())
	no.problem.Reason, no.problem.Errors = reason, faultsOf(refused)
	return no
}

// faultsOf are those that the rules of the domain find.
func faultsOf(err error) []Fault {
	var f form
	f.refuse(err)
	return f.faults
}

func badMethod(allow string) *refusal {
	return problem(http.StatusMethodNotAllowed, "bad-method", "Not a method of this path",
		"This path takes only "+allow+".").with("Allow", allow)
}

func broken(cause error) *refusal {
	return problem(http.StatusInternalServerError, "internal", "The answer could not be made",
		"This is our fault. Report it, with the instance.").because(cause)
}

func unavailable(cause error) *refusal {
	return problem(http.StatusServiceUnavailable, "unavailable", "The store does not answer",
		"The place where lines and keys are kept could not be reached in time. Try again in a few seconds; "+
			"a change may have been made or not.").with("Retry-After", "5").because(cause)
}

// refusedDetails names the first field in a field of its own; nothing has anything of what was sent.
func refusedDetails(fields accounts.FieldErrors) *refusal {
	no := problem(http.StatusUnprocessableEntity, "details-refused", "A field can't be so",
		"Nothing was changed, as a field was refused. "+fields.Error()+".")
	no.problem.Field, no.problem.Errors = fields[0].Field, faultsOf(fields)
	return no
}

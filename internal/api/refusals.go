package api

import (
	"fmt"
	"net/http"

	"updatecenter/internal/apikey"
	"updatecenter/pins"
)

// The refusals: each is a problem type of openapi.yaml, by the same name.

func problem(status int, name, title, detail string) *refusal {
	return &refusal{name: name, problem: Problem{
		Type: "/openapi.yaml#" + name, Title: title, Status: status, Detail: detail,
	}}
}

func (r *refusal) because(cause error) *refusal {
	r.cause = cause
	return r
}

func (r *refusal) with(header, value string) *refusal {
	r.header, r.value = header, value
	return r
}

func badNumber() *refusal {
	return problem(http.StatusBadRequest, "bad-number", "Not a telephone number",
		"The path must hold a North American telephone number: ten digits, with or without +1, such as +16125550142.")
}

func badAreaCode() *refusal {
	return problem(http.StatusBadRequest, "bad-area-code", "Not an area code",
		"The path must hold the three digits of a North American area code, such as 612.")
}

func badLimit() *refusal {
	return problem(http.StatusBadRequest, "bad-limit", "Not a number of records",
		fmt.Sprintf("limit must be a whole number from 1 to %d.", pins.MaxHistory))
}

// badBody says in detail what the body should be.
func badBody(detail string) *refusal {
	return problem(http.StatusBadRequest, "bad-body", "The body is not what it should be", detail)
}

// challenge is what RFC 6750 calls the answer to a request without a valid key.
func challenge(detail, attributes string) *refusal {
	return problem(http.StatusUnauthorized, "no-valid-key", "No valid key", detail).
		with("WWW-Authenticate", `Bearer realm="updatecenter"`+attributes)
}

func noKey() *refusal {
	return challenge("Send a key in one header of this form: Authorization: Bearer uc_...", "")
}

// badKey tells nobody which of malformed, unknown, wrong and revoked a key is.
func badKey() *refusal {
	return challenge("The key is not valid, or was revoked. Ask for a new one.", `, error="invalid_token"`)
}

func missingScope(scope apikey.Scope) *refusal {
	return problem(http.StatusForbidden, "missing-scope", "The key may not do this",
		"This operation takes a key with the scope "+string(scope)+".").
		with("WWW-Authenticate", `Bearer realm="updatecenter", error="insufficient_scope", scope="`+string(scope)+`"`)
}

func noPath() *refusal {
	return problem(http.StatusNotFound, "no-such-path", "No such path",
		"Nothing is here. All paths of the API are described at /openapi.yaml.")
}

func noLine() *refusal {
	return problem(http.StatusNotFound, "no-such-line", "No such line",
		"The number is not a line of the Update Center. A PUT to its path creates it.")
}

func badMethod(allow string) *refusal {
	return problem(http.StatusMethodNotAllowed, "bad-method", "Not a method of this path",
		"This path takes only "+allow+".").with("Allow", allow)
}

func tooLarge() *refusal {
	return problem(http.StatusRequestEntityTooLarge, "body-too-large", "The body is too large",
		"A body has at most 65536 bytes.")
}

func badContentType() *refusal {
	return problem(http.StatusUnsupportedMediaType, "bad-content-type", "Not a JSON body",
		"Send the body as JSON, with the header Content-Type: application/json.")
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

package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/httplog"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/tickets"
	"updatecenter/internal/typed"
	"updatecenter/pins"
)

// Problem is a refusal as a client reads it (RFC 9457).
type Problem struct {
	Type     string `json:"type"`               // "/openapi.yaml#no-such-line": one of those listed there
	Title    string `json:"title"`              // of the type, always the same
	Status   int    `json:"status"`             // the HTTP status
	Detail   string `json:"detail"`             // a sentence: what was wrong, and what to do
	Instance string `json:"instance,omitempty"` // "urn:uuid:...", which the log names too

	Errors []Fault         `json:"errors,omitempty"` // of bad-body, settings-refused, details-refused: all that is wrong
	Reason features.Reason `json:"reason,omitempty"` // of settings-refused: that of the first
	Field  string          `json:"field,omitempty"`  // of details-refused: the first
	Since  time.Time       `json:"since,omitzero"`   // of email-too-new, address-too-new: since when the address is on file
	From   time.Time       `json:"from,omitzero"`    // of email-too-new, address-too-new: from when it can be used
	Until  time.Time       `json:"until,omitzero"`   // of calls-declined: until when no calls are made
}

// A refusal is an error with two faces: a problem for the client, a cause for the log.
type refusal struct {
	problem Problem
	name    string // of the type
	header  string // one more header of the answer, and its value; or none
	value   string
	cause   error // may be nil, where the problem says it all
}

// Error is the log's face. It holds nothing that the client sent.
func (r *refusal) Error() string {
	if r.cause == nil {
		return r.problem.Title
	}
	return fmt.Sprintf("%s: %v", r.problem.Title, r.cause)
}

// Unwrap returns the cause.
func (r *refusal) Unwrap() error { return r.cause }

// explained are the refusals for errors of the domain, the first that fits.
var explained = []struct {
	err     error
	refusal *refusal
}{
	{pins.ErrNoLine, noLine},
	{features.ErrNotInstalled, notInstalled},
	{features.ErrBacklog, backlog},
	{pins.ErrNotValidated, notValidated},
	{repair.ErrNotFound, noValidation},
	{repair.ErrNotAllowed, missingScope(apikey.ValidationsPhotoID)},
	{accounts.ErrKeepsCode, keepsCode},
	{accounts.ErrNoAccount, noAccount},
	{accounts.ErrTaken, accountTaken},
	{accounts.ErrLink, noLink},
	{accounts.ErrNoEnrollment, noEnrollment},
	{accounts.ErrFull, enrollmentFull},
	{mailboxes.ErrNoMailbox, noMailbox},
	{mailboxes.ErrNoEmail, noSuchEmail},
	{mailboxes.ErrFull, emailsFull},
	{tickets.ErrNoTicket, noTicket},
	{tickets.ErrNoTest, noTest},
	{tickets.ErrOtherLine, ticketOfOther},
	{tickets.ErrFull, ticketsFull},
	{tickets.ErrOtherResult, otherResult},
	{deliveries.ErrNotFound, noDelivery},
	{deliveries.ErrNoSecret, noSecret},
	{deliveries.ErrNoWay, noWay},
	{deliveries.ErrFinal, tooLate},
	{deliveries.ErrKeyReused, keyReused},
}

// Errors that say what is wrong with a body, and those that are faults of ours.
var (
	ofBodies = []error{pins.ErrLanguage, accounts.ErrClaim, repair.ErrNote, repair.ErrCode, recovery.ErrRequest, deliveries.ErrParams}
	ofOurs   = []error{
		storage.ErrUnreadable, repair.ErrWho, repair.ErrKey, audit.ErrInvalidEvent, audit.ErrTampered, audit.ErrUnreadable,
	}
)

// explain finds the refusal in an error. What no rule of the domain says is taken for a
// store's trouble that passes: nothing else in a handler can fail.
func explain(err error, now time.Time) *refusal {
	var known *refusal
	if errors.As(err, &known) {
		return known
	}
	if no := explainDetails(err, now); no != nil {
		return no
	}
	is := func(sentinel error) bool { return errors.Is(err, sentinel) }
	if i := slices.IndexFunc(ofBodies, is); i >= 0 {
		return badBody(Fault{ofBodies[i].Error(), "#"})
	}
	for _, each := range explained {
		if is(each.err) {
			return each.refusal
		}
	}
	if slices.ContainsFunc(ofOurs, is) {
		return broken(err)
	}
	return unavailable(err)
}

// explainDetails finds the refusal in errors that have details, or nil.
func explainDetails(err error, now time.Time) *refusal {
	if refused, is := errors.AsType[features.Refusals](err); is {
		return refusedSettings(refused)
	}
	if destination, is := errors.AsType[*nanp.DestinationError](err); is {
		return notCalled(destination)
	}
	if fields, is := errors.AsType[accounts.FieldErrors](err); is {
		return refusedDetails(fields)
	}
	if address, is := errors.AsType[*deliveries.TooNewError](err); is {
		return notOfRecord(address)
	}
	if blocked, is := errors.AsType[*deliveries.BlockedError](err); is {
		return callsDeclined(blocked.Until)
	}
	if limit, is := errors.AsType[*deliveries.LimitError](err); is {
		return tooManyDeliveries(limit, now)
	}
	if limit, is := errors.AsType[*repair.LimitError](err); is {
		return limitReached(limit, now)
	}
	return nil
}

// refuse tells the client and the log.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, no *refusal) {
	problem := no.problem
	problem.Instance = a.instance()
	a.logRefusal(r, no, problem.Instance)
	if no.header != "" {
		w.Header().Set(no.header, no.value)
	}
	// A problem is made of strings, a number and times of our own, so it can't fail to be JSON.
	_ = reply(w, problem.Status, problemType, problem)
}

func (a *API) logRefusal(r *http.Request, no *refusal, instance string) {
	attributes := []slog.Attr{
		slog.Int("status", no.problem.Status), slog.String("problem", no.name),
		slog.String("method", httplog.Method(r)), slog.String("route", httplog.Route(r)),
		slog.String("instance", instance),
	}
	if no.cause != nil {
		attributes = append(attributes, slog.Any("cause", no.cause))
	}
	level := slog.LevelInfo
	// A client that went away is no trouble of ours, though its question then fails.
	if no.problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		level = slog.LevelError
	}
	a.config.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "api request refused", attributes...)
}

// instance names one refusal (a version 4 UUID, RFC 9562), or "" without randomness.
func (a *API) instance() string {
	var b [16]byte
	if _, err := io.ReadFull(a.config.Random, b[:]); err != nil {
		return ""
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// anyScope is asked for where every valid key will do.
const anyScope apikey.Scope = ""

// A keyHandler answers a request that has shown a key.
type keyHandler func(w http.ResponseWriter, r *http.Request, key apikey.Key) error

// of hands a handler what the path names.
func of[T any](
	read func(*http.Request) (T, error), serve func(http.ResponseWriter, *http.Request, apikey.Key, T) error,
) keyHandler {
	return func(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
		named, err := read(r)
		if err != nil {
			return err
		}
		return serve(w, r, key, named)
	}
}

// with hands a handler what the path names, and the body.
func with[T, B any](
	read func(*http.Request) (T, error), check func(B, *form),
	serve func(http.ResponseWriter, *http.Request, apikey.Key, T, B) error,
) keyHandler {
	return of(read, func(w http.ResponseWriter, r *http.Request, key apikey.Key, named T) error {
		body, err := readBody(w, r, check)
		if err != nil {
			return err
		}
		return serve(w, r, key, named, body)
	})
}

// inPath reads what stands in the path for a name in braces, or refuses it.
func inPath[T any](name string, parse func(string) (T, error), no *refusal) func(*http.Request) (T, error) {
	return func(r *http.Request) (T, error) {
		value, err := parse(mux.Vars(r)[name])
		if err != nil {
			var none T
			return none, no
		}
		return value, nil
	}
}

// What paths name.
var (
	pathNumber     = inPath("number", typed.Number, badNumber)
	pathAccount    = inPath("account", accounts.ParseNumber, badAccount)
	pathEnrollment = inPath("enrollment", accounts.ParseEnrollmentID, noEnrollment)
	pathDelivery   = inPath("delivery", deliveries.ParseID, noDelivery)
	pathValidation = inPath("validation", repair.ParseID, noValidation)
)

// keyed lets a request with a valid key of that scope through.
func (a *API) keyed(scope apikey.Scope, serve keyHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		key, err := a.authenticate(r)
		if err != nil {
			return err
		}
		if err := allowed(key, scope); err != nil {
			return err
		}
		return serve(w, r, key)
	}
}

// allowed refuses a key that lacks the scope.
func allowed(key apikey.Key, scope apikey.Scope) error {
	if scope != anyScope && !key.Allows(scope) {
		return missingScope(scope).because(fmt.Errorf("key %s", key.Name))
	}
	return nil
}

// authenticate finds the key that a request shows. An unknown id and a wrong secret take
// the same question to the store and the same comparison, and get the same answer.
func (a *API) authenticate(r *http.Request) (apikey.Key, error) {
	token, ok := bearer(r.Header)
	if !ok {
		return apikey.Key{}, noKey
	}
	id, ok := apikey.ID(token)
	if !ok {
		return apikey.Key{}, badKey
	}
	ctx, cancel := context.WithTimeout(r.Context(), storesWithin)
	defer cancel()
	key, err := a.config.Keys.Key(ctx, id)
	if err != nil && !errors.Is(err, apikey.ErrNotFound) {
		return apikey.Key{}, fmt.Errorf("find key: %w", err)
	}
	if !key.Matches(token) { // nor does the zero Key of an unknown id, after the same work
		return apikey.Key{}, badKey
	}
	return key, nil
}

// bearer reads the one Authorization header (RFC 6750, section 2.1), whose scheme may be
// written in any case (RFC 9110, section 11.1).
func bearer(header http.Header) (secret.Text, bool) {
	values := header.Values("Authorization")
	if len(values) != 1 {
		return secret.Text{}, false
	}
	scheme, token, found := strings.Cut(values[0], " ")
	token = strings.TrimLeft(token, " ")
	if !found || token == "" || !strings.EqualFold(scheme, "Bearer") {
		return secret.Text{}, false
	}
	return secret.New(token), true
}

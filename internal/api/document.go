package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/durability"
	"updatecenter/internal/features"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Line is a telephone line as the API and the command line show it. It holds neither a PIN
// nor its hash.
type Line struct {
	Number       nanp.Number `json:"number"`        // E.164, "+16125550142"
	Language     *string     `json:"language"`      // "en", "es", or null while not chosen
	PIN          string      `json:"pin"`           // "temporary" or "personal"
	Since        time.Time   `json:"since"`         // when the present PIN came into force, UTC
	Strikes      Strikes     `json:"strikes"`       // failures and locks
	AccessNumber nanp.Number `json:"access_number"` // to reach this line's features from any telephone

	// Features are those that are installed, in the order of [pins.AllFeatures]; nil: the reader
	// may not know, and it is left away.
	Features []pins.Feature `json:"features,omitzero"`
}

// Strikes are the failures of a line, apart by where the calls came from.
type Strikes struct {
	Line      SideStrikes `json:"line"`      // from the line itself
	Elsewhere SideStrikes `json:"elsewhere"` // from any other telephone
}

// SideStrikes are the failures in a row on one side, and the lock that came of them.
type SideStrikes struct {
	Failures    int       `json:"failures"`
	Lock        Lock      `json:"lock"`
	LockedUntil time.Time `json:"locked_until,omitzero"` // of a timed lock, UTC
}

// Lock says how one side of a line is locked.
type Lock string

// The locks.
const (
	NoLock     Lock = "none"
	TimedLock  Lock = "timed"       // ends by itself
	UntilReset Lock = "until-reset" // from elsewhere also until the right PIN is keyed from the line
)

// LineDocument shows a line as it is at the time now. A timed lock that is over is none.
func LineDocument(line pins.Line, now time.Time) Line {
	// Every nanp.Number has an area code, which is all that could be wrong.
	access, _ := pins.AccessNumber(line.Number.AreaCode())
	document := Line{
		Number: line.Number, PIN: "personal", Since: line.Since.UTC(), AccessNumber: access,
		Features: line.Features.List(),
		Strikes: Strikes{
			Line:      sideStrikes(line.FromLine, now),
			Elsewhere: sideStrikes(line.Remote, now),
		},
	}
	if line.Temporary() {
		document.PIN = "temporary"
	}
	if line.Language != "" {
		document.Language = &line.Language
	}
	return document
}

func sideStrikes(s limit.Strikes, now time.Time) SideStrikes {
	switch {
	case s.Closed:
		return SideStrikes{Failures: s.Failures, Lock: UntilReset}
	case s.LockedAt(now):
		return SideStrikes{Failures: s.Failures, Lock: TimedLock, LockedUntil: s.LockedUntil.UTC()}
	}
	return SideStrikes{Failures: s.Failures, Lock: NoLock}
}

// Features are the installed features of a line, and how they are set.
type Features struct {
	Number   nanp.Number `json:"number"`
	Features []Feature   `json:"features"` // in the order of [pins.AllFeatures]; never null
}

// Feature is how a feature is set; of a code it has only whether there is one.
type Feature struct {
	Feature  pins.Feature `json:"feature"`
	Revision int64        `json:"revision"` // grows with every change; 0 while nothing was ever changed
	features.Document
}

// FeaturesDocument shows how the features of a line are set.
func FeaturesDocument(line features.Line) Features {
	document := Features{Number: line.Number, Features: []Feature{}}
	for _, f := range line.Installed.List() {
		if setting, installed := line.Setting(f); installed {
			document.Features = append(document.Features, featureDocument(setting))
		}
	}
	return document
}

func featureDocument(setting features.Setting) Feature {
	return Feature{Feature: setting.Feature, Revision: setting.Revision, Document: features.DocumentOf(setting)}
}

// History is what happened to the PIN and the features of a number, newest first.
type History struct {
	Number  nanp.Number   `json:"number"`
	Records []pins.Record `json:"records"` // never null; times in UTC
}

// HistoryDocument shows the records of a number in the order given.
func HistoryDocument(number nanp.Number, records []pins.Record) History {
	document := History{Number: number, Records: make([]pins.Record, 0, len(records))}
	for _, record := range records {
		record.At = record.At.UTC()
		record.Until = record.Until.UTC()
		document.Records = append(document.Records, record)
	}
	return document
}

// AccessNumber is the toll-free number of an area code.
type AccessNumber struct {
	AreaCode     string      `json:"area_code"`
	AccessNumber nanp.Number `json:"access_number"`
}

const (
	jsonType    = "application/json"
	problemType = "application/problem+json" // RFC 9457, section 3
	yamlType    = "application/yaml"         // RFC 9512
)

// reply writes a document as JSON. Nothing is written if it can't be.
func reply(w http.ResponseWriter, status int, contentType string, document any) error {
	body, err := json.Marshal(document)
	if err != nil {
		return broken(fmt.Errorf("encode answer: %w", err))
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that has gone away is told nothing more
	return nil
}

// storesWithin bounds all that one request asks of the stores. A client's own time-out is
// seldom shorter.
const storesWithin = 3 * time.Second

// A handler answers one method of a resource. Once it has written anything it returns nil;
// any other end is an error, which explain turns into a problem.
type handler func(w http.ResponseWriter, r *http.Request) error

// methods are the handlers of a resource. HEAD and OPTIONS need none.
type methods map[string]handler

// allow lists the methods for the Allow header, in a fixed order.
func (m methods) allow() string {
	names := append(slices.Collect(maps.Keys(m)), http.MethodOptions)
	if _, ok := m[http.MethodGet]; ok {
		names = append(names, http.MethodHead)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// A resource is what stands at one path; without methods, nothing does.
type resource struct {
	api       *API
	methods   methods
	unbounded bool // an answer goes on and on: what asks the stores bounds each question itself
}

// ServeHTTP answers within the stores' time and the client's.
func (s resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !s.unbounded {
		bounded, cancel := context.WithTimeout(ctx, storesWithin)
		defer cancel()
		ctx, w = answering(bounded, w)
	}
	// Lines change at any moment, and are no business of a cache's.
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err := s.serve(w, r.WithContext(ctx)); err != nil {
		s.api.refuse(w, r, explain(err, s.api.config.Now()))
	}
}

// DurabilityHeader stands, as "uncertain", in the answer to a request that made a change which may not
// last. See [durability.Watch].
const DurabilityHeader = "Durability"

// answering returns the context and the writer of an answer that tells of such a change.
func answering(ctx context.Context, w http.ResponseWriter) (context.Context, http.ResponseWriter) {
	ctx, doubt := durability.Watch(ctx)
	return ctx, &doubting{w, doubt}
}

type doubting struct {
	http.ResponseWriter
	doubt *durability.Doubt
}

// WriteHeader implements [http.ResponseWriter]. All answers come to it.
func (d *doubting) WriteHeader(status int) {
	if d.doubt.Any() {
		d.Header().Set(DurabilityHeader, "uncertain")
	}
	d.ResponseWriter.WriteHeader(status)
}

func (s resource) serve(w http.ResponseWriter, r *http.Request) error {
	if s.methods == nil {
		return noPath
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet // net/http leaves the body away
	}
	if serve, ok := s.methods[method]; ok {
		return serve(w, r)
	}
	if method != http.MethodOptions {
		return badMethod(s.methods.allow())
	}
	w.Header().Set("Allow", s.methods.allow())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

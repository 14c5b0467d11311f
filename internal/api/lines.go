package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audited"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// from is how a line's history names this interface.
const from = "api"

func (a *API) showLine(w http.ResponseWriter, r *http.Request, key apikey.Key, number nanp.Number) error {
	if err := a.lookUp(r, key, number, ofLine); err != nil {
		return err
	}
	return a.replyLine(w, r, http.StatusOK, number, key)
}

func (a *API) showAccessNumber(w http.ResponseWriter, r *http.Request, _ apikey.Key) error {
	areaCode := mux.Vars(r)["area_code"]
	number, err := pins.AccessNumber(areaCode)
	if err != nil {
		return badAreaCode
	}
	return reply(w, http.StatusOK, jsonType, AccessNumber{AreaCode: areaCode, AccessNumber: number})
}

// replyLine answers with the line as it now is in the store.
func (a *API) replyLine(w http.ResponseWriter, r *http.Request, status int, number nanp.Number, key apikey.Key) error {
	line, err := a.config.Lines.Find(r.Context(), number)
	if err != nil {
		return fmt.Errorf("show line: %w", err)
	}
	if status == http.StatusCreated {
		w.Header().Set("Location", "/v1/lines/"+string(number))
	}
	return reply(w, status, jsonType, a.lineFor(line, key))
}

// lineFor shows a line to a key. Which features it has is protected information (47 CFR 64.2003,
// CPNI), and for keys that may read features alone.
func (a *API) lineFor(line pins.Line, key apikey.Key) Line {
	document := LineDocument(line, a.config.Now())
	if !key.Allows(apikey.FeaturesRead) {
		document.Features = nil
	}
	return document
}

// A lineBody is what a line should be.
type lineBody struct {
	Language *string        `json:"language"` // null: as it is
	Features []pins.Feature `json:"features"` // null: as they are
}

func (b lineBody) check(f *form) {
	f.need(b.Language == nil || *b.Language == "en" || *b.Language == "es", "/language", "want en, es or null")
	for i, feature := range b.Features {
		_, known := features.RuleOf(feature)
		f.need(known, fmt.Sprintf("/features/%d", i), "is no calling feature: want any of "+featureNames())
		f.need(!slices.Contains(b.Features[:i], feature), fmt.Sprintf("/features/%d", i), "stands twice")
	}
}

func featureNames() string {
	names := make([]string, len(pins.AllFeatures))
	for i, feature := range pins.AllFeatures {
		names[i] = string(feature)
	}
	return strings.Join(names, ", ")
}

// line reads the body as a line.
func (b lineBody) line(number nanp.Number) pins.NewLine {
	line := pins.NewLine{Number: number, Features: pins.FeaturesOf(b.Features...), FeaturesGiven: b.Features != nil}
	if b.Language != nil {
		line.Language = *b.Language
	}
	return line
}

// putLine creates a line, or sets the language of one that exists, and sets its features. It
// never touches a PIN.
func (a *API) putLine(w http.ResponseWriter, r *http.Request, key apikey.Key, number nanp.Number, body lineBody) error {
	line := body.line(number)
	done, err := a.lines.Put(r.Context(), a.by(r, key), line)
	a.logPut(r, line, done, key)
	if err != nil {
		return fmt.Errorf("put line: %w", err)
	}
	status := http.StatusOK
	if done.Created {
		status = http.StatusCreated
	}
	return a.replyLine(w, r, status, number, key)
}

// logPut logs what was done, also where it ended in between. That there is no such line any more is
// found out when it is shown.
func (a *API) logPut(r *http.Request, line pins.NewLine, done audited.Put, key apikey.Key) {
	if done.Created {
		a.config.Log.InfoContext(r.Context(), "line created", "line", line.Number, "language", line.Language, "key", key.Name)
	}
	if done.Language {
		a.config.Log.InfoContext(r.Context(), "language of line set", "line", line.Number, "language", line.Language, "key", key.Name)
	}
	if done.Installed {
		a.config.Log.InfoContext(r.Context(), "features of line installed", "line", line.Number, "key", key.Name)
		a.config.Changed()
	}
}

// defaultRecords is how many records of a history are answered, if no limit is asked for.
const defaultRecords = 100

// showHistory answers for every number: a line that was removed has a history too.
func (a *API) showHistory(w http.ResponseWriter, r *http.Request, key apikey.Key, number nanp.Number) error {
	limit, err := queryLimit(r)
	if err != nil {
		return err
	}
	if err := a.lookUp(r, key, number, ofHistory); err != nil {
		return err
	}
	all := key.Allows(apikey.FeaturesRead)
	read := limit
	if !all {
		read = pins.MaxHistory // some of which are hidden
	}
	records, err := a.config.Provisioning.History(r.Context(), number, read)
	if err != nil {
		return fmt.Errorf("show history: %w", err)
	}
	if !all {
		records = slices.DeleteFunc(records, ofFeatures)
	}
	records = records[:min(limit, len(records))]
	return reply(w, http.StatusOK, jsonType, HistoryDocument(number, records))
}

// ofFeatures says whether a record tells which features a line has, or of their settings: a key
// that can't read features can't read them off the history.
func ofFeatures(record pins.Record) bool {
	switch record.Event {
	case pins.FeatureChanged, pins.FeaturesInstalled, pins.EventSkipped:
		return true
	case pins.Changed, pins.Reset, pins.ResetRefused, pins.Locked, pins.Removed,
		pins.CustomerValidated, pins.PINUnlocked, pins.NoticeUndelivered, pins.TicketWritten, pins.TicketContactChanged,
		pins.TicketCanceled, pins.ServiceTestRequested, pins.ServiceTestEnded, pins.ServiceTestCallAsked, pins.ServiceTestHeard, pins.MailboxWritten, pins.MailboxPasswordReset,
		pins.EmailWritten, pins.EmailRemoved, pins.EmailPasswordReset, pins.EmailLocked:
	}
	return false
}

func queryLimit(r *http.Request) (int, error) {
	query := r.URL.Query()
	if !query.Has("limit") {
		return defaultRecords, nil
	}
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil || limit < 1 || limit > pins.MaxHistory {
		return 0, badLimit
	}
	return limit, nil
}

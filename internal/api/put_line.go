package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audited"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

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
func (a *API) putLine(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, lineBody.check)
	if err != nil {
		return err
	}
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
		a.log.InfoContext(r.Context(), "line created", "line", line.Number, "language", line.Language, "key", key.Name)
	}
	if done.Language {
		a.log.InfoContext(r.Context(), "language of line set", "line", line.Number, "language", line.Language, "key", key.Name)
	}
	if done.Installed {
		a.log.InfoContext(r.Context(), "features of line installed", "line", line.Number, "key", key.Name)
		a.changed()
	}
}

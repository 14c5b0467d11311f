package api

import (
	"errors"
	"fmt"
	"net/http"

	"updatecenter/audited"
	"updatecenter/internal/apikey"
	"updatecenter/pins"
)

// A lineBody is what a line should be.
type lineBody struct {
	Language *string        `json:"language"` // null: as it is
	Features []pins.Feature `json:"features"` // null: as they are
}

const lineBodyShould = `The body must be one JSON object with no other fields than language, which is "en", "es" or null, ` +
	`and features, which is null or a list of names of calling features, each once.`

// line reads the body as a line; false if it says what no line can be.
func (b lineBody) line() (pins.NewLine, bool) {
	line := pins.NewLine{Features: pins.FeaturesOf(b.Features...), FeaturesGiven: b.Features != nil}
	if b.Language != nil {
		line.Language = *b.Language
	}
	languageGiven := b.Language == nil || line.Language != ""
	return line, languageGiven && line.Features.Len() == len(b.Features) // fewer: unknown, or twice
}

// putLine creates a line, or sets the language of one that exists, and sets its features. It
// never touches a PIN.
func (a *API) putLine(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	body, err := readBody[lineBody](w, r, lineBodyShould)
	if err != nil {
		return err
	}
	line, ok := body.line()
	if !ok {
		return badBody(lineBodyShould)
	}
	line.Number = number
	done, err := a.lines.Put(r.Context(), a.by(r, key), line)
	a.logPut(r, line, done, key)
	switch {
	case errors.Is(err, pins.ErrLanguage):
		return badBody(lineBodyShould)
	case err != nil:
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

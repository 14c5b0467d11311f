package api

import (
	"errors"
	"fmt"
	"net/http"

	"updatecenter/features"
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
// never touches a PIN. A line is created without features, which are then installed as on one
// that exists: its history tells of both alike. If it ends in between, the next PUT does the rest.
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
	created, err := a.provisioning.Add(r.Context(), []pins.NewLine{{Number: number, Language: line.Language}})
	status := http.StatusOK
	switch {
	case errors.Is(err, pins.ErrLanguage):
		return badBody(lineBodyShould)
	case err != nil:
		return fmt.Errorf("put line: %w", err)
	case created[0]:
		a.log.InfoContext(r.Context(), "line created", "line", number, "language", line.Language, "key", key.Name)
		status = http.StatusCreated
	default:
		if err := a.setLanguage(r, line, key); err != nil {
			return err
		}
	}
	if err := a.install(r, line, key); err != nil {
		return err
	}
	return a.replyLine(w, r, status, number, key)
}

// setLanguage sets the language of a line that existed, if one is given.
func (a *API) setLanguage(r *http.Request, line pins.NewLine, key apikey.Key) error {
	if line.Language == "" {
		return nil
	}
	if err := a.lines.SetLanguage(r.Context(), line.Number, line.Language); err != nil {
		return fmt.Errorf("put line: %w", err)
	}
	a.log.InfoContext(r.Context(), "language of line set", "line", line.Number, "language", line.Language, "key", key.Name)
	return nil
}

// install sets the features of a line, if they are given. That there is no such line any more
// is found out when it is shown.
func (a *API) install(r *http.Request, line pins.NewLine, key apikey.Key) error {
	if !line.FeaturesGiven {
		return nil
	}
	changed, err := a.features.Install(r.Context(),
		[]features.Installation{{Number: line.Number, Features: line.Features}},
		pins.Note{By: key.Name, From: from})
	if err != nil {
		return fmt.Errorf("install features: %w", err)
	}
	if changed[0] {
		a.log.InfoContext(r.Context(), "features of line installed", "line", line.Number, "key", key.Name)
		a.changed()
	}
	return nil
}

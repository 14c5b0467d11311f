package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

func (a *API) showFeatures(w http.ResponseWriter, r *http.Request, key apikey.Key, number nanp.Number) error {
	if err := a.lookUp(r, key, number, ofSettings); err != nil {
		return err
	}
	line, err := a.config.Features.Find(r.Context(), number)
	if err != nil {
		return fmt.Errorf("show features: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, FeaturesDocument(line))
}

func (a *API) showFeature(w http.ResponseWriter, r *http.Request, key apikey.Key, named namedFeature) error {
	if err := a.lookUp(r, key, named.number, ofSettings); err != nil {
		return err
	}
	line, err := a.config.Features.Find(r.Context(), named.number)
	if err != nil {
		return fmt.Errorf("show feature: %w", err)
	}
	setting, installed := line.Setting(named.rule.Feature)
	if !installed {
		return notInstalled
	}
	return replyUnlessSeen(w, r, setting.Revision, changedMeanwhile, func() error { return replyFeature(w, setting) })
}

// replaces says which revisions a PUT replaces, 0 being none, by If-Match or If-None-Match. Without either it is refused.
func replaces(header http.Header, missing *refusal) (func(revision int64) bool, error) {
	match, err := readETags(header, "If-Match")
	if err != nil {
		return nil, err
	}
	none, err := readETags(header, "If-None-Match")
	switch {
	case err != nil:
		return nil, err
	case match == nil && none == nil:
		return nil, missing
	}
	return func(revision int64) bool {
		exists := revision != 0
		return (match == nil || exists && match.strong(revision)) && (none == nil || !exists || !none.weak(revision))
	}, nil
}

// replyUnlessSeen answers with what has a revision, unless the client knows it already, or asks for another
// revision (RFC 9110, section 13.2.2), which is refused.
func replyUnlessSeen(w http.ResponseWriter, r *http.Request, revision int64, another *refusal, reply func() error) error {
	match, err := readETags(r.Header, "If-Match")
	if err != nil {
		return err
	}
	seen, err := readETags(r.Header, "If-None-Match")
	switch {
	case err != nil:
		return err
	case match != nil && !match.strong(revision):
		return another
	case seen != nil && seen.weak(revision):
		w.Header().Set("ETag", etag(revision))
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return reply()
}

// putFeature replaces the settings of a feature, if they are those that the client has seen.
func (a *API) putFeature(w http.ResponseWriter, r *http.Request, key apikey.Key, named namedFeature) error {
	match, err := readETags(r.Header, "If-Match")
	switch {
	case err != nil:
		return err
	case match == nil:
		return noIfMatch
	}
	edit, err := readSettings(w, r, named.rule)
	if err != nil {
		return err
	}
	request := features.Request{Number: named.number, Feature: named.rule.Feature, Edit: edit}
	if !match.any {
		request.Match = match.strong
	}
	outcome, err := a.lines.ChangeFeature(r.Context(), a.by(r, key), request)
	switch {
	case errors.Is(err, storage.ErrStale):
		return changedMeanwhile
	case errors.Is(err, features.ErrNotInstalled):
		return nothingMatches()
	case err != nil:
		return fmt.Errorf("put feature: %w", err)
	}
	if outcome.Changed {
		// Not which: that a line has it is nobody's business who reads logs (CPNI).
		a.config.Log.InfoContext(r.Context(), "feature of line set", "line", named.number, "revision", outcome.Revision, "key", key.Name)
		a.config.Changed()
	}
	return replyFeature(w, outcome.Setting)
}

func replyFeature(w http.ResponseWriter, setting features.Setting) error {
	w.Header().Set("ETag", etag(setting.Revision))
	return reply(w, http.StatusOK, jsonType, featureDocument(setting))
}

// A namedFeature is a feature of a line, and its rule.
type namedFeature struct {
	number nanp.Number
	rule   features.Rule
}

func pathFeature(r *http.Request) (namedFeature, error) {
	number, err := pathNumber(r)
	if err != nil {
		return namedFeature{}, err
	}
	rule, known := features.RuleOf(pins.Feature(mux.Vars(r)["feature"]))
	if !known {
		return namedFeature{}, noFeature
	}
	return namedFeature{number, rule}, nil
}

// readSettings reads a body as the edit that puts it in force.
func readSettings(w http.ResponseWriter, r *http.Request, rule features.Rule) (features.Edit, error) {
	keepCode := false
	document, err := readBody(w, r, func(d features.Document, f *form) {
		checkSettings(d, f, rule)
		keepCode = !f.given["/code"]
	})
	if err != nil {
		return features.Edit{}, err
	}
	settings, err := rule.Read(document)
	if err != nil {
		return features.Edit{}, err
	}
	return features.Replace(settings, keepCode), nil
}

// checkSettings wants all parts that the feature has: nobody's list is to be emptied by a client that
// only means to turn the feature on. If anything is wrong, it finds all that the rule would refuse.
func checkSettings(d features.Document, f *form, rule features.Rule) {
	f.need(f.given["/on"], "/on", "want true or false")
	f.need(!f.given["/code_set"], "/code_set", "is only answered; set code")
	for _, part := range rule.Missing(d) {
		f.need(false, "/"+part, "want it as it was answered, or changed")
	}
	if len(f.faults) > 0 {
		_, err := rule.Read(d)
		f.refuse(err)
	}
}

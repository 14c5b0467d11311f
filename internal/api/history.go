package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"updatecenter/internal/api/apikey"
	"updatecenter/pins"
)

// defaultRecords is how many records of a history are answered, if no limit is asked for.
const defaultRecords = 100

// showHistory answers for every number: a line that was removed has a history too.
func (a *API) showHistory(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
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
	records, err := a.shown.history.History(r.Context(), number, read)
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
		pins.CustomerValidated, pins.PINUnlocked, pins.NoticeUntold:
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
		return 0, badLimit()
	}
	return limit, nil
}

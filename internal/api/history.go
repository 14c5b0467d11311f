package api

import (
	"fmt"
	"net/http"
	"strconv"

	"updatecenter/internal/apikey"
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
	records, err := a.provisioning.History(r.Context(), number, limit)
	if err != nil {
		return fmt.Errorf("show history: %w", err)
	}
	if !key.Allows(apikey.FeaturesRead) {
		hideSettings(records)
	}
	return reply(w, http.StatusOK, jsonType, HistoryDocument(number, records))
}

// hideSettings leaves away whom a customer let through, rejected or forwarded: a key that
// can't read settings can't read them off the history.
func hideSettings(records []pins.Record) {
	for i := range records {
		if records[i].Event == pins.FeatureChanged {
			records[i].Changes = nil
		}
	}
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

package api

import (
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/nanp"
	"updatecenter/internal/typed"
	"updatecenter/pins"
)

// from is how a line's history names this interface.
const from = "api"

func (a *API) showLine(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	if err := a.lookUp(r, key, number, ofLine); err != nil {
		return err
	}
	return a.replyLine(w, r, http.StatusOK, number, key)
}

func (a *API) showAccessNumber(w http.ResponseWriter, r *http.Request, _ apikey.Key) error {
	areaCode := mux.Vars(r)["area_code"]
	number, err := pins.AccessNumber(areaCode)
	if err != nil {
		return badAreaCode()
	}
	return reply(w, http.StatusOK, jsonType, AccessNumber{AreaCode: areaCode, AccessNumber: number})
}

// replyLine answers with the line as it now is in the store.
func (a *API) replyLine(w http.ResponseWriter, r *http.Request, status int, number nanp.Number, key apikey.Key) error {
	line, err := a.shown.lines.Find(r.Context(), number)
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
	document := LineDocument(line, a.now())
	if !key.Allows(apikey.FeaturesRead) {
		document.Features = nil
	}
	return document
}

func pathNumber(r *http.Request) (nanp.Number, error) {
	number, err := typed.Number(mux.Vars(r)["number"])
	if err != nil {
		return "", badNumber()
	}
	return number, nil
}

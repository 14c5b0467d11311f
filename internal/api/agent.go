package api

import (
	"context"
	"errors"
	"net/http"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
)

// maxAgent bounds the name of an agent, in characters: with the longest name of a key it is as
// long as a name in a history may be.
const maxAgent = 35

// agentShould describes the agent of a body.
const agentShould = "want the person at work, by 1 to 35 of a-z A-Z 0-9 . _ -"

// validAgent says whether a program can call one of its people so. No agent's name holds the
// slash that stands between it and that of the key.
func validAgent(name string) bool {
	for _, c := range []byte(name) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return name != "" && len(name) <= maxAgent
}

// queryAgent reads the agent of a request without a body.
func queryAgent(r *http.Request) (string, error) {
	names := r.URL.Query()["agent"]
	if len(names) != 1 || !validAgent(names[0]) {
		return "", badAgent()
	}
	return names[0], nil
}

// who is an agent at the desk, by the name of the key and their own; or, without an agent, the
// key alone.
func (a *API) who(r *http.Request, key apikey.Key, agent string) repair.Who {
	name := key.Name
	if agent != "" {
		name += "/" + agent
	}
	return repair.Who{
		Name: name, Via: repair.ViaAPI, From: a.client(r), PhotoID: key.Allows(apikey.ValidationsPhotoID),
	}
}

// What is looked up, for the audit.
const (
	ofLine     = "line"
	ofHistory  = "history"
	ofSettings = "features"
)

// lookUp counts and records that a key looks a number up, before anything of it is shown: that a
// customer has a line, and with what, is protected (47 CFR 64.2003, CPNI). What can't be recorded
// isn't shown.
func (a *API) lookUp(r *http.Request, key apikey.Key, number nanp.Number, what string) error {
	return a.withNow(a.desk.LookUp(r.Context(), a.who(r, key, ""), number, what))
}

// misses has a request count as a look-up if it finds no account: its answer tells that. A key without a
// look-up left is refused whatever the account, as a refusal of some would tell the same.
func (a *API) misses(serve keyHandler) keyHandler {
	return func(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
		who := a.who(r, key, "")
		if err := a.desk.MayLookUp(r.Context(), who); err != nil {
			return a.withNow(err)
		}
		err := serve(w, r, key)
		if errors.Is(err, accounts.ErrNoAccount) {
			if counted := a.desk.LookUpAccount(r.Context(), who); counted != nil {
				return a.withNow(counted)
			}
		}
		return err
	}
}

// claim has a claim to an account judged, which counts against the key if it is wrong.
func (a *API) claim(r *http.Request, key apikey.Key, judge func() (accounts.Result, error)) error {
	return a.withNow(a.desk.Claim(r.Context(), a.who(r, key, ""), func() (bool, error) {
		result, err := judge()
		return result.Wrong(), err
	}))
}

// record appends to the audit.
func (a *API) record(ctx context.Context, who repair.Who, action audit.Action, number nanp.Number, detail string) error {
	by := audit.Actor{Name: who.Name, Via: who.Via, From: who.From}
	return a.audit.Record(ctx, by.Event(action, string(number), detail))
}

// by is who does something with a key, for no agent.
func (a *API) by(r *http.Request, key apikey.Key) audit.Actor {
	return audit.Actor{Name: key.Name, Via: audit.ViaAPI, From: a.client(r)}
}

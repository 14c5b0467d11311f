package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/detached"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// A helpBody says who resets a PIN, or unlocks a line, and why.
type helpBody struct {
	Agent  *string `json:"agent"` // nil: a client that was written before agents had names
	Reason string  `json:"reason"`
}

func (b helpBody) check(f *form) {
	f.need(b.Agent == nil || validAgent(*b.Agent), "/agent", agentShould)
	f.need(b.Reason != "" && pins.Note{By: from, Reason: b.Reason}.Valid(), "/reason",
		fmt.Sprintf("want text of 1 to %d characters on one line", pins.MaxReason))
}

// checkOfAgent is check, of who must name the agent.
func (b helpBody) checkOfAgent(f *form) {
	b.check(f)
	f.need(b.Agent != nil, "/agent", agentShould)
}

// Why resets are refused, for the history of the line and the audit.
const (
	noScope      = "key lacks the scope " + string(apikey.PinsReset)
	noReason     = "no plain reason given"
	noAgent      = "no agent named"
	illNameAgent = "agent not named as agents are"
)

// helping is what the desk does for a customer who is validated.
type helping func(ctx context.Context, who repair.Who, number nanp.Number, reason string) (pins.Line, error)

// helps has the desk do something. It takes every valid key, as it has to tell of one without the scope.
func (a *API) helps(done string, do helping) keyHandler {
	return func(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
		return a.help(w, r, key, done, do)
	}
}

func (a *API) help(w http.ResponseWriter, r *http.Request, key apikey.Key, done string, do helping) error {
	number, badNumber := pathNumber(r)
	if err := allowed(key, apikey.PinsReset); err != nil {
		if badNumber == nil {
			a.recordRefusedReset(r, a.who(r, key, ""), number, noScope)
		}
		return err
	}
	if badNumber != nil {
		return badNumber
	}
	agent, reason, why, err := readHelp(w, r)
	who := a.who(r, key, agent)
	if err != nil {
		a.recordRefusedReset(r, who, number, why)
		return err
	}
	line, err := do(r.Context(), who, number, reason)
	if err != nil {
		a.config.Log.WarnContext(r.Context(), "not done: "+done, "line", number, "key", key.Name, "agent", agent)
		return fmt.Errorf("help customer by API: %w", err)
	}
	a.config.Log.InfoContext(r.Context(), done, "line", number, "key", key.Name, "agent", agent)
	return reply(w, http.StatusOK, jsonType, a.lineFor(line, key))
}

// readHelp reads who helps and why; or says in a few words why not, with the refusal. The agent
// is returned with that, if there is one.
func readHelp(w http.ResponseWriter, r *http.Request) (agent, reason, why string, err error) {
	body, err := readBody(w, r, helpBody.check)
	switch named := body.Agent != nil && validAgent(*body.Agent); {
	case named:
		agent = *body.Agent
	case body.Agent != nil:
		return "", "", illNameAgent, err
	}
	switch {
	case err != nil:
		return agent, "", noReason, err
	case agent == "":
		return "", "", noAgent, agentMissing
	}
	return agent, body.Reason, "", nil
}

// recordRefusedReset tells the history of the number, and the audit, of what the desk was not
// asked for. The refusal stands even if that fails.
func (a *API) recordRefusedReset(r *http.Request, who repair.Who, number nanp.Number, why string) {
	ctx, cancel := detached.Context(r.Context(), storesWithin)
	defer cancel()
	err := errors.Join(
		a.record(ctx, who, audit.ResetRefused, number, why),
		a.lines.Provisioning.ResetRefused(ctx, number, pins.Note{By: who.Name, From: from, Reason: why}),
	)
	if err != nil {
		a.config.Log.ErrorContext(ctx, "refused reset of a PIN not recorded", "line", number, "by", who.Name, "cause", err)
	}
}

// maxAgent bounds the name of an agent, in characters: with the longest name of a key it is as
// long as a name in a history may be.
const maxAgent = 35

// agentShould describes the agent of a body.
const agentShould = "want the person at work, by 1 to 35 of a-z A-Z 0-9 . _ -"

// validAgent says whether a program can call one of its people so: as a key, but shorter. No agent's name holds the
// slash that stands between it and that of the key.
func validAgent(name string) bool { return apikey.ValidName(name) && len(name) <= maxAgent }

// queryAgent reads the agent of a request without a body.
func queryAgent(r *http.Request) (string, error) {
	names := r.URL.Query()["agent"]
	if len(names) != 1 || !validAgent(names[0]) {
		return "", badAgent
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
		Name: name, Via: repair.ViaAPI, From: a.config.Client(r), PhotoID: key.Allows(apikey.ValidationsPhotoID),
	}
}

// What is looked up, for the audit.
const (
	ofLine     = "line"
	ofHistory  = "history"
	ofMailbox  = "mailbox"
	ofEmails   = "e-mail"
	ofSettings = "features"
)

// lookUp counts and records that a key looks a number up, before anything of it is shown: that a
// customer has a line, and with what, is protected (47 CFR 64.2003, CPNI). What can't be recorded
// isn't shown.
func (a *API) lookUp(r *http.Request, key apikey.Key, number nanp.Number, what string) error {
	return a.config.Desk.LookUp(r.Context(), a.who(r, key, ""), number, what)
}

// misses has a request count as a look-up if it finds no account: its answer tells that. A key without a
// look-up left is refused whatever the account, as a refusal of some would tell the same.
func (a *API) misses(serve keyHandler) keyHandler {
	return func(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
		who := a.who(r, key, "")
		if err := a.config.Desk.MayLookUp(r.Context(), who); err != nil {
			return err
		}
		err := serve(w, r, key)
		if errors.Is(err, accounts.ErrNoAccount) {
			if counted := a.config.Desk.LookUpAccount(r.Context(), who); counted != nil {
				return counted
			}
		}
		return err
	}
}

// claim has a claim to an account judged, which counts against the key if it is wrong.
func (a *API) claim(r *http.Request, key apikey.Key, judge func() (accounts.Result, error)) error {
	return a.config.Desk.Claim(r.Context(), a.who(r, key, ""), func() (bool, error) {
		result, err := judge()
		return result.Wrong(), err
	})
}

// record appends to the audit.
func (a *API) record(ctx context.Context, who repair.Who, action audit.Action, number nanp.Number, detail string) error {
	by := audit.Actor{Name: who.Name, Via: who.Via, From: who.From}
	return a.config.Audit.Record(ctx, by.Event(action, string(number), detail))
}

// by is who does something with a key, for no agent.
func (a *API) by(r *http.Request, key apikey.Key) audit.Actor {
	return audit.Actor{Name: key.Name, Via: audit.ViaAPI, From: a.config.Client(r)}
}

package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
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

// Why resets are refused, for the history of the line and the audit.
const (
	noScope      = "key lacks the scope " + string(apikey.PinsReset)
	noReason     = "no plain reason given"
	noAgent      = "no agent named"
	illNameAgent = "agent not named as agents are"
)

// helping is what the desk does for a customer who is validated.
type helping func(ctx context.Context, who repair.Who, number nanp.Number, reason string) (pins.Line, error)

func (a *API) resetPIN(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	return a.help(w, r, key, "PIN reset", a.desk.Reset)
}

func (a *API) unlockLine(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	return a.help(w, r, key, "line unlocked", a.desk.Unlock)
}

// help takes every valid key, as it has to tell of one without the scope.
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
		a.log.WarnContext(r.Context(), "not done: "+done, "line", number, "key", key.Name, "agent", agent)
		return fmt.Errorf("help customer by API: %w", a.withNow(err))
	}
	a.log.InfoContext(r.Context(), done, "line", number, "key", key.Name, "agent", agent)
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
		return "", "", noAgent, agentMissing()
	}
	return agent, body.Reason, "", nil
}

// recordRefusedReset tells the history of the number, and the audit, of what the desk was not
// asked for. The refusal stands even if that fails.
func (a *API) recordRefusedReset(r *http.Request, who repair.Who, number nanp.Number, why string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storesWithin)
	defer cancel()
	err := errors.Join(
		a.record(ctx, who, audit.ResetRefused, number, why),
		a.lines.Provisioning.ResetRefused(ctx, number, pins.Note{By: who.Name, From: from, Reason: why}),
	)
	if err != nil {
		a.log.ErrorContext(ctx, "refused reset of a PIN not recorded", "line", number, "by", who.Name, "cause", err)
	}
}

package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// A recoveryBody is what somebody has forgotten, and what they give to have it sent.
type recoveryBody struct {
	Service  recovery.Service `json:"service"`
	Need     recovery.Need    `json:"need"`
	BTN      string           `json:"btn"`
	Account  string           `json:"account"`
	Password secret.Text      `json:"password"`
	claimBody
	Method deliveries.Method `json:"method"`
}

// check wants what the rule of the need wants, and nothing else.
func (b recoveryBody) check(f *form) {
	rule, known := recovery.RuleOf(b.Service, b.Need)
	longDistance := b.Service == recovery.LongDistance
	f.need(longDistance || b.Service == recovery.OnlineAccount, "/service", "want long_distance or online_account")
	f.need(known, "/need", "want user_name, password, user_name_and_password or security_code; of an online account password")
	if !known {
		return
	}
	_, err := b.number()
	f.only("/btn", longDistance, err == nil, "want a North American telephone number of ten digits")
	f.only("/account", !longDistance, err == nil, accountShould)
	f.need(slices.Contains(rule.Methods, b.Method), "/method", "want letter or email; of an online account email")
	f.only("/password", rule.Password, !accounts.Keypad(b.Password).IsZero(), "want the password, or the keys of it on a telephone")
	if rule.Else {
		b.claimBody.check(f)
		return
	}
	f.only("/security_code", rule.Code, accounts.Claim{Code: b.Code}.Valid(), codeShould)
	f.only("/zip", false, false, "")
	f.only("/security_answer", false, false, "")
}

// only says what a field must be, or that it has no place beside the others.
func (f *form) only(at string, wanted, right bool, should string) {
	switch {
	case wanted:
		f.need(right, at, should)
	case f.given[at]:
		f.fault(at, "is not asked for: leave it away")
	}
}

// number is that of the account.
func (b recoveryBody) number() (accounts.Number, error) {
	if b.Service == recovery.LongDistance {
		btn, err := typed.Number(b.BTN)
		return accounts.LongDistance(btn), err
	}
	return accounts.ParseNumber(b.Account)
}

// Recovery says what came of asking for what was forgotten.
type Recovery struct {
	Outcome   recovery.Outcome `json:"outcome"`
	TriesLeft *int             `json:"tries_left,omitempty"` // of a wrong one
	Until     time.Time        `json:"until,omitzero"`       // of locked, and too_many; UTC
}

// recover has what was forgotten sent to the address of record. Nothing tells whether there is such an account, unless it
// was proved.
func (a *API) recover(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	once, err := idempotencyKey(r.Header)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, recoveryBody.check)
	if err != nil {
		return err
	}
	number, err := body.number()
	if err != nil {
		return err
	}
	var result recovery.Result
	err = a.config.Desk.Claim(r.Context(), a.who(r, key, ""), func() (bool, error) {
		var err error
		result, err = a.recoveries.Recover(r.Context(), a.by(r, key), recovery.Request{
			Service: body.Service, Number: number, Need: body.Need, Password: body.Password,
			Code: body.Code, ZIP: body.ZIP, Answer: body.Answer, Method: body.Method, Once: key.Name + " " + once,
		})
		return result.Guessed, err
	})
	if err != nil {
		return fmt.Errorf("recover by API: %w", err)
	}
	a.config.Log.InfoContext(r.Context(), "recovery asked for", "service", body.Service, "need", body.Need,
		"method", body.Method, "outcome", result.Outcome, "key", key.Name)
	document := Recovery{Outcome: result.Outcome, Until: result.Until.UTC()}
	if result.Outcome == recovery.Wrong {
		document.TriesLeft = &result.TriesLeft
	}
	return reply(w, http.StatusOK, jsonType, document)
}

// A passwordBody has a new password, and the token of the link that lets its customer choose it.
type passwordBody struct {
	Token    secret.Text `json:"token"`
	Password secret.Text `json:"password"`
}

func (b passwordBody) check(f *form) {
	f.need(!b.Token.IsZero(), "/token", "want what stands in the link or the letter")
	f.need(f.given["/password"], "/password", "want text")
}

// NewPassword says of which account a new password counts.
type NewPassword struct {
	Service  recovery.Service `json:"service"`
	BTN      nanp.Number      `json:"btn,omitempty"`
	UserName *string          `json:"user_name,omitempty"` // of a long-distance account that has one
	Account  accounts.Number  `json:"account,omitempty"`
}

// choosePassword uses a link up. A token that is none counts against the key.
func (a *API) choosePassword(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	body, err := readBody(w, r, passwordBody.check)
	if err != nil {
		return err
	}
	var update accounts.Update
	err = a.config.Desk.Claim(r.Context(), a.who(r, key, ""), func() (bool, error) {
		var err error
		update, err = a.accounts.UseLink(r.Context(), a.by(r, key), body.Token, body.Password)
		return errors.Is(err, accounts.ErrLink), err
	})
	if err != nil {
		return fmt.Errorf("choose password by API: %w", err)
	}
	document := NewPassword{Service: recovery.OnlineAccount, Account: update.After.Number}
	if btn, is := update.After.Number.BTN(); is {
		document = NewPassword{Service: recovery.LongDistance, BTN: btn}
		if update.After.UserName != "" {
			document.UserName = &update.After.UserName
		}
	}
	a.config.Log.InfoContext(r.Context(), "password chosen", "service", document.Service, "key", key.Name)
	return reply(w, http.StatusOK, jsonType, document)
}

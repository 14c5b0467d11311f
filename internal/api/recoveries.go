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
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// A recoveryBody is what somebody has forgotten, and what they give to have it sent, or to be called.
type recoveryBody struct {
	Service  recovery.Service `json:"service"`
	Need     recovery.Need    `json:"need"`
	BTN      string           `json:"btn"`
	Account  string           `json:"account"`
	Line     string           `json:"line"`
	Password secret.Text      `json:"password"`
	claimBody
	Address string            `json:"address"` // an ID, as a challenge has it
	Answers []secret.Text     `json:"answers"`
	Method  deliveries.Method `json:"method"`
}

// check wants what the rule of the need wants, and nothing else.
func (b recoveryBody) check(f *form) {
	f.need(recovery.Known(b.Service), "/service", "want long_distance, online_account, email or voice_mail")
	rule, known := recovery.RuleOf(b.Service, b.Need)
	f.need(known, "/need", "want user_name, password, user_name_and_password or security_code; of others than long_distance password")
	if !known {
		return
	}
	err := b.identify(&recovery.Request{})
	f.only("/btn", b.Service == recovery.LongDistance || b.Service == recovery.Email, err == nil, "want a North American telephone number of ten digits")
	f.only("/account", b.Service == recovery.OnlineAccount, err == nil, accountShould)
	f.only("/line", b.Service == recovery.VoiceMail, err == nil, "want a North American telephone number of ten digits")
	f.need(slices.Contains(rule.Methods, b.Method), "/method", "want letter or email; of an online account email; of email and voice_mail voice")
	f.only("/password", rule.Password, !accounts.Keypad(b.Password).IsZero(), "want the password, or the keys of it on a telephone")
	f.only("/address", rule.Answers, b.Address != "" && len(b.Address) <= maxName, "want the address of a challenge")
	f.only("/answers", rule.Answers, len(b.Answers) == 2 && !slices.ContainsFunc(b.Answers, noAnswer), "want two answers, each with at least 3 letters or digits")
	if rule.Else {
		b.claimBody.check(f)
		return
	}
	f.only("/security_code", rule.Code, accounts.Claim{Code: b.Code}.Valid(), codeShould)
	f.only("/zip", false, false, "")
	f.only("/security_answer", false, false, "")
}

// noAnswer says whether something can't be an answer to a secret question.
func noAnswer(answer secret.Text) bool {
	keys := len(accounts.Keypad(answer).Reveal())
	return keys < mailboxes.MinAnswer || keys > mailboxes.MaxAnswer
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

// identify says whose it is that was forgotten.
func (b recoveryBody) identify(r *recovery.Request) (err error) {
	switch b.Service {
	case recovery.LongDistance:
		btn, err := typed.Number(b.BTN)
		r.Number = accounts.LongDistance(btn)
		return err
	case recovery.OnlineAccount:
		r.Number, err = accounts.ParseNumber(b.Account)
	case recovery.Email:
		r.Line, err = typed.Number(b.BTN)
	case recovery.VoiceMail:
		r.Line, err = typed.Number(b.Line)
	}
	return err
}

// request is the body as package recovery takes it.
func (b recoveryBody) request(once string) (recovery.Request, error) {
	r := recovery.Request{
		Service: b.Service, Need: b.Need, Password: b.Password, Code: b.Code, ZIP: b.ZIP, Answer: b.Answer,
		Address: b.Address, Method: b.Method, Once: once,
	}
	copy(r.Answers[:], b.Answers)
	return r, b.identify(&r)
}

// Recovery says what came of asking for what was forgotten.
type Recovery struct {
	Outcome   recovery.Outcome `json:"outcome"`
	TriesLeft *int             `json:"tries_left,omitempty"` // of a wrong one
	Until     time.Time        `json:"until,omitzero"`       // of locked, and too_many; UTC
}

// recover has what was forgotten sent to the address of record, or told by a call to the line. Nothing tells whether there is such an account, unless it
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
	request, err := body.request(key.Name + " " + once)
	if err != nil {
		return err
	}
	var result recovery.Result
	err = a.config.Desk.Claim(r.Context(), a.who(r, key, ""), func() (bool, error) {
		var err error
		result, err = a.recoveries.Recover(r.Context(), a.by(r, key), request)
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

// A challengeBody is of which line somebody has forgotten an e-mail password.
type challengeBody struct {
	BTN string `json:"btn"`
}

func (b challengeBody) check(f *form) {
	_, err := typed.Number(b.BTN)
	f.need(err == nil, "/btn", "want a North American telephone number of ten digits")
}

// Challenges are what to ask whoever has forgotten an e-mail password.
type Challenges struct {
	Addresses []Challenge `json:"addresses"`
}

// Challenge is what to ask about one address, of which the first letters alone are shown, if there are several.
type Challenge struct {
	Address   mailboxes.EmailID     `json:"address"`
	Begins    string                `json:"begins_with,omitempty"`
	Questions [2]mailboxes.Question `json:"questions"`
}

// challenge says what to ask, of any number.
func (a *API) challenge(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	body, err := readBody(w, r, challengeBody.check)
	if err != nil {
		return err
	}
	line, err := typed.Number(body.BTN)
	if err != nil {
		return err
	}
	all, err := a.mailboxes.Challenge(r.Context(), a.by(r, key), line)
	if err != nil {
		return fmt.Errorf("challenge by API: %w", err)
	}
	document := Challenges{Addresses: make([]Challenge, len(all))}
	for i, one := range all {
		document.Addresses[i] = Challenge{one.Email, one.Letters, one.Questions}
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

package api

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
)

func (a *API) showAccount(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number) error {
	if err := a.config.Desk.LookUpAccount(r.Context(), a.who(r, key, "")); err != nil {
		return err
	}
	account, err := a.accounts.Get(r.Context(), a.by(r, key), number)
	if err != nil {
		return fmt.Errorf("show account: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, AccountDocument(account))
}

// checkAccount finds all that is wrong with the details, if anything is; else it is for Put to say.
func (a *API) checkAccount(b accountBody, f *form) {
	if len(f.faults) > 0 {
		f.refuse(b.details().Check(a.config.Now()))
	}
}

// putAccount creates an account, or changes what the body gives. It never touches the secret
// of an account that exists, and refuses a code for one.
func (a *API) putAccount(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number, body accountBody) error {
	details := body.details()
	if !details.Complete() { // the answer tells whether there is such an account, and what else is known of it
		if err := a.config.Desk.LookUpAccount(r.Context(), a.who(r, key, "")); err != nil {
			return err
		}
	}
	update, err := a.accounts.Put(r.Context(), a.by(r, key), number, details)
	return a.replyAccount(w, r, key, update, err)
}

// A renumberBody has the new number of an account.
type renumberBody struct {
	Account string `json:"account"`
}

func (b renumberBody) check(f *form) {
	_, err := accounts.ParseNumber(b.Account)
	f.need(err == nil, "/account", accountShould)
}

func (a *API) renumberAccount(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number, body renumberBody) error {
	to, err := accounts.ParseNumber(body.Account)
	if err != nil {
		return fmt.Errorf("renumber account by API: %w", err)
	}
	if to == number { // which changes nothing, and shows the account
		if err := a.config.Desk.LookUpAccount(r.Context(), a.who(r, key, "")); err != nil {
			return err
		}
	}
	update, err := a.accounts.Renumber(r.Context(), a.by(r, key), number, to)
	return a.replyAccount(w, r, key, update, err)
}

// A questionBody has a security question and its answer.
type questionBody struct {
	Question string      `json:"question"`
	Answer   secret.Text `json:"answer"`
}

func (questionBody) check(*form) {} // which package accounts does

func (a *API) putQuestion(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number, body questionBody) error {
	update, err := a.accounts.SetQuestion(r.Context(), a.by(r, key), number, body.Question, body.Answer)
	return a.replyAccount(w, r, key, update, err)
}

// newCode makes a security code. It is not shown: the customer has it delivered.
func (a *API) newCode(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number) error {
	update, err := a.accounts.NewCode(r.Context(), a.by(r, key), number, "")
	return a.replyAccount(w, r, key, update, err)
}

// replyAccount answers with the account, and logs what a request has changed of it, if anything.
func (a *API) replyAccount(w http.ResponseWriter, r *http.Request, key apikey.Key, update accounts.Update, err error) error {
	if err != nil {
		return fmt.Errorf("change account by API: %w", err)
	}
	a.logAccount(r, key, update)
	status := http.StatusOK
	if update.Created {
		status = http.StatusCreated
		w.Header().Set("Location", "/v1/accounts/"+string(update.After.Number))
	}
	return reply(w, status, jsonType, AccountDocument(update.After))
}

func (a *API) logAccount(r *http.Request, key apikey.Key, update accounts.Update) {
	if update.Created || len(update.Changed) > 0 {
		a.config.Log.InfoContext(r.Context(), "account put", "account", update.After.Number,
			"created", update.Created, "changed", update.Changed, "key", key.Name)
	}
}

// Account is an account as the API and the command line show it. It holds neither the
// security code nor the answer to the security question.
type Account struct {
	Account      accounts.Number  `json:"account"`
	Phone        nanp.Number      `json:"phone"`    // the primary telephone number, E.164
	Language     *string          `json:"language"` // "en", "es", or null while not known
	Name         string           `json:"name"`
	Address      accounts.Address `json:"address"` // to which bills are sent
	AddressSince time.Time        `json:"address_since"`
	Email        *string          `json:"email"`                // null: none
	EmailSince   time.Time        `json:"email_since,omitzero"` // since when it is on file
	Secret       SecretKind       `json:"secret"`
	Question     string           `json:"question,omitempty"` // the security question, if that is the secret
	Since        time.Time        `json:"since"`              // since when the secret counts
}

// SecretKind says what proves that an account is somebody's own.
type SecretKind string

// The kinds of secrets.
const (
	CodeSecret     SecretKind = "code"
	QuestionSecret SecretKind = "question"
)

// AccountDocument shows an account; its times are in UTC.
func AccountDocument(account accounts.Account) Account {
	document := Account{
		Account: account.Number, Phone: account.Phone, Name: account.Name,
		Address: account.Address, AddressSince: account.AddressSince.UTC(),
		Secret: CodeSecret, Since: account.Since.UTC(),
	}
	if account.Language != "" {
		document.Language = &account.Language
	}
	if account.Email != "" {
		document.Email, document.EmailSince = &account.Email, account.EmailSince.UTC()
	}
	if account.HasQuestion() {
		document.Secret, document.Question = QuestionSecret, account.Question
	}
	return document
}

// An accountBody is what an account should be. What is null or left away stays as it is.
type accountBody struct {
	Phone      *string           `json:"phone"`
	Language   *string           `json:"language"`
	Name       *string           `json:"name"`
	Address    *accounts.Address `json:"address"`
	Email      *string           `json:"email"` // empty: none any more
	EmailSince time.Time         `json:"email_since"`
	Code       secret.Text       `json:"security_code"`
}

// details reads the body as package accounts does. A text that is empty is given all the same.
func (b accountBody) details() accounts.Details {
	details := accounts.Details{
		Language: b.Language, Address: b.Address, Email: b.Email, EmailSince: b.EmailSince,
		Code: b.Code, RefuseCode: true,
	}
	if b.Phone != nil {
		details.Phone = nanp.Number(cmp.Or(*b.Phone, " "))
	}
	if b.Name != nil {
		details.Name = cmp.Or(*b.Name, " ")
	}
	return details
}

// What the fields are by which accounts are claimed.
const (
	accountShould = "want an account number, 1 to 24 letters, digits and hyphens"
	codeShould    = "want 6 to 10 digits"
	answerShould  = "want text of up to 400 bytes with 2 letters or digits"
)

// A claimBody is what somebody gives to prove that an account is theirs: one of the three.
type claimBody struct {
	ZIP    secret.Text `json:"zip"`
	Code   secret.Text `json:"security_code"`
	Answer secret.Text `json:"security_answer"`
}

// check wants exactly one field. One that is empty or null is there, and wrong, or a client's fault
// would pass for another claim.
func (b claimBody) check(f *form) {
	given := 0
	for _, field := range []struct {
		at, want string
		claim    accounts.Claim
	}{
		{"/zip", "want 5 or 9 digits", accounts.Claim{ZIP: b.ZIP}},
		{"/security_code", codeShould, accounts.Claim{Code: b.Code}},
		{"/security_answer", answerShould, accounts.Claim{Answer: b.Answer}},
	} {
		if f.given[field.at] {
			given++
			f.need(field.claim.Valid(), field.at, field.want)
		}
	}
	if given != 1 {
		f.fault("", "wants exactly one of zip, security_code and security_answer")
	}
}

// claim reads the body as package accounts does.
func (b claimBody) claim() accounts.Claim {
	return accounts.Claim{ZIP: b.ZIP, Code: b.Code, Answer: b.Answer}
}

// An enrollBody is a claim to an account, and its number.
type enrollBody struct {
	Account string `json:"account"`
	claimBody
}

func (b enrollBody) check(f *form) {
	_, err := accounts.ParseNumber(b.Account)
	f.need(err == nil, "/account", accountShould)
	b.claimBody.check(f)
}

// Verification says what came of a claim to an account.
type Verification struct {
	Verified    bool        `json:"verified"`
	TriesLeft   *int        `json:"tries_left,omitempty"`  // of a wrong claim, until the account is locked; 0: it is
	LockedUntil time.Time   `json:"locked_until,omitzero"` // no claim is looked at before that; UTC
	Closed      bool        `json:"closed,omitempty"`      // no claim is looked at until it is opened
	Detail      string      `json:"detail,omitempty"`      // of one that is closed: a sentence that says how it opens
	Enrollment  *Enrollment `json:"enrollment,omitempty"`  // to which a right claim has led
}

func verification(result accounts.Result) Verification {
	if result.Verified {
		return Verification{Verified: true}
	}
	document := Verification{TriesLeft: &result.TriesLeft, LockedUntil: result.LockedUntil.UTC()}
	if result.Closed {
		document.Closed, document.Detail = true, closedDetail
	}
	return document
}

const closedDetail = "So many claims in a row were wrong that no more are looked at. Once a new security code has been sent, or an agent has " +
	"opened the account, there can be more."

// verifyAccount judges a claim. An account that doesn't exist is answered like any other.
func (a *API) verifyAccount(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number, body claimBody) error {
	var result accounts.Result
	err := a.claim(r, key, func() (accounts.Result, error) {
		var err error
		result, err = a.accounts.Verify(r.Context(), a.by(r, key), number, body.claim())
		return result, err
	})
	if err != nil {
		return fmt.Errorf("verify account by API: %w", err)
	}
	a.logClaim(r, result, key)
	return reply(w, http.StatusOK, jsonType, verification(result))
}

// logClaim leaves the account away: what was typed for its number may be anything, be it the
// code. Right claims, and locks, stand in the account's own history.
func (a *API) logClaim(r *http.Request, result accounts.Result, key apikey.Key) {
	a.config.Log.InfoContext(r.Context(), "claim to an account judged", "verified", result.Verified,
		"locked", !result.LockedUntil.IsZero(), "closed", result.Closed, "key", key.Name)
}

// openAccount opens the verification of an account that wrong claims have closed, for an agent who says why.
func (a *API) openAccount(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number, body helpBody) error {
	if err := a.config.Desk.OpenAccount(r.Context(), a.who(r, key, *body.Agent), number, body.Reason); err != nil {
		return fmt.Errorf("open account by API: %w", err)
	}
	a.config.Log.InfoContext(r.Context(), "account opened", "account", number, "key", key.Name, "agent", *body.Agent)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

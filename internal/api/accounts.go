package api

import (
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/secret"
)

func (a *API) showAccount(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathAccount(r)
	if err != nil {
		return err
	}
	if err := a.withNow(a.desk.LookUpAccount(r.Context(), a.who(r, key, ""))); err != nil {
		return err
	}
	account, err := a.accounts.Get(r.Context(), a.by(r, key), number)
	if err != nil {
		return fmt.Errorf("show account: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, AccountDocument(account))
}

// putAccount creates an account, or changes what the body gives. It never touches the secret
// of an account that exists, and refuses a code for one.
func (a *API) putAccount(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathAccount(r)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, func(b accountBody, f *form) {
		if len(f.faults) > 0 { // else it is for Put to say
			f.refuse(b.details().Check(a.now()))
		}
	})
	if err != nil {
		return err
	}
	details := body.details()
	if !details.Complete() { // the answer tells whether there is such an account, and what else is known of it
		if err := a.withNow(a.desk.LookUpAccount(r.Context(), a.who(r, key, ""))); err != nil {
			return err
		}
	}
	update, err := a.accounts.Put(r.Context(), a.by(r, key), number, details)
	if err != nil {
		return fmt.Errorf("put account by API: %w", err)
	}
	a.changedAccount(r, update, key)
	return replyAccount(w, update)
}

// A renumberBody has the new number of an account.
type renumberBody struct {
	Account string `json:"account"`
}

func (b renumberBody) check(f *form) {
	_, err := accounts.ParseNumber(b.Account)
	f.need(err == nil, "/account", accountShould)
}

func (a *API) renumberAccount(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathAccount(r)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, renumberBody.check)
	if err != nil {
		return err
	}
	to, err := accounts.ParseNumber(body.Account)
	if err != nil {
		return fmt.Errorf("renumber account by API: %w", err)
	}
	if to == number { // which changes nothing, and shows the account
		if err := a.withNow(a.desk.LookUpAccount(r.Context(), a.who(r, key, ""))); err != nil {
			return err
		}
	}
	update, err := a.accounts.Renumber(r.Context(), a.by(r, key), number, to)
	if err != nil {
		return fmt.Errorf("renumber account by API: %w", err)
	}
	a.changedAccount(r, update, key)
	return replyAccount(w, update)
}

// A questionBody has a security question and its answer.
type questionBody struct {
	Question string      `json:"question"`
	Answer   secret.Text `json:"answer"`
}

func (a *API) putQuestion(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathAccount(r)
	if err != nil {
		return err
	}
	body, err := readBody(w, r, func(questionBody, *form) {}) // which package accounts checks
	if err != nil {
		return err
	}
	update, err := a.accounts.SetQuestion(r.Context(), a.by(r, key), number, body.Question, body.Answer)
	if err != nil {
		return fmt.Errorf("set security question by API: %w", err)
	}
	a.changedAccount(r, update, key)
	return replyAccount(w, update)
}

// newCode makes a security code. It is not shown: the customer has it delivered.
func (a *API) newCode(w http.ResponseWriter, r *http.Request, key apikey.Key) error {
	number, err := pathAccount(r)
	if err != nil {
		return err
	}
	update, err := a.accounts.NewCode(r.Context(), a.by(r, key), number, "")
	if err != nil {
		return fmt.Errorf("make security code by API: %w", err)
	}
	a.changedAccount(r, update, key)
	return replyAccount(w, update)
}

// changedAccount logs what a request has changed of an account, if anything.
func (a *API) changedAccount(r *http.Request, update accounts.Update, key apikey.Key) {
	if update.Created || len(update.Changed) > 0 {
		a.log.InfoContext(r.Context(), "account put", "account", update.After.Number,
			"created", update.Created, "changed", update.Changed, "key", key.Name)
	}
}

func replyAccount(w http.ResponseWriter, update accounts.Update) error {
	status := http.StatusOK
	if update.Created {
		status = http.StatusCreated
		w.Header().Set("Location", "/v1/accounts/"+string(update.After.Number))
	}
	return reply(w, status, jsonType, AccountDocument(update.After))
}

func pathAccount(r *http.Request) (accounts.Number, error) {
	number, err := accounts.ParseNumber(mux.Vars(r)["account"])
	if err != nil {
		return "", badAccount()
	}
	return number, nil
}

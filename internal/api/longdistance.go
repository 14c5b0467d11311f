package api

import (
	"fmt"
	"net/http"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

var pathBTN = inPath("number", func(text string) (accounts.Number, error) {
	btn, err := typed.Number(text)
	return accounts.LongDistance(btn), err
}, badNumber)

// A longDistanceBody is what a long-distance account should be.
type longDistanceBody struct {
	accountBody
	UserName *string     `json:"user_name"` // empty: none any more
	Password secret.Text `json:"password"`
}

func (b longDistanceBody) details() accounts.Details {
	details := b.accountBody.details()
	details.UserName, details.Password = b.UserName, b.Password
	return details
}

// checkLongDistance finds all that is wrong with the details, if anything is; else it is for Put to say.
func (a *API) checkLongDistance(b longDistanceBody, f *form) {
	if len(f.faults) > 0 {
		f.refuse(b.details().Check(a.config.Now()))
	}
}

func (a *API) showLongDistance(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number) error {
	if err := a.config.Desk.LookUpAccount(r.Context(), a.who(r, key, "")); err != nil {
		return err
	}
	account, err := a.accounts.Get(r.Context(), a.by(r, key), number)
	if err != nil {
		return fmt.Errorf("show long-distance account: %w", err)
	}
	return reply(w, http.StatusOK, jsonType, LongDistanceDocument(account))
}

// putLongDistance is putAccount of a long-distance account.
func (a *API) putLongDistance(w http.ResponseWriter, r *http.Request, key apikey.Key, number accounts.Number, body longDistanceBody) error {
	details := body.details()
	if !details.Complete() {
		if err := a.config.Desk.LookUpAccount(r.Context(), a.who(r, key, "")); err != nil {
			return err
		}
	}
	update, err := a.accounts.Put(r.Context(), a.by(r, key), number, details)
	if err != nil {
		return fmt.Errorf("change long-distance account by API: %w", err)
	}
	status := http.StatusOK
	if update.Created {
		status = http.StatusCreated
		btn, _ := number.BTN()
		w.Header().Set("Location", "/v1/long-distance/"+string(btn))
	}
	a.logAccount(r, key, update)
	return reply(w, status, jsonType, LongDistanceDocument(update.After))
}

// LongDistance is a long-distance account as the API and the command line show it. It holds neither the password nor
// the security code.
type LongDistance struct {
	BTN         nanp.Number `json:"btn"`
	UserName    *string     `json:"user_name"` // null: none
	HasPassword bool        `json:"has_password"`
	Account
	Number *accounts.Number `json:"account,omitempty"` // none, in the place of Account's
}

// LongDistanceDocument shows a long-distance account; its times are in UTC.
func LongDistanceDocument(account accounts.Account) LongDistance {
	btn, _ := account.Number.BTN()
	document := LongDistance{BTN: btn, HasPassword: account.Password != "", Account: AccountDocument(account)}
	if account.UserName != "" {
		document.UserName = &account.UserName
	}
	return document
}

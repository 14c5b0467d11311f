package console

import (
	"errors"

	"updatecenter/internal/accounts"
	"updatecenter/pins"
)

// An openView asks which account is to be opened, and why.
type openView struct {
	lineView
	Self string
	Form *form
}

func (o openView) form() *form { return o.Form }

const openTitle = "Open an account"

func openViewOf(v *visit) (openView, error) {
	number, err := v.number()
	if err != nil {
		return openView{}, err
	}
	view := lineViewPath(number, "/open-account")
	return openView{view.lineView, view.Self, v.newForm(accountField(), &field{
		Name: "reason", Label: "Reason", Max: pins.MaxReason,
		Hint: "Stands in the history of the account, with your name. No secrets.", Need: "Say why, in a few words.",
	})}, nil
}

// accountField asks for an account number.
func accountField() *field {
	return &field{
		Name: "account", Label: "Account number", Max: 64, Focus: true,
		Hint: "On the bill. Letters, digits and hyphens.", Need: "Enter the account number.",
	}
}

func (c *Console) showOpenAccount(v *visit) error {
	view, err := openViewOf(v)
	if err != nil {
		return err
	}
	return c.show(v, "open_account", openTitle, view)
}

// openAccount opens the verification of an account that wrong codes or answers have closed.
func (c *Console) openAccount(v *visit) error {
	view, err := openViewOf(v)
	if err != nil {
		return err
	}
	if !v.read(view.Form) {
		return c.show(v, "open_account", openTitle, view)
	}
	account, err := accounts.ParseNumber(view.Form.value("account"))
	if err == nil {
		err = c.desk.OpenAccount(v.ctx(), v.who(), account, view.Form.value("reason"))
	}
	switch {
	case err == nil:
		return v.redirect(view.Path + "/validate/secret?" + openedSaid)
	case errors.Is(err, accounts.ErrNumber):
		view.Form.fail("account", wrongAccount)
	case errors.Is(err, accounts.ErrNoAccount):
		view.Form.fail("account", "No account has this number.")
	case errors.Is(err, pins.ErrNote):
		view.Form.fail("reason", "Write it on one line, in up to 500 characters.")
	default:
		words := deskWords(err, c.zone)
		if words == "" {
			return err
		}
		view.Form.fail("", words)
		return c.showStatus(v, refusedStatus(err), "open_account", "Error: "+openTitle, view)
	}
	return c.show(v, "open_account", openTitle, view)
}

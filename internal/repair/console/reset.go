package console

import (
	"context"
	"errors"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// A changeView asks why the PIN of a line is to be reset, or the line unlocked.
type changeView struct {
	lineView
	Self  string
	Reset bool
	Form  *form
}

func (c changeView) form() *form { return c.Form }

func (c changeView) title() string {
	if c.Reset {
		return "Reset the PIN of " + c.Number
	}
	return "Unlock " + c.Number
}

func changeOf(v *visit, reset bool) (changeView, nanp.Number, error) {
	number, err := v.number()
	if err != nil {
		return changeView{}, "", err
	}
	path, sure := "/unlock", "The customer knows the PIN, and only the locks are to go."
	if reset {
		path, sure = "/reset", "I have told the customer that the present PIN stops working, for everybody in the household."
	}
	view := lineViewPath(number, path)
	return changeView{view.lineView, view.Self, reset, v.newForm(
		&field{
			Name: "reason", Label: "Reason", Max: pins.MaxReason, Focus: true,
			Hint: "Stands in the history of the line, with your name. No secrets.",
			Need: "Say why, in a few words.",
		},
		&field{Name: "sure", Label: sure, Type: "tick", Need: "Tick this when it is so."},
	)}, number, nil
}

func (c *Console) showReset(v *visit) error { return c.showChange(v, true) }

func (c *Console) showUnlock(v *visit) error { return c.showChange(v, false) }

func (c *Console) showChange(v *visit, reset bool) error {
	view, _, err := changeOf(v, reset)
	if err != nil {
		return err
	}
	return c.show(v, "line_change", view.title(), view)
}

func (c *Console) resetPIN(v *visit) error { return c.change(v, true, c.desk.Reset) }

func (c *Console) unlock(v *visit) error { return c.change(v, false, c.desk.Unlock) }

// change does one of both. The line's page then says what to tell the customer.
func (c *Console) change(
	v *visit, reset bool, do func(context.Context, repair.Who, nanp.Number, string) (pins.Line, error),
) error {
	view, number, err := changeOf(v, reset)
	if err != nil {
		return err
	}
	if !v.read(view.Form) {
		return c.show(v, "line_change", view.title(), view)
	}
	_, err = do(v.ctx(), v.who(), number, view.Form.value("reason"))
	switch {
	case err == nil:
		return v.redirect(view.Path)
	case errors.Is(err, pins.ErrNote):
		view.Form.fail("reason", "Write it on one line, in up to 500 characters.")
		return c.show(v, "line_change", view.title(), view)
	}
	words := deskWords(err, c.zone)
	if words == "" {
		return err
	}
	view.Form.fail("", words)
	return c.showStatus(v, refusedStatus(err), "line_change", "Error: "+view.title(), view)
}

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

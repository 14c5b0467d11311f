package console

import (
	"context"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// badReason is said of a reason that can't stand in a history.
var badReason = fault{pins.ErrNote, "reason", "Write it on one line, in up to 500 characters."}

// asksChange asks why the PIN of a line is to be reset, or the line unlocked, and does it. The line's
// page then says what to tell the customer.
func (c *Console) asksChange(
	reset bool, do func(context.Context, repair.Who, nanp.Number, string) (pins.Line, error),
) maker {
	path, title, sure := "/unlock", "Unlock ", "The customer knows the PIN, and only the locks are to go."
	if reset {
		path, title = "/reset", "Reset the PIN of "
		sure = "I have told the customer that the present PIN stops working, for everybody in the household."
	}
	return func(v *visit) (*question, error) {
		reason := reasonField("line")
		reason.Focus = true
		q, number, err := v.askOf(path, "line_change", title, reason, tickField("sure", sure))
		if err != nil {
			return nil, err
		}
		q.title += number.Display()
		q.content = partView{lineView: viewOf(number), asking: asking{q.form}, Self: linePath(number) + path, Reset: reset}
		q.faults = []fault{badReason}
		q.take = func() error {
			if _, err := do(v.ctx(), v.who(), number, q.form.value("reason")); err != nil {
				return err
			}
			return v.redirect(linePath(number))
		}
		return q, nil
	}
}

// reasonField asks why something is done to a line or an account.
func reasonField(of string) *field {
	return &field{
		Name: "reason", Label: "Reason", Max: pins.MaxReason, Need: "Say why, in a few words.",
		Hint: "Stands in the history of the " + of + ", with your name. No secrets.",
	}
}

// tickField asks whether something is so.
func tickField(name, label string) *field {
	return &field{Name: name, Label: label, Type: "tick", Need: "Tick this when it is so."}
}

// accountField asks for an account number.
func accountField() *field {
	return &field{
		Name: "account", Label: "Account number", Max: 64, Focus: true,
		Hint: "On the bill. Letters, digits and hyphens.", Need: "Enter the account number.",
	}
}

// badAccount is said of what is no account number.
var badAccount = fault{accounts.ErrNumber, "account", "An account number has up to 24 letters, digits and hyphens."}

// askAccount opens the verification of an account that wrong codes or answers have closed.
func (c *Console) askAccount(v *visit) (*question, error) {
	q, number, err := v.askOf("/open-account", "open_account", "Open an account", accountField(), reasonField("account"))
	if err != nil {
		return nil, err
	}
	q.faults = []fault{badAccount, {accounts.ErrNoAccount, "account", "No account has this number."}, badReason}
	q.take = func() error {
		account, err := accounts.ParseNumber(q.form.value("account"))
		if err == nil {
			err = c.config.Desk.OpenAccount(v.ctx(), v.who(), account, q.form.value("reason"))
		}
		if err != nil {
			return err
		}
		return v.redirect(linePath(number) + "/validate/secret?" + openedSaid)
	}
	return q, nil
}

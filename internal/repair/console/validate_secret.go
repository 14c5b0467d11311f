package console

import (
	"errors"
	"net/http"

	"updatecenter/internal/accounts"
)

// A secretView asks for what the customer knows of the account.
type secretView struct {
	lineView
	Self string
	Form *form
}

func (s secretView) form() *form { return s.Form }

// What the customer tells.
const (
	tellsCode   = "code"
	tellsAnswer = "answer"
)

// secretKeeps are the fields that are filled in again.
var secretKeeps = []string{"account", "kind"}

// maxSecret is the longest security code or answer that is taken, in characters, as
// [accounts.Claim] takes 400 bytes.
const maxSecret = 100

func (c *Console) secretView(v *visit) (secretView, error) {
	number, err := v.number()
	if err != nil {
		return secretView{}, err
	}
	asks := v.newForm(
		accountField(),
		&field{
			Name: "kind", Label: "What the customer tells you", Type: "select", Value: tellsCode, Need: "Choose one.",
			Options: []option{
				{Value: tellsCode, Words: "The security code, from the bill or the welcome letter", Chosen: true},
				{Value: tellsAnswer, Words: "The answer to the security question"},
			},
		},
		&field{
			Name: "secret", Label: "Security code or answer", Type: "password", Secret: true, Max: maxSecret,
			Hint: "It is not shown again. Spaces, hyphens and capitals do not matter.", Need: "Enter what the customer tells you.",
		},
	)
	view := lineViewPath(number, "/validate/secret")
	return secretView{view.lineView, view.Self, asks}, nil
}

func (c *Console) showSecret(v *visit) error {
	view, err := c.secretView(v)
	if err != nil {
		return err
	}
	if v.r.URL.Query().Has(openedSaid) {
		v.note = "The account is open: codes and answers are looked at."
	}
	if v.r.URL.Query().Has(wrongSaid) {
		v.note = "" // nobody was signed out
		view.Form.fail("", "That was not right. Account number, and code or answer, must belong together and to this line; "+
			"which of them was wrong is not told.")
		return c.showStatus(v, http.StatusOK, "validate_secret", "Error: Security code or answer", view)
	}
	return c.show(v, "validate_secret", "Security code or answer", view)
}

// wrongSaid, in the query, has the page say that the last entry was wrong. It proves nothing, and
// whoever adds it by hand reads the sentence.
const wrongSaid = "wrong"

// openedSaid, in the query, has the page say that an account was opened. It proves nothing either.
const openedSaid = "opened"

const wrongAccount = "An account number has up to 24 letters, digits and hyphens."

// checkSecret has the entry judged. Every try counts, so each leads on to a page that can be loaded
// again.
func (c *Console) checkSecret(v *visit) error {
	view, err := c.secretView(v)
	if err != nil {
		return err
	}
	if !v.read(view.Form) {
		return c.show(v, "validate_secret", "Security code or answer", view)
	}
	account, err := accounts.ParseNumber(view.Form.value("account"))
	if err != nil {
		view.Form.fail("account", wrongAccount)
		return c.show(v, "validate_secret", "Security code or answer", view)
	}
	claim := accounts.Claim{Code: view.Form.secret("secret")}
	if view.Form.value("kind") == tellsAnswer {
		claim = accounts.Claim{Answer: view.Form.secret("secret")}
	}
	return c.judge(v, view, account, claim)
}

func (c *Console) judge(v *visit, view secretView, account accounts.Number, claim accounts.Claim) error {
	number, err := v.number()
	if err != nil {
		return err
	}
	right, err := c.desk.Secret(v.ctx(), v.who(), number, account, claim)
	switch {
	case errors.Is(err, accounts.ErrClaim):
		view.Form.fail("secret", "This can’t be a security code or an answer.")
		return c.show(v, "validate_secret", "Security code or answer", view)
	case err != nil:
		return c.refuseWay(v, number, "The entry was not taken", err)
	case right:
		return v.redirect(view.Path)
	}
	c.keepEntry(v, view.Self)
	return v.redirect(view.Self + "?" + wrongSaid)
}

// keepEntry has the page filled in again, but for the secret.
func (c *Console) keepEntry(v *visit, self string) {
	to := resumption{path: self, agent: v.session.Agent.ID}
	if to.draft = c.saveDraft(v, secretKeeps, to); !to.draft.IsZero() {
		c.remember(v, to)
	}
}

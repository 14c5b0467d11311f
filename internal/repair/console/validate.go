package console

import (
	"errors"
	"net/http"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
)

// maxKey is the longest name of a form that counts, in bytes; ours have 26.
const maxKey = 64

// callLine has the line called with a code, once for each time that the page was made.
func (c *Console) callLine(v *visit) error {
	number, err := v.number()
	if err != nil {
		return err
	}
	key := v.r.PostForm.Get("key")
	if key == "" || len(key) > maxKey {
		return badForm(http.StatusBadRequest)
	}
	validation, err := c.desk.Call(v.ctx(), v.who(), number, key)
	if err != nil {
		return c.refuseWay(v, number, "The line was not called", err)
	}
	return v.redirect(callPath(validation))
}

func callPath(validation repair.Validation) string {
	return linePath(validation.Line) + "/validate/call/" + string(validation.ID)
}

// A callView is a call with a code, as the agent follows it.
type callView struct {
	lineView
	Self    string // where the page is
	Events  string // where its events are
	Code    *field
	Words   string
	Next    string
	Follow  bool // the call goes on
	Waiting bool // for the code
	Right   bool
	Again   bool // another call is worth while
	Tries   string
	Until   time.Time
	Left    string
	Key     string // for another call
	PhotoID bool
}

func codeForm(v *visit) *form {
	return v.newForm(&field{
		Name: "code", Label: "Six digits that the customer reads to you", InputMode: "numeric", Max: 20, Secret: true,
		Type: "text", Focus: true, Need: "Enter the six digits.",
	})
}

func (c *Console) showCall(v *visit) error {
	validation, err := c.validation(v)
	if err != nil {
		return err
	}
	entry := codeForm(v)
	if validation.Left < repair.Tries {
		entry.fail("code", "That was not the code.")
	}
	return c.showCallWith(v, http.StatusOK, validation, entry)
}

func (c *Console) showCallWith(v *visit, status int, validation repair.Validation, entry *form) error {
	now := c.now()
	view := callView{
		lineView: viewOf(validation.Line), Self: callPath(validation), Code: entry.field("code"),
		Events:  "/repair/validations/" + string(validation.ID) + "/events",
		Follow:  !over(validation, now),
		Waiting: validation.Status == repair.Waiting, Right: validation.Status == repair.Succeeded,
		Again: validation.Call.Status != deliveries.Declined,
		Tries: triesWords(validation.Left), Until: validation.Until, Left: timeLeft(validation.Until.Sub(now)),
		PhotoID: v.who().PhotoID,
	}
	view.Words, view.Next = validationWords(validation)
	view.Code.Focus = true // there is one field only: no summary stands before it
	var err error
	if view.Key, err = c.newKey(); err != nil {
		return err
	}
	title := "Code for " + view.Number
	if entry.Faulty() && view.Waiting {
		title = "Error: " + title
	}
	return c.showStatus(v, status, "validate_call", title, view)
}

// checkCode judges the code. Every try counts, so each leads on to a page that can be loaded
// again.
func (c *Console) checkCode(v *visit) error {
	validation, err := c.validation(v)
	if err != nil {
		return err
	}
	entry := codeForm(v)
	if !v.read(entry) {
		return c.showCallWith(v, http.StatusUnprocessableEntity, validation, entry)
	}
	result, err := c.desk.Code(v.ctx(), v.who(), validation.ID, entry.secret("code"))
	switch {
	case errors.Is(err, repair.ErrCode):
		entry.fail("code", "The code has six digits. This was not counted as a try.")
		return c.showCallWith(v, http.StatusUnprocessableEntity, validation, entry)
	case err != nil:
		return c.refuseWay(v, validation.Line, "The code was not taken", err)
	case result.Outcome == repair.Right:
		return v.redirect(linePath(validation.Line))
	}
	return v.redirect(callPath(validation))
}

// validation is the agent's own one that the path names, of the line that the path names.
func (c *Console) validation(v *visit) (repair.Validation, error) {
	number, err := v.number()
	if err != nil {
		return repair.Validation{}, err
	}
	validation, err := c.own(v)
	if err == nil && validation.Line != number {
		return repair.Validation{}, noPage()
	}
	return validation, err
}

// own is the agent's own validation that the path names. What another one has begun is not told
// from what never was.
func (c *Console) own(v *visit) (repair.Validation, error) {
	validation, err := c.desk.Validation(v.ctx(), v.who(), repair.ID(v.part("validation")))
	if errors.Is(err, repair.ErrNotFound) {
		return repair.Validation{}, noPage().because(err)
	}
	return validation, err
}

// A wayView says why a way to validate is closed, and which others there are.
type wayView struct {
	lineView
	Title    string
	Sentence string
	PhotoID  bool
}

// refuseWay shows why the desk has refused, and the other ways.
func (c *Console) refuseWay(v *visit, number nanp.Number, title string, err error) error {
	words := deskWords(err, c.zone)
	if words == "" {
		return err
	}
	view := wayView{lineView: viewOf(number), Title: title, Sentence: words, PhotoID: v.who().PhotoID}
	return c.showStatus(v, refusedStatus(err), "validate_refused", title, view)
}

// A photoView asks what photo ID was seen.
type photoView struct {
	lineView
	Self string
	Form *form
}

func (p photoView) form() *form { return p.Form }

func (c *Console) photoView(v *visit) (photoView, error) {
	number, err := v.number()
	if err != nil {
		return photoView{}, err
	}
	view := lineViewPath(number, "/validate/photo-id")
	return photoView{view.lineView, view.Self, v.newForm(&field{
		Name: "note", Label: "What you were shown, and where", Max: repair.MaxNote, Focus: true,
		Hint: "Kind of document, who issued it, the store; not its number. At least 10 characters.",
		Need: "Say what you were shown, and in which store.",
	})}, nil
}

func (c *Console) showPhotoID(v *visit) error {
	view, err := c.photoView(v)
	if err != nil {
		return err
	}
	return c.show(v, "validate_photo", "Photo ID", view)
}

func (c *Console) acceptPhotoID(v *visit) error {
	view, err := c.photoView(v)
	if err != nil {
		return err
	}
	if !v.read(view.Form) {
		return c.show(v, "validate_photo", "Photo ID", view)
	}
	number, err := v.number()
	if err != nil {
		return err
	}
	err = c.desk.PhotoID(v.ctx(), v.who(), number, view.Form.value("note"))
	switch {
	case errors.Is(err, repair.ErrNote):
		view.Form.fail("note", "Write 10 to 500 characters, on one line.")
		return c.show(v, "validate_photo", "Photo ID", view)
	case errors.Is(err, repair.ErrNotAllowed):
		return forbidden().because(err)
	case err != nil:
		return c.refuseWay(v, number, "The photo ID was not taken", err)
	}
	return v.redirect(view.Path)
}

// refusePhotoID hands the desk what an agent sent who may accept no photo ID, which takes a form
// made by hand: so it stands in the audit. The agent is told no more than by any page of others.
func (c *Console) refusePhotoID(v *visit) error {
	number, err := v.number()
	if err == nil {
		err = c.desk.PhotoID(v.ctx(), v.who(), number, v.r.PostForm.Get("note"))
	}
	return forbidden().because(err)
}

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

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
	validation, err := c.config.Desk.Call(v.ctx(), v.who(), number, key)
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
	f := v.newForm(&field{
		Name: "code", Label: "Six digits that the customer reads to you", InputMode: "numeric", Max: 20, Secret: true,
		Type: "text", Focus: true, Need: "Enter the six digits.",
	})
	f.alone = true
	return f
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
	now := c.config.Now()
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
	if !entry.read(v.r.PostForm) {
		return c.showCallWith(v, http.StatusUnprocessableEntity, validation, entry)
	}
	result, err := c.config.Desk.Code(v.ctx(), v.who(), validation.ID, entry.secret("code"))
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
		return repair.Validation{}, noPage
	}
	return validation, err
}

// own is the agent's own validation that the path names. What another one has begun is not told
// from what never was.
func (c *Console) own(v *visit) (repair.Validation, error) {
	validation, err := c.config.Desk.Validation(v.ctx(), v.who(), repair.ID(v.part("validation")))
	if errors.Is(err, repair.ErrNotFound) {
		return repair.Validation{}, noPage.because(err)
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
	status, sentence := c.deskRefusal(err)
	if sentence == "" {
		return err
	}
	view := wayView{lineView: viewOf(number), Title: title, Sentence: sentence, PhotoID: v.who().PhotoID}
	return c.showStatus(v, status, "validate_refused", title, view)
}

// askPhotoID asks what photo ID was seen.
func (c *Console) askPhotoID(v *visit) (*question, error) {
	q, number, err := v.askOf("/validate/photo-id", "validate_photo", "Photo ID", &field{
		Name: "note", Label: "What you were shown, and where", Max: repair.MaxNote, Focus: true,
		Hint: "Kind of document, who issued it, the store; not its number. At least 10 characters.",
		Need: "Say what you were shown, and in which store.",
	})
	if err != nil {
		return nil, err
	}
	q.faults = []fault{{repair.ErrNote, "note", "Write 10 to 500 characters, on one line."}}
	q.take = func() error {
		err := c.config.Desk.PhotoID(v.ctx(), v.who(), number, q.form.value("note"))
		switch {
		case err == nil:
			return v.redirect(linePath(number))
		case errors.Is(err, repair.ErrNotAllowed):
			return forbidden.because(err)
		}
		return c.refuseWay(v, number, "The photo ID was not taken", err)
	}
	return q, nil
}

// refusePhotoID hands the desk what an agent sent who may accept no photo ID, which takes a form
// made by hand: so it stands in the audit. The agent is told no more than by any page of others.
func (c *Console) refusePhotoID(v *visit) error {
	number, err := v.number()
	if err == nil {
		err = c.config.Desk.PhotoID(v.ctx(), v.who(), number, v.r.PostForm.Get("note"))
	}
	return forbidden.because(err)
}

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

// wrongSecret is said once an entry was wrong.
const wrongSecret = "That was not right. Account number, and code or answer, must belong together and to this line; " +
	"which of them was wrong is not told."

// askSecret asks for what the customer knows of the account. Every try counts, so each leads on to a
// page that can be loaded again.
func (c *Console) askSecret(v *visit) (*question, error) {
	q, number, err := v.askOf("/validate/secret", "validate_secret", "Security code or answer",
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
	if err != nil {
		return nil, err
	}
	if !v.posts() && v.r.URL.Query().Has(openedSaid) {
		v.note = "The account is open: codes and answers are looked at."
	}
	if !v.posts() && v.r.URL.Query().Has(wrongSaid) {
		v.note = "" // nobody was signed out
		q.form.refuse(http.StatusOK, wrongSecret)
	}
	q.faults = []fault{badAccount, {accounts.ErrClaim, "secret", "This can’t be a security code or an answer."}}
	q.take = func() error { return c.judgeSecret(v, number, q.form) }
	return q, nil
}

// wrongSaid, in the query, has the page say that the last entry was wrong. It proves nothing, and
// whoever adds it by hand reads the sentence.
const wrongSaid = "wrong"

// openedSaid, in the query, has the page say that an account was opened. It proves nothing either.
const openedSaid = "opened"

func (c *Console) judgeSecret(v *visit, number nanp.Number, f *form) error {
	account, err := accounts.ParseNumber(f.value("account"))
	if err != nil {
		return err
	}
	claim := accounts.Claim{Code: f.secret("secret")}
	if f.value("kind") == tellsAnswer {
		claim = accounts.Claim{Answer: f.secret("secret")}
	}
	right, err := c.config.Desk.Secret(v.ctx(), v.who(), number, account, claim)
	switch {
	case errors.Is(err, accounts.ErrClaim):
		return err
	case err != nil:
		return c.refuseWay(v, number, "The entry was not taken", err)
	case right:
		return v.redirect(linePath(number))
	}
	self := linePath(number) + "/validate/secret"
	c.keepEntry(v, self)
	return v.redirect(self + "?" + wrongSaid)
}

// keepEntry has the page filled in again, but for the secret.
func (c *Console) keepEntry(v *visit, self string) {
	to := resumption{path: self, agent: v.session.Agent.ID}
	if to.draft = c.saveDraft(v, secretKeeps, to); !to.draft.IsZero() {
		c.remember(v, to)
	}
}

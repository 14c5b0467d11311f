package console

import (
	"errors"
	"net/http"
	"time"

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

package console

import (
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net/http"

	"updatecenter/internal/nanp"
	"updatecenter/internal/typed"
	"updatecenter/pins"
)

// customerRoutes are the pages on which agents help customers, and supervisors look at how.
func (c *Console) customerRoutes() []route {
	const line = "/repair/lines/{number}"
	return []route{
		{path: home, least: forAgents, get: c.showFind, post: c.find, keeps: []string{"number"}},
		{path: line, least: forAgents, get: c.showLine},
		{path: line + "/history", least: forSupervisors, get: c.showHistory},
		{path: line + "/validate/call", least: forAgents, post: c.callLine, cut: "/validate/call"},
		{path: line + "/validate/call/{validation}", least: forAgents, get: c.showCall, post: c.checkCode},
		{path: line + "/validate/secret", least: forAgents, get: c.showSecret, post: c.checkSecret, keeps: secretKeeps},
		{path: line + "/open-account", least: forAgents, get: c.showOpenAccount, post: c.openAccount, keeps: []string{"account", "reason"}},
		{path: line + "/validate/photo-id", least: forSupervisors, get: c.showPhotoID, post: c.acceptPhotoID, told: c.refusePhotoID, keeps: []string{"note"}},
		{path: line + "/reset", least: forAgents, get: c.showReset, post: c.resetPIN, keeps: []string{"reason"}},
		{path: line + "/unlock", least: forAgents, get: c.showUnlock, post: c.unlock, keeps: []string{"reason"}},
		{path: "/repair/validations/{validation}/events", least: forAgents, get: c.followCall, stream: true},
		{path: "/repair/reports", least: forSupervisors, get: c.showReports},
	}
}

// maxNumber is how much of a telephone number is looked at, in characters.
const maxNumber = 40

// A findView asks for the number of a line.
type findView struct{ Form *form }

func (f findView) form() *form { return f.Form }

// refocus brings the focus back to the field: there is one only, and no summary stands before it.
func (f findView) refocus() { f.Form.field("number").Focus = true }

func findForm(v *visit) findView {
	return findView{v.newForm(&field{
		Name: "number", Label: "Telephone number of the line", InputMode: "tel", Max: maxNumber, Focus: true,
		Hint: "Ten digits, written as you like: 612-555-0142 or 6125550142.",
		Need: "Enter the ten digits of the line’s number.",
	})}
}

func (c *Console) showFind(v *visit) error { return c.show(v, "line_find", "Find a line", findForm(v)) }

// find reads the number in whatever spelling, and goes on to the line.
func (c *Console) find(v *visit) error {
	view := findForm(v)
	if v.read(view.Form) {
		number, err := typed.Number(view.Form.value("number"))
		if err == nil {
			return v.redirect(linePath(number))
		}
		view.Form.fail("number", "This is not a telephone number of ten digits. Area code first, such as 612-555-0142.")
	}
	view.refocus()
	return c.show(v, "line_find", "Find a line", view)
}

func (c *Console) showLine(v *visit) error {
	number, err := v.number()
	if err != nil {
		return err
	}
	who := v.who()
	card, err := c.desk.Find(v.ctx(), who, number)
	switch {
	case errors.Is(err, pins.ErrNoLine):
		return c.showNoLine(v, number)
	case err != nil:
		return c.deskRefused("The line is not shown", err)
	}
	view := viewCard(card, who, c.now(), c.zone)
	view.WholeHistory = forSupervisors.allows(v.session.Agent.Role)
	view.Dial, view.Repair, view.TemporaryPIN = c.dial, c.repair.Display(), c.temporaryPIN.Reveal()
	if view.Key, err = c.newKey(); err != nil {
		return err
	}
	return c.show(v, "line", "Line "+view.Number, view)
}

// showNoLine asks for another number.
func (c *Console) showNoLine(v *visit, number nanp.Number) error {
	view := findForm(v)
	view.Form.field("number").Value = number.Display()
	view.Form.fail("number", number.Display()+" is no line of ours. Check the number with the customer.")
	view.refocus()
	return c.showStatus(v, http.StatusNotFound, "line_find", "Error: Find a line", view)
}

// number is the line that the path names.
func (v *visit) number() (nanp.Number, error) {
	number, err := nanp.Parse(v.part("number"))
	if err != nil {
		return "", noPage().because(err)
	}
	return number, nil
}

var keyEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newKey names what is done by a form, however often it is sent.
func (c *Console) newKey() (string, error) {
	var drawn [16]byte
	if _, err := io.ReadFull(c.random, drawn[:]); err != nil {
		return "", broken(fmt.Errorf("name a form: %w", err))
	}
	return keyEncoding.EncodeToString(drawn[:]), nil
}

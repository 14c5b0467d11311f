package console

import (
	"errors"

	"updatecenter/internal/repair"
)

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

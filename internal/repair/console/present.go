package console

import (
	"errors"
	"fmt"

	"updatecenter/internal/agents/signin"
)

// needPresent is said where the present password is missing.
const needPresent = "Enter your present password."

// presentPassword asks for the password once more, before a change by which somebody else could
// take the profile over.
func presentPassword(name, hint string) *field {
	return &field{
		Name: name, Label: "Present password", Type: "password", Autocomplete: "current-password",
		Secret: true, Hint: hint,
	}
}

// isPresent says whether a field has the agent's present password; false: the form says so. Wrong
// ones count as at signing in, so that whoever sits at an open session can't guess; none is no guess.
func (c *Console) isPresent(v *visit, f *form, name string) (bool, error) {
	if f.secret(name).IsZero() {
		f.fail(name, needPresent)
		return false, nil
	}
	return c.present(f, name, c.signIn.Confirm(v.ctx(), v.session, f.secret(name), v.from))
}

// present says what became of a present password that was judged; false: the form says it.
func (c *Console) present(f *form, name string, err error) (bool, error) {
	if err == nil {
		return true, nil
	}
	var later *signin.WaitError
	switch {
	case errors.As(err, &later) && !errors.Is(err, signin.ErrWrong), errors.Is(err, signin.ErrLocked):
		sentence, _ := c.refusalOf(err, "")
		f.fail("", sentence)
	case errors.Is(err, signin.ErrWrong):
		f.fail(name, "This is not your present password.")
	default:
		return false, fmt.Errorf("check present password: %w", err)
	}
	return false, nil
}

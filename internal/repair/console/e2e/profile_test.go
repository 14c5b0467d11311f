package e2e

import "testing"

// TestChangesAreProved: another e-mail address, and another second step, each by the codes of both.
func TestChangesAreProved(t *testing.T) {
	o := newOffice(t)
	ann := newBrowser(t).somebody(t, o.host)
	ann.visit("/repair/")
	o.signIn(ann)
	ann.visit("/repair/profile")
	ann.fill("E-mail address", "ann.olson@agents.example")
	ann.check("another address")
	ann.fill("Present password", officePassword)
	ann.enter()
	ann.at("/repair/profile/confirm")
	ann.says("Confirm the change", "a•••@agents.example", "ann.olson@agents.example")
	ann.begins("Code of your present second step")
	ann.check("confirm the address")
	ann.fill("Code of your present second step", o.codeTo("ann@agents.example"))
	ann.fill("Code that was sent to ann.olson@agents.example", "000000")
	ann.follow("CONTINUE")
	ann.says("That is not right")
	ann.check("not confirmed")
	ann.fill("Code of your present second step", o.codeTo("ann@agents.example"))
	ann.fill("Code that was sent to ann.olson@agents.example", o.codeTo("ann.olson@agents.example"))
	ann.follow("CONTINUE")
	ann.at("/repair/profile")
	ann.says("Saved.")
	ann.follow("Change second step")
	ann.check("another second step")
	ann.fill("Present password", officePassword)
	ann.enter()
	ann.fill("Code of your present second step", o.codeTo("ann.olson@agents.example"))
	ann.follow("CONTINUE")
	ann.at("/repair/profile/factor")
	ann.click("Can’t scan it? Paste the key")
	ann.check("another app")
}

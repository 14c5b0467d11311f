package e2e

import (
	"testing"
	"time"
)

// TestSessionEndsInMidForm: what was typed is there again, for whoever typed it.
func TestSessionEndsInMidForm(t *testing.T) {
	o := newOffice(t)
	ann := newBrowser(t).somebody(t, o.host)
	ann.visit("/repair/")
	o.signIn(ann)
	ann.at("/repair/")
	ann.visit("/repair/lines/+16125550142/reset")
	ann.begins("Reason")
	ann.press("forgot the PIN, identity checked")
	o.pass(16 * time.Minute)
	ann.enter()
	ann.at("/repair/sign-in")
	ann.says("what you had typed is kept")
	ann.check("kept")
	o.signIn(ann)
	ann.at("/repair/lines/+16125550142/reset")
	ann.says("What you had typed is here again")
	if typed := ask[string](ann, `document.getElementById("reason").value`); typed != "forgot the PIN, identity checked" {
		t.Errorf("the reason is now %q", typed)
	}
	ann.check("filled in again")

	ann.visit("/repair/profile")
	ann.fill("Telephone", "612-555-0177")
	o.pass(16 * time.Minute)
	ann.follow("SAVE")
	o.signIn(ann)
	ann.at("/repair/profile")
	ann.follow("SAVE")
	ann.visit("/repair/profile")
	if saved := ask[string](ann, `document.getElementById("phone").value`); saved != "612-555-0177" {
		t.Errorf("the telephone number is now %q", saved)
	}
}

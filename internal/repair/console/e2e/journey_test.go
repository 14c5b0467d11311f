package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/pquerna/otp/totp"

	"updatecenter/voice/simulator"
)

// Somebody new, as the administrator invites them, and the line whose customer calls.
const (
	newName     = "kim"
	newFullName = "Kim Larsen"
	newAddress  = "kim@agents.example"
	newPassword = "copper lantern walks northward"

	customersLine = "612-555-0145" // of the demo: has a PIN of its own
	spelled       = "+1 (612) 555 0145"
	linePath      = "/repair/lines/+16125550145"
)

// TestConsoleInBrowser goes the whole way, on one demo.
func TestConsoleInBrowser(t *testing.T) {
	d := startDemo(t)
	customer := newPhone(t, d.host)
	chrome := newBrowser(t)
	t.Run("new agent", func(t *testing.T) {
		invite(chrome.somebody(t, d.host), d)
		kim := chrome.somebody(t, d.host)
		key := kim.setUp()
		kim.signInByKeys(key)
		kim.findByKeys()
		kim.validateByCall(customer)
		kim.reset()
		kim.leave()
	})
	t.Run("photo ID", func(t *testing.T) { photoID(chrome.somebody(t, d.host), d) })
	t.Run("another agent", func(t *testing.T) {
		ann := chrome.somebody(t, d.host)
		ann.signIn(ann.letterbox(), d, "agent")
		noPhotoID(ann)
		ann.callsInVain(customer)
		ann.signOut()
	})
	t.Run("every page", func(t *testing.T) { everyPage(chrome.somebody(t, d.host), d) })
}

// invite is what the administrator does.
func invite(ada *tab, d demo) {
	ada.t.Helper()
	box := ada.letterbox()
	ada.signIn(box, d, "administrator")
	ada.check("administrator begins")
	ada.follow("People")
	ada.check("people")
	ada.follow("Invite somebody")
	ada.begins("User name")
	ada.press("Kim Larsen") // no user name
	ada.fill("Full name", newFullName)
	ada.fill("E-mail address", newAddress)
	ada.follow("INVITE")
	ada.says("Please look at this again", "Error:")
	ada.check("invitation refused")
	ada.fill("User name", newName)
	ada.follow("INVITE")
	ada.at("/repair/people/" + newName)
	ada.says(newFullName, newAddress)
	ada.check("invited")
	ada.signOut()
	ada.check("signed out")
}

// setUp is what somebody new does first, and returns the key of the app.
func (p *tab) setUp() (key string) {
	p.t.Helper()
	p.visit("/demo/mail")
	p.waitFor(newAddress)
	link := ask[string](p, `[...document.querySelectorAll('a[href*="/repair/welcome/"]')][0].href`)
	p.follow("Open the link")
	p.says("Welcome, "+newFullName, newName)
	p.begins("New password")
	p.check("welcome")
	p.press("lantern") // too short
	p.fill("New password, once more", "lantern")
	p.follow("CONTINUE")
	p.says("at least 12 characters")
	p.check("password refused")
	p.fill("New password", newPassword)
	p.fill("New password, once more", newPassword)
	p.follow("CONTINUE")
	key = p.setUpApp()
	p.acceptTerms()
	p.says("Check your profile")
	p.check("set-up profile")
	p.fill("Telephone", "612-555-0177")
	p.follow("CONTINUE")
	p.at("/repair/")
	p.says("Find a line", newFullName)
	p.signOut()
	p.goes(func() { p.do("open the link again", chromedp.Navigate(link)) })
	p.says("does not work any more")
	p.check("link used up")
	return key
}

// setUpApp pastes the key of the page into an app.
func (p *tab) setUpApp() string {
	p.t.Helper()
	p.says("Set up your second step")
	p.click("Can’t scan it? Paste the key")
	key := strings.ReplaceAll(ask[string](p, `document.getElementById("app-key").innerText`), " ", "")
	p.check("second step")
	p.fill("Six-digit code", p.code(key, 0))
	p.follow("CONTINUE")
	return key
}

// code is what the app shows, or will show when so many codes are over.
func (p *tab) code(key string, later int) string {
	p.t.Helper()
	code, err := totp.GenerateCode(key, time.Now().Add(time.Duration(later)*30*time.Second))
	if err != nil {
		p.t.Fatalf("paste the key into the app: %v", err)
	}
	return code
}

func (p *tab) acceptTerms() {
	p.t.Helper()
	p.says("Terms and conditions")
	p.check("terms")
	p.follow("CONTINUE")
	p.says("Tick this to go on")
	p.tick()
	p.follow("CONTINUE")
}

// signInByKeys signs in without a mouse. The code that the app showed in the set-up is used up, so
// it takes the one that comes next, as early as it counts.
func (p *tab) signInByKeys(key string) {
	p.t.Helper()
	p.visit("/repair/")
	p.at("/repair/sign-in")
	p.begins("User name")
	p.check("sign in")
	p.press(newName)
	p.enter()
	p.begins("Password")
	p.check("password")
	p.press("not the password")
	p.enter()
	p.says("That is not right")
	p.check("wrong password")
	p.tabTo("Password")
	p.press(newPassword)
	p.enter()
	p.begins("Six-digit code")
	p.check("code")
	p.press(p.code(key, 1))
	p.followsByKeys("CONTINUE")
	p.at("/repair/")
}

// findByKeys finds the customer's line by its number in another spelling.
func (p *tab) findByKeys() {
	p.t.Helper()
	p.begins("Telephone number of the line")
	p.check("find a line")
	p.press("612-555-0199")
	p.enter()
	p.says("is no line of ours")
	p.check("no such line")
	p.tabTo("Telephone number of the line")
	p.press(spelled)
	p.enter()
	p.at(linePath)
	p.says(customersLine, "Personal, chosen by the customer", "Make sure that you are speaking with the customer")
	p.lacks("Reset the PIN", "4071")
	p.begins("What to do next")
	p.check("line")
}

// validateByCall has the line called. The page tells how the call goes, and is never loaded again.
func (p *tab) validateByCall(customer phone) {
	p.t.Helper()
	p.followsByKeys("Call " + customersLine + " with a code")
	p.says("Code for " + customersLine)
	p.begins("Six digits that the customer reads to you")
	p.stay()
	ringing := customer.rings(p.t, customersLine)
	p.waitFor("The telephone rings.")
	p.picture("call rings")
	code := p.hear(ringing)
	p.waitFor("The code was told.")
	if !p.stayed() {
		p.t.Error("the page of the call was loaded again")
	}
	p.check("code was told")
	p.press(wrongFor(code))
	p.enter()
	p.says("That was not the code", "2 tries left")
	p.check("wrong code")
	p.press(code[:3] + " " + code[3:])
	p.enter()
	p.at(linePath)
	p.says("You have validated this customer by a call to the line")
	p.check("validated")
}

// hear is what the customer does, while the page goes on telling.
func (p *tab) hear(ringing *simulator.Ringing) (code string) {
	p.t.Helper()
	call := answered(p.t, ringing)
	if words := call.listen(); !strings.Contains(words, "Read it only if you called us yourself") || spokenCode.MatchString(words) {
		p.t.Errorf("the call begins: %s", words)
	}
	p.waitFor("The call was answered.")
	p.picture("call answered")
	call.press('1')
	code = codeIn(p.t, call.listen())
	call.hangUp()
	return code
}

// callsInVain has a line called that is busy. The page says so, and offers another call.
func (p *tab) callsInVain(customer phone) {
	p.t.Helper()
	p.visit(storePath)
	p.follow("Call " + storeLine)
	p.lacks("Call " + storeLine + " again")
	p.stay()
	customer.rings(p.t, storeLine).RefuseBusy(p.t.Context())
	p.waitFor("The line is busy.")
	p.waitFor("Call " + storeLine + " again, with a new code")
	if !p.stayed() {
		p.t.Error("the page of the call was loaded again")
	}
	p.check("line is busy")
}

// wrongFor is another code.
func wrongFor(code string) string {
	if code == "111222" {
		return "111223"
	}
	return "111222"
}

// reset resets the PIN by the keyboard, and reads what to tell the customer.
func (p *tab) reset() {
	p.t.Helper()
	p.followsByKeys("Reset the PIN")
	p.begins("Reason")
	p.check("reset")
	p.press("forgot the PIN")
	p.enter()
	p.says("Tick this when it is so")
	p.check("reset not sure")
	p.tabTo("tick: ")
	p.press(" ")
	p.followsByKeys("RESET THE PIN")
	p.at(linePath)
	p.says("The PIN is reset. Tell the customer:", "dial 78 from "+customersLine, "1234", "Temporary. It works only in calls from the line.")
	p.check("tell the customer")
}

// leave signs out. Whoever has the cookie of the session then has nothing.
func (p *tab) leave() {
	p.t.Helper()
	stolen := p.cookie("uc-session")
	p.tabTo("Sign out")
	p.goes(func() { p.press(kb.Enter) })
	p.says("You have signed out.")
	p.putBack(stolen)
	for _, path := range []string{"/repair/", linePath, linePath + "/reset", "/repair/profile"} {
		p.visit(path)
		p.at("/repair/sign-in")
		p.lacks(newFullName, customersLine)
	}
	p.check("old cookie")
}

// signIn goes through the pages of sign-in by mouse, with a code by e-mail.
func (p *tab) signIn(box letterbox, d demo, role string) {
	p.t.Helper()
	name := d.names[role]
	p.visit("/repair/")
	p.begins("User name")
	p.press(name)
	p.follow("NEXT")
	p.begins("Password")
	p.press(d.password)
	p.follow("SIGN IN")
	p.says("Enter your code")
	p.press(box.code(name + "@agents.example"))
	p.follow("CONTINUE")
	p.at("/repair/")
	p.says("Find a line")
}

func (p *tab) signOut() {
	p.t.Helper()
	p.follow("Sign out")
	p.at("/repair/sign-in")
	p.says("You have signed out.")
}

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
	o.Pass(16 * time.Minute)
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
	o.Pass(16 * time.Minute)
	ann.follow("SAVE")
	o.signIn(ann)
	ann.at("/repair/profile")
	ann.follow("SAVE")
	ann.visit("/repair/profile")
	if saved := ask[string](ann, `document.getElementById("phone").value`); saved != "612-555-0177" {
		t.Errorf("the telephone number is now %q", saved)
	}
}

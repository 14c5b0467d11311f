package e2e

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

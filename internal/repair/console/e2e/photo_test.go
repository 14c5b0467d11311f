package e2e

const (
	storeLine = "612-555-0144"
	storePath = "/repair/lines/+16125550144"
)

// photoID is what a supervisor does in a store.
func photoID(sam *tab, d demo) {
	sam.t.Helper()
	sam.signIn(sam.letterbox(), d, "supervisor")
	sam.press("612.555.0144")
	sam.follow("FIND")
	sam.at(storePath)
	sam.follow("Photo ID in a store")
	sam.begins("What you were shown, and where")
	sam.check("photo ID")
	sam.press("a card")
	sam.follow("I HAVE SEEN THE ID")
	sam.says("Write 10 to 500 characters")
	sam.fill("What you were shown, and where", "Driver license of Minnesota, store at 7th Street")
	sam.follow("I HAVE SEEN THE ID")
	sam.at(storePath)
	sam.says("You have validated this customer by photo ID in a store")
	sam.check("validated by photo ID")
	sam.follow("Unlock, and keep the PIN")
	sam.check("unlock")
	sam.fill("Reason", "locked out, photo ID seen")
	sam.tick()
	sam.follow("UNLOCK THE LINE")
	sam.says("The line is unlocked. Tell the customer:")
	sam.check("unlocked")
	sam.follow("Reports")
	sam.says("photo")
	sam.signOut()
}

// noPhotoID: an agent is not offered it, and does not get it by its address.
func noPhotoID(ann *tab) {
	ann.t.Helper()
	ann.visit(storePath)
	ann.says("Call " + storeLine)
	ann.lacks("Photo ID in a store", "You have validated this customer")
	ann.visit(storePath + "/validate/photo-id")
	ann.lacks("What you were shown")
	ann.check("not for agents")
}

package e2e

import (
	"regexp"
	"strconv"
	"time"
)

// A letterbox is a tab with the page on which the demo shows the e-mails to its people.
type letterbox struct {
	*tab
	seen map[string]int // how many somebody had, by address
}

func (p *tab) letterbox() letterbox {
	p.t.Helper()
	box := letterbox{p.another(), map[string]int{}}
	box.visit("/demo/mail")
	for _, address := range ask[[]string](box.tab, `[...document.querySelectorAll("article")].flatMap((e) => e.innerText.match(/(?<=To )\S+@\S+/) ?? [])`) {
		box.seen[address]++ // what is there was for an earlier sign-in
	}
	return box
}

// next waits for an e-mail to an address that was not there before, and returns its words.
func (b letterbox) next(address string) string {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * lookAgain) {
		b.visit("/demo/mail") // as somebody looks again
		found := ask[[]string](b.tab, `[...document.querySelectorAll("article")].map((e) => e.innerText)
			.filter((text) => text.includes("To " + `+strconv.Quote(address)+`))`)
		if len(found) > b.seen[address] {
			b.seen[address] = len(found)
			return found[0] // the newest
		}
	}
	b.t.Fatalf("no e-mail came to %s:\n%s", address, b.words())
	return ""
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code waits for an e-mail with a code.
func (b letterbox) code(address string) string {
	b.t.Helper()
	text := b.next(address)
	code := sixDigits.FindString(text)
	if code == "" {
		b.t.Fatalf("no code in the e-mail:\n%s", text)
	}
	return code
}

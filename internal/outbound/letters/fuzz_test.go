package letters

import (
	"errors"
	"strings"
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
)

func FuzzTypeset(f *testing.F) {
	for _, s := range []string{"Ana Ruiz", "Antonín Dvořák", "Wałęsa", "王", "ﬁ e\u0301 \u0301", "a\nb", "\x80", "\u0085"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		set, err := typeset("the name", s)
		if err != nil {
			if !errors.Is(err, ErrUnprintable) || err.Error() != "the name "+ErrUnprintable.Error() {
				t.Errorf("error %q", err)
			}
			return
		}
		if strings.ContainsFunc(set, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("typeset returned a control character: %q", set)
		}
	})
}

// FuzzDraw holds that whatever an account is called and wherever it is, its letter can be drawn.
func FuzzDraw(f *testing.F) {
	f.Add("Ana Ruiz", "1 Main St", "Apt (2) \\", "What?", "That.")
	f.Add(strings.Repeat("W", 100), "", strings.Repeat("Ä", 60), strings.Repeat("m ", 100), strings.Repeat("W", 100))
	p := &Printer{company: wording.Company{Company: "Northern", Repair: "+18005731311"}, sender: []string{"Northern"}}
	f.Fuzz(func(t *testing.T, name, street, city, question, answer string) {
		letter := deliveries.Message{ID: "dlv_a", Topic: deliveries.SecurityAnswer, Account: accounts.Account{
			Name: name, Question: question, Answer: secret.New(answer),
			Address: accounts.Address{Street: []string{street}, City: city, State: "MN", ZIP: "55401"},
		}}
		message, err := p.company.Write(letter.Topic, letter.Account, letter.Date)
		if err != nil {
			return
		}
		sheet, err := p.typeset(letter, message)
		if err != nil {
			return
		}
		pdf, pages, err := sheet.draw()
		if err != nil || pages < 1 || !strings.HasPrefix(string(pdf), "%PDF-") {
			t.Errorf("draw: %d pages, %v", pages, err)
		}
	})
}

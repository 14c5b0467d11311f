package wording_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/golden"
	"updatecenter/internal/logtest"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

var everything = []deliveries.Topic{
	deliveries.SecurityCode, deliveries.SecurityAnswer, deliveries.Welcome, deliveries.PINChanged,
	deliveries.PINReset, deliveries.CodeChanged, deliveries.QuestionChanged,
	deliveries.AddressChanged, deliveries.EmailChanged, deliveries.PhoneChanged,
	deliveries.TicketContactChanged, deliveries.TicketCanceled,
	deliveries.SignInChanged, deliveries.PasswordAsked, deliveries.UserName, deliveries.PasswordLink,
}

// newYear is a day whose name in Spanish and in UTC is easy to get wrong.
var newYear = time.Date(2026, time.January, 1, 23, 30, 0, 0, time.FixedZone("CST", -6*60*60))

func company() wording.Company {
	return wording.Company{
		Company: "Northern Telephone", Repair: "+18005731311", HelpLine: "+18008602255",
		TemporaryPIN: secret.New("1234"), PasswordURL: "https://www.example.com/password",
	}
}

func account(language string) accounts.Account {
	return accounts.Account{
		Number: "612-5550142-821", Language: language, Name: "Ana {company} Ruiz",
		Code: secret.New("482910"), Question: "First pet?", Answer: secret.New("Señor Bigotes"),
		UserName: "ana.ruiz", Link: accounts.Link{Token: secret.New("MFRGGZDFMZTWQ2LKNNWG23TP"), Sent: accounts.Sent{Letter: language == "es"}},
	}
}

// A long-distance account has nothing to do with the online account or with calling features.
func TestWriteToLongDistance(t *testing.T) {
	for _, language := range []string{"en", "es"} {
		for _, about := range []deliveries.Topic{deliveries.SecurityCode, deliveries.Welcome} {
			a := account(language)
			a.Number = accounts.LongDistance("+16125550142")
			message, err := company().Write(about, a, newYear)
			check.OK(t, err)
			golden.Is(t, fmt.Sprintf("%s.distant.%s.txt", about, language), show(message))
		}
	}
}

func TestWrite(t *testing.T) {
	for _, language := range []string{"en", "es"} {
		for _, about := range everything {
			name := fmt.Sprintf("%s.%s.txt", about, language)
			t.Run(name, func(t *testing.T) {
				message, err := company().Write(about, account(language), newYear)
				check.OK(t, err)
				golden.Is(t, name, show(message))
			})
		}
	}
}

// show writes a message down in full, secrets included.
func show(m wording.Message) string {
	told := []string{m.Shown.QuestionLabel, m.Shown.Question, m.Shown.Label, m.Shown.Secret.Reveal()}
	lines := []string{m.Language, m.Date, m.Account, m.Subject, m.Greeting}
	lines = append(append(append(lines, m.Before...), told...), m.After...)
	if !m.Link.IsZero() {
		lines = append(lines, m.Link.Reveal())
	}
	lines = append(lines, m.Closing, m.Company, m.NoReply)
	return strings.Join(lines, "\n") + "\n"
}

func TestWriteLeavesNoVariableOpen(t *testing.T) {
	for _, language := range []string{"", "en", "es"} {
		for _, about := range everything {
			a := account(language)
			a.Name = "Ana Ruiz"
			message, err := company().Write(about, a, newYear)
			if err != nil || strings.ContainsAny(show(message), "{}%") {
				t.Errorf("%s in %q: %v, or a variable is left open:\n%s", about, language, err, show(message))
			}
		}
	}
}

func TestNoticesTellNoSecret(t *testing.T) {
	for _, about := range everything[3 : len(everything)-2] {
		message, err := company().Write(about, account("es"), newYear)
		check.OK(t, err)
		logtest.Hides(t, "the notice", show(message), "482910", "Bigotes", "pet", "1234", "612", "ana.ruiz", "MFRGG")
	}
}

func TestWriteCallsTheRightNumber(t *testing.T) {
	for _, test := range []struct {
		about    deliveries.Topic
		helpLine bool
		want     string
	}{
		{deliveries.PINChanged, true, "800-573-1311"},
		{deliveries.PINReset, true, "800-573-1311"},
		{deliveries.AddressChanged, true, "800-860-2255"},
		{deliveries.AddressChanged, false, "800-573-1311"},
	} {
		h := company()
		if !test.helpLine {
			h.HelpLine = ""
		}
		message, err := h.Write(test.about, account("en"), newYear)
		if err != nil || !strings.Contains(show(message), test.want) {
			t.Errorf("%s does not say to call %s, or %v", test.about, test.want, err)
		}
	}
}

func TestWriteWithoutTemporaryPIN(t *testing.T) {
	h := company()
	h.TemporaryPIN = secret.Text{}
	for language, want := range map[string]string{
		"en": "the temporary PIN that came with your service, and then",
		"es": "el PIN temporal que recibió con su servicio, y luego",
	} {
		message, err := h.Write(deliveries.Welcome, account(language), newYear)
		if err != nil || !strings.Contains(show(message), want) {
			t.Errorf("%s does not say %q, or %v:\n%s", language, want, err, show(message))
		}
	}
}

func TestWriteToSomebodyWithoutNameOrNumber(t *testing.T) {
	a := account("")
	a.Name, a.Number = "", "A-123-456" // too short to show four and hide four
	message, err := company().Write(deliveries.CodeChanged, a, newYear)
	if err != nil || message.Greeting != "Dear customer:" || message.Account != "" || message.Language != "en" {
		t.Errorf("Write = %q, %q, %q, %v", message.Greeting, message.Account, message.Language, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	answer := account("en")
	answer.Code = secret.Text{}
	code := account("en")
	code.Answer = secret.Text{}
	for _, test := range []struct {
		about   deliveries.Topic
		account accounts.Account
		want    error
	}{
		{deliveries.SecurityCode, answer, deliveries.ErrNoSecret},
		{deliveries.Welcome, answer, deliveries.ErrNoSecret},
		{deliveries.SecurityAnswer, code, deliveries.ErrNoSecret},
		{deliveries.UserName, accounts.Account{}, deliveries.ErrNoSecret},
		{deliveries.PasswordLink, accounts.Account{}, deliveries.ErrNoSecret},
		{"poem", code, deliveries.ErrParams},
		{deliveries.ValidationCode, code, deliveries.ErrParams},
	} {
		if _, err := company().Write(test.about, test.account, newYear); !errors.Is(err, test.want) {
			t.Errorf("Write about %q: %v, want %v", test.about, err, test.want)
		}
	}
}

func TestCheck(t *testing.T) {
	check.Is(t, company().Check(), nil)
	for name, spoil := range map[string]func(*wording.Company){
		"no company":      func(h *wording.Company) { h.Company = "" },
		"a long company":  func(h *wording.Company) { h.Company = strings.Repeat("ñ", 61) },
		"a second header": func(h *wording.Company) { h.Company = "North\r\nBcc: x@example.com" },
		"nobody to call":  func(h *wording.Company) { h.Repair = "" },
	} {
		h := company()
		spoil(&h)
		if err := h.Check(); !errors.Is(err, wording.ErrCompany) {
			t.Errorf("%s: %v, want ErrCompany", name, err)
		}
	}
}

func ExampleCompany_Write() {
	company := wording.Company{Company: "Northern Telephone", Repair: "+18005731311"}
	account := accounts.Account{Name: "Ana Ruiz", Language: "es", Code: secret.New("482910")}
	message, err := company.Write(deliveries.SecurityCode, account, time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic(err)
	}
	fmt.Println(message.Date)
	fmt.Println(message.Greeting)
	fmt.Println(message.Shown.Label, message.Shown.Secret)
	// Output:
	// 5 de enero de 2026
	// Apreciable Ana Ruiz:
	// Su código de seguridad ••••••
}

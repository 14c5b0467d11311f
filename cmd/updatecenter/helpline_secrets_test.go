package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/logtest"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

// The account that TestNoSecretOfTheHelpLineIsReadable claims, and what it looks for, beside PINs, codes, and what is drawn. ZIP codes are too short to be
// looked for in the midst of other digits.
const billed accounts.Number = "1000-7171"

const (
	billedZIP    = "55802"
	wrongZIP     = "55977"
	billedUser   = "quill.brambling"
	knownSignIn  = "Blue-Heron 42867"
	wrongSignIn  = "Marsh-Wren 88615"
	chosenSignIn = "Grebe-Thistle 73059"
	wrongToken   = "ZZZZ-YYYY-XXXX-WWWW-VVVV-UUUU"

	billedEmail  = "ottoline.pendragon@mail.example.com"
	firstAnswer  = "Bramble Quillfeather"
	secondAnswer = "Kingfisher Landing"
	wrongAnswer  = "Sprocket Wintergreen"
)

// TestNoSecretOfTheHelpLineIsReadable searches Redis, its dump, logs, metrics and the API's answers for all that callers to
// the help line keyed, rightly and wrongly, and were told or sent, and for what they chose by a link. The last call is
// still under way.
func TestNoSecretOfTheHelpLineIsReadable(t *testing.T) {
	server := redistest.Start(t)
	refused := make(chan struct{}, 100) // events, by an operator's system that sends them back
	operator := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.Copy(w, r.Body)
		refused <- struct{}{}
	}))
	t.Cleanup(operator.Close)
	s := newSecretStage(t, server, func(c *config) {
		c.PINMaxDigits, c.TemporaryPIN = 8, secret.New(longPINs.Replace("TEMP"))
		c.CodeDigits, c.MailboxPasswordDigits = 10, 10
		learning(c)
		c.ProvisioningURL = operator.URL
	})
	s.addHelped(t)
	passwords := s.resetMailboxes(t)
	s.deliverUntil(t, refused)
	hidden := append(passwords, toldCode, wrongCode, toldStreet, billedUser, wrongToken)
	hidden = append(hidden, s.chooseByLink(t)...)
	hidden = append(hidden, billedEmail)
	oneTime := s.resetEmail(t)
	for _, password := range []string{knownSignIn, wrongSignIn, chosenSignIn, firstAnswer, secondAnswer, wrongAnswer} {
		hidden = append(hidden, password, keysOf(password))
	}
	helpCall(t, s.exchange, demoDistance, "1", "1", "6125550142#", keysOf(chosenSignIn)+"#", toldCode+"#").hears("To have it sent")
	for place, content := range map[string][]byte{
		"Redis": server.Contents(t), "dump": server.Dump(t), "log": []byte(s.logs.String()), "metrics": s.metrics(t),
		"answers": []byte(s.answers.String()),
	} {
		if len(content) < 1000 {
			t.Errorf("%s holds only %d bytes", place, len(content))
		}
		searchSecrets(t, place, string(content))
		for _, text := range hidden {
			if place != "answers" || text != toldStreet && text != billedUser && text != billedEmail { // which the API shows to those who may see them
				mustHide(t, place, string(content), text)
			}
		}
		for i, form := range formsOfText(oneTime) { // of 8 digits, which may stand in the midst of others
			if holdsToken(string(content), form) || i > 0 && strings.Contains(string(content), form) {
				t.Errorf("%s holds the password of an e-mail address as %q", place, form)
			}
		}
		for _, zip := range []string{billedZIP, wrongZIP} {
			if place != "answers" && holdsToken(string(content), zip) {
				t.Errorf("%s holds the ZIP code %s", place, zip)
			}
		}
	}
}

// keysOf are the keys of a password on a telephone.
func keysOf(password string) string { return accounts.Keypad(secret.New(password)).Reveal() }

// addHelped adds an account, a long-distance account, a ticket and a mailbox of the line that has the temporary PIN, which
// then chooses its own.
func (s *secretStage) addHelped(t *testing.T) {
	t.Helper()
	s.addAccount(t, billed, demoNew.National(), toldCode)
	s.asks(t, http.StatusCreated, http.MethodPut, "/v1/long-distance/"+demoNew.National(), fmt.Sprintf(
		`{"phone":%q,"language":"en","name":"Vesper Lindqvist","email":%q,"email_since":"2025-11-01T00:00:00Z","security_code":%q,
		"user_name":%q,"password":%q,"address":{"street":[%q],"city":"Duluth","state":"MN","zip":%q}}`,
		demoNew, toldEmail, toldCode, billedUser, knownSignIn, toldStreet, billedZIP))
	s.change(t, "/v1/tickets/48217171", fmt.Sprintf(
		`{"number":%q,"account":%q,"contact":%q,"status":"open"}`, demoNew, billed, demoNew))
	for _, number := range []string{demoNew.National(), "6125550171"} { // the other one is called for nothing else
		s.change(t, "/v1/mailboxes/"+number, `{"set_up":true}`)
	}
	c := s.dial(t, demoNew.Display())
	for _, keys := range []string{"TEMP#", "PIN1#", "PIN1#"} {
		c.press(longPINs.Replace(keys))
	}
	c.hears("has been changed")
}

// change puts something new.
func (s *secretStage) change(t *testing.T, path, body string) {
	t.Helper()
	answer, content := s.api(t, http.MethodPut, path, body, http.Header{"If-None-Match": {"*"}})
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %d %s", path, answer.StatusCode, content)
	}
}

// spelled is a temporary password as it is told.
var spelled = regexp.MustCompile(`emporary password[a-z ]* is(( [0-9]){10})\.`)

// resetMailboxes resets a mailbox in all ways, with wrong entries first, and proves a ticket. It returns the passwords that
// were told.
func (s *secretStage) resetMailboxes(t *testing.T) (told []string) {
	t.Helper()
	hears := func(c *phone) {
		found := spelled.FindStringSubmatch(c.said())
		if found == nil {
			t.Fatalf("no password is told: %s", c.said())
		}
		told = append(told, strings.ReplaceAll(found[1], " ", ""))
	}
	fromLine := func(keys ...string) *phone {
		c := &phone{t: t, call: must(s.exchange.Dial(t.Context(), string(demoHelpLine), string(demoNew), simulator.AttestedA))(t)}
		for c.listen(); len(keys) > 0; keys = keys[1:] {
			c.press(longPINs.Replace(keys[0]))
		}
		return c
	}
	fromLine("5", "1", "1", "WRONG1#", "PIN1#").hears("4 8 2 1 7 1 7 1")
	hears(fromLine("4", "1", "PIN1#"))
	elsewhere := func(keys string) *phone { return helpCall(t, s.exchange, demoHelpLine, strings.Fields(keys)...) }
	elsewhere("1 5 1 1 10007171# " + wrongZIP + "# 10007171# " + billedZIP + "#").hears("4 8 2 1 7 1 7 1")
	elsewhere("1 2 1 10007171# " + wrongZIP + "# 10007171# " + billedZIP + "#").hears("the primary telephone of your account, press")
	hears(elsewhere("1 4 2 10007171# " + wrongCode + "# 10007171# " + toldCode + "#"))
	elsewhere("1 4 1 6125550171#").hears("we call it within five minutes")
	c := &phone{t: t, call: must(s.exchange.AwaitRing(t.Context(), "612-555-0171", 3*time.Minute))(t).Answer(t.Context(), simulator.Human)}
	c.listen()
	c.press("1")
	hears(c)
	c.call.HangUp(t.Context())
	return told
}

// oneTimeTold is the password of an e-mail address as it is told.
var oneTimeTold = regexp.MustCompile(`password of your e-mail address is(( [0-9]){8})\.`)

// resetEmail has the password of an e-mail address told in a call to its line, after wrong answers by telephone and by API, and
// returns it.
func (s *secretStage) resetEmail(t *testing.T) string {
	t.Helper()
	const line = "6125550173" // which is called for nothing else
	s.change(t, "/v1/emails/"+line+"/"+billedEmail, fmt.Sprintf(
		`{"questions":[{"question":"first_pet","answer":%q},{"question":"own","answer":%q}]}`, firstAnswer, secondAnswer))
	email := must(s.app.mailboxes.Emails(t.Context(), "+1"+line))(t)
	_, content := s.api(t, http.MethodPost, "/v1/recoveries/challenges", `{"btn":"`+line+`"}`, nil)
	if !strings.Contains(string(content), "first_pet") {
		t.Fatalf("no questions: %s", content)
	}
	_, content = s.api(t, http.MethodPost, "/v1/recoveries", fmt.Sprintf(
		`{"service":"email","need":"password","method":"voice","btn":%q,"address":%q,"answers":[%q,%q]}`, line, email[0].ID, firstAnswer, wrongAnswer,
	), http.Header{"Idempotency-Key": {"1"}})
	if !strings.Contains(string(content), `"tries_left":2`) {
		t.Fatalf("it is not wrong: %s", content)
	}
	helpCall(t, s.exchange, demoHelpLine, "1", "3", "1", line+"#",
		keysOf(wrongAnswer)+"#", keysOf(secondAnswer)+"#", keysOf(firstAnswer)+"#", keysOf(secondAnswer)+"#").hears("works once")
	c := &phone{t: t, call: must(s.exchange.AwaitRing(t.Context(), "612-555-0173", 3*time.Minute))(t).Answer(t.Context(), simulator.Human)}
	c.listen()
	c.press("1")
	found := oneTimeTold.FindStringSubmatch(c.said())
	if found == nil {
		t.Fatalf("no password is told: %s", c.said())
	}
	return strings.ReplaceAll(found[1], " ", "")
}

// deliverUntil delivers events until something was heard.
func (s *secretStage) deliverUntil(t *testing.T, heard <-chan struct{}) {
	t.Helper()
	d := must(newDispatcher(s.config, outside{db: s.db, now: s.clock.Now, log: slog.New(slog.NewJSONHandler(s.logs, logtest.Untimed()))}, s.app, nil))(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- d.Run(ctx) }()
	<-heard
	eventually(t, func() bool { return strings.Contains(s.logs.String(), "events: the receiver") }, "the log says that an event was refused")
	stop()
	check.OK(t, <-ended)
}

// tokens are those of links, in e-mails.
var tokens = regexp.MustCompile(`#(([A-Z2-7]{4}-){5}[A-Z2-7]{4})`)

// chooseByLink is sent a user name and a link by the help line for long distance, and chooses a password by the link, after
// some that are refused. It returns the tokens.
func (s *secretStage) chooseByLink(t *testing.T) (sent []string) {
	t.Helper()
	distance := func(keys string) *phone { return helpCall(t, s.exchange, demoDistance, strings.Fields(keys)...) }
	distance("1 1 6125550142# " + keysOf(wrongSignIn) + "# " + toldCode + "# 1").hears("does not match our records")
	distance("1 1 6125550142# " + keysOf(knownSignIn) + "# " + toldCode + "# 1").hears("on its way")
	distance("1 2 6125550142# " + keysOf(wrongSignIn) + "# " + toldCode + "# 1").hears("on its way")
	var token string
	eventually(t, func() bool {
		found := tokens.FindStringSubmatch(strings.Join(s.post.taken(), ""))
		if found != nil {
			token = found[1]
		}
		return found != nil
	}, "a link is mailed")
	choose := func(want int, token, password string) {
		s.asks(t, want, http.MethodPost, "/v1/passwords", fmt.Sprintf(`{"token":%q,"password":%q}`, token, password))
	}
	choose(http.StatusNotFound, wrongToken, wrongSignIn)
	choose(http.StatusUnprocessableEntity, token, billedUser)
	choose(http.StatusOK, token, chosenSignIn)
	return []string{token, strings.ReplaceAll(token, "-", "")}
}

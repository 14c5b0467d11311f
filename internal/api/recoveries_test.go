package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const (
	longDistancePath = "/v1/long-distance/" + string(line)
	heron            = "Blue-Heron 42"
	newLongDistance  = `{"language":"es","name":"Pat Larsen","address":{"street":["12 Elm Street"],"city":"Minneapolis","state":"MN","zip":"55403"},` +
		`"email":"pat@mail.example.com","email_since":"2026-01-02T03:04:05Z","security_code":"` + code + `","user_name":"pat.larsen","password":"` + heron + `"}`
)

// putLongDistance creates the long-distance account of the line, whose secrets must turn up nowhere.
func (r *rig) putLongDistance() {
	r.Helper()
	r.secrets = append(r.secrets, code, heron, "25834376642")
	r.ask(http.MethodPut, longDistancePath, newLongDistance).is(http.StatusCreated, "")
}

func (r *rig) recover(body string) Recovery {
	r.Helper()
	var got Recovery
	r.ask(http.MethodPost, "/v1/recoveries", body).is(http.StatusOK, "").read(&got)
	return got
}

func TestLongDistance(t *testing.T) {
	r := newRig(t)
	r.secrets = append(r.secrets, code, heron)
	r.ask(http.MethodGet, longDistancePath, "").is(http.StatusNotFound, "no-such-account")
	r.ask(http.MethodGet, "/v1/long-distance/911", "").is(http.StatusBadRequest, "bad-number")
	r.ask(http.MethodPut, longDistancePath, `{"user_name":"pat"}`).is(http.StatusUnprocessableEntity, "details-refused")
	made := r.ask(http.MethodPut, "/v1/long-distance/612-555-0142", newLongDistance).is(http.StatusCreated, "")
	check.Same(t, made.header.Get("Location"), longDistancePath)
	var got LongDistance
	made.read(&got)
	if got.BTN != line || got.Phone != line || *got.UserName != "pat.larsen" || !got.HasPassword {
		t.Errorf("%+v", got)
	}
	r.ask(http.MethodPut, longDistancePath, `{"user_name":"","phone":"651-555-0177"}`).is(http.StatusOK, "").read(&got)
	if got.UserName != nil || got.Phone != "+16515550177" {
		t.Errorf("%+v", got)
	}
	r.ask(http.MethodPut, longDistancePath, `{"security_code":"`+code+`"}`).is(http.StatusUnprocessableEntity, "details-refused")
	r.ask(http.MethodPut, longDistancePath, `{"password":"!?"}`).is(http.StatusUnprocessableEntity, "details-refused")
	r.ask(http.MethodPut, longDistancePath, `{"question":"x"}`).is(http.StatusBadRequest, "bad-body")
}

// TestRecoveries: each cell of the matrix, right and wrong, of an account and of what is none.
func TestRecoveries(t *testing.T) {
	wrong := func(left int) Recovery { return Recovery{Outcome: recovery.Wrong, TriesLeft: &left} }
	sent, accepted := Recovery{Outcome: recovery.Sent}, Recovery{Outcome: recovery.Accepted}
	for _, test := range []struct {
		need, given string
		want        Recovery // of what is no account, a wrong one is wrong
	}{
		{"user_name", `"password":"` + heron + `","security_code":"` + code + `"`, sent},
		{"user_name", `"password":"25834376642","security_code":"826 517"`, sent},
		{"user_name", `"password":"not that one","security_code":"` + code + `"`, wrong(4)},
		{"user_name", `"password":"` + heron + `","security_code":"999999"`, wrong(4)},
		{"password", `"password":"` + heron + `","security_code":"` + code + `"`, sent},
		{"password", `"password":"not that one","security_code":"` + code + `"`, sent},
		{"password", `"password":"` + heron + `","security_code":"999999"`, wrong(4)},
		{"user_name_and_password", `"security_code":"` + code + `"`, sent},
		{"user_name_and_password", `"security_code":"999999"`, wrong(4)},
		{"security_code", ``, accepted},
	} {
		for _, method := range []string{"letter", "email"} {
			t.Run(test.need+" by "+test.given+" by "+method, func(t *testing.T) {
				r := newRig(t)
				r.putLongDistance()
				body := func(btn string) string {
					return strings.ReplaceAll(fmt.Sprintf(`{"service":"long_distance","need":%q,"method":%q,"btn":%q,%s}`, test.need, method, btn, test.given), ",}", "}")
				}
				check.Same(t, r.recover(body("612-555-0142")), test.want)
				none := wrong(4)
				if test.want.Outcome == recovery.Accepted {
					none = accepted
				}
				check.Same(t, r.recover(body("612-555-0199")), none)
			})
		}
	}
}

// TestRecoveriesAreRefused: what a need doesn't ask for has no place, and nothing is counted.
func TestRecoveriesAreRefused(t *testing.T) {
	r := newRig(t)
	r.putLongDistance()
	for _, body := range []string{
		`{}`, `{"service":"long_distance","need":"user_name","method":"email","btn":"612-555-0142","password":"` + heron + `"}`,
		`{"service":"long_distance","need":"password","method":"email","btn":"612-555-0142","security_code":"826517"}`,
		`{"service":"long_distance","need":"password","method":"email","btn":"612-555-0142","password":"x","security_code":"82"}`,
		`{"service":"long_distance","need":"security_code","method":"voice","btn":"612-555-0142"}`,
		`{"service":"long_distance","need":"security_code","method":"letter","btn":"911"}`,
		`{"service":"long_distance","need":"security_code","method":"letter","btn":"612-555-0142","security_code":"826517"}`,
		`{"service":"long_distance","need":"security_code","method":"letter","btn":"612-555-0142","account":"MN-1"}`,
		`{"service":"online_account","need":"user_name","method":"email","account":"MN-1","zip":"55403"}`,
		`{"service":"online_account","need":"password","method":"letter","account":"MN-1","zip":"55403"}`,
		`{"service":"online_account","need":"password","method":"email","account":"MN-1","zip":"55403","security_code":"826517"}`,
		`{"service":"online_account","need":"password","method":"email","account":"MN-1"}`,
		`{"service":"email","need":"password","method":"voice","btn":"612-555-0142","address":"eml_x","answers":["Biscuit"]}`,
		`{"service":"email","need":"password","method":"voice","btn":"612-555-0142","address":"eml_x","answers":["Biscuit","Al"]}`,
		`{"service":"email","need":"password","method":"voice","btn":"612-555-0142","answers":["Biscuit","Alba"]}`,
		`{"service":"email","need":"password","method":"email","btn":"612-555-0142","address":"eml_x","answers":["Biscuit","Alba"]}`,
		`{"service":"voice_mail","need":"password","method":"voice","btn":"612-555-0142"}`,
		`{"service":"voice_mail","need":"password","method":"voice","line":"612-555-0142","security_code":"826517"}`,
		`{"service":"telegraph","need":"password","method":"email","account":"MN-1","zip":"55403"}`,
	} {
		r.ask(http.MethodPost, "/v1/recoveries", body).is(http.StatusBadRequest, "bad-body")
	}
	both := `{"service":"long_distance","need":"user_name_and_password","method":"email","btn":"612-555-0142","security_code":"999999"}`
	request := r.request(http.MethodPost, "/v1/recoveries", both)
	request.Header.Del("Idempotency-Key")
	r.send(request).is(http.StatusBadRequest, "bad-idempotency-key")
	r.ask(http.MethodPost, "/v1/recoveries/challenges", `{"btn":"911"}`).is(http.StatusBadRequest, "bad-body")
	check.Same(t, *r.recover(both).TriesLeft, 4)
}

// TestLimitsOfRecoveries: of a code no more than three go out in an hour, and a number that is no account's has as many; wrong
// guesses lock, and count against the key.
func TestLimitsOfRecoveries(t *testing.T) {
	r := newRig(t)
	r.putLongDistance()
	for _, btn := range []string{"612-555-0142", "612-555-0199"} {
		body := `{"service":"long_distance","need":"security_code","method":"letter","btn":"` + btn + `"}`
		for range 3 {
			check.Same(t, r.recover(body).Outcome, recovery.Accepted)
		}
		check.Same(t, r.recover(body), Recovery{Outcome: recovery.TooMany, Until: r.now().Add(time.Hour)})
		wrong := `{"service":"long_distance","need":"user_name_and_password","method":"email","btn":"` + btn + `","security_code":"999999"}`
		for range 4 {
			check.Same(t, r.recover(wrong).Outcome, recovery.Wrong)
		}
		for range 2 {
			check.Same(t, r.recover(wrong), Recovery{Outcome: recovery.Locked, Until: r.now().Add(30 * time.Minute)})
		}
	}
}

// TestRecoveriesByCall: the password of an e-mail address takes both answers, and that of a voice mailbox none; both are told by
// a call. A number that has neither is answered in the same way.
func TestRecoveriesByCall(t *testing.T) {
	r := newRig(t)
	r.secrets = append(r.secrets, "Biscuit", "24728", "Duluth", "385884")
	put := mailboxes.EmailPut{Number: line, Address: "ann@mail.example.com", Note: pins.Note{By: "test"}, Questions: [2]mailboxes.Answered{
		{Question: mailboxes.FirstPet, Answer: secret.New("Biscuit")}, {Question: mailboxes.BirthCity, Answer: secret.New("Duluth")},
	}}
	check.OK(t, check.Err(r.config.Mailboxes.PutEmail(t.Context(), put)))
	left := func(n int) Recovery { return Recovery{Outcome: recovery.Wrong, TriesLeft: &n} }
	for _, btn := range []string{"612-555-0142", "612-555-0199"} {
		var asked Challenges
		r.ask(http.MethodPost, "/v1/recoveries/challenges", `{"btn":"`+btn+`"}`).is(http.StatusOK, "").read(&asked)
		one := asked.Addresses[0]
		body := func(first, second string) string {
			return fmt.Sprintf(`{"service":"email","need":"password","btn":%q,"address":%q,"answers":[%q,%q],"method":"voice"}`, btn, one.Address, first, second)
		}
		if btn == "612-555-0142" {
			check.Same(t, one, Challenge{one.Address, "", [2]mailboxes.Question{mailboxes.FirstPet, mailboxes.BirthCity}})
			check.Same(t, r.recover(body("biscuit", "385884")), Recovery{Outcome: recovery.Sent})
		}
		check.Same(t, r.recover(body("Biscuit", "Chicago")), left(2))
		check.Same(t, r.recover(body("Dublin", "Duluth")), left(1))
		for range 2 {
			check.Same(t, r.recover(body("Dublin", "Chicago")), Recovery{Outcome: recovery.Locked, Until: r.now().Add(24 * time.Hour)})
		}
		voiceMail := `{"service":"voice_mail","need":"password","line":"` + btn + `","method":"voice"}`
		for range 3 {
			check.Same(t, r.recover(voiceMail), Recovery{Outcome: recovery.Accepted})
		}
		check.Same(t, r.recover(voiceMail), Recovery{Outcome: recovery.TooMany, Until: r.now().Add(time.Hour)})
	}
	put.Address = "andy@mail.example.com"
	check.OK(t, check.Err(r.config.Mailboxes.PutEmail(t.Context(), put)))
	var several Challenges
	r.ask(http.MethodPost, "/v1/recoveries/challenges", `{"btn":"612-555-0142"}`).is(http.StatusOK, "").read(&several)
	check.Same(t, []string{several.Addresses[0].Begins, several.Addresses[1].Begins}, []string{"ann", "and"})
	var topics []deliveries.Topic
	for _, id := range check.Must(r.world.Deliveries().Unfinished(t.Context(), r.now().Add(time.Hour), 99))(t) {
		topics = append(topics, check.Must(r.world.Deliveries().Get(t.Context(), id))(t).Topic)
	}
	slices.Sort(topics)
	check.Same(t, topics, []deliveries.Topic{
		deliveries.EmailPassword, deliveries.MailboxPassword, deliveries.MailboxPassword, deliveries.MailboxPassword,
		deliveries.MailboxPassword, deliveries.MailboxPassword, deliveries.MailboxPassword,
	})
}

// TestPasswords: a link that was sent lets its customer choose a password, once.
func TestPasswords(t *testing.T) {
	r := newRig(t)
	r.putLongDistance()
	r.provision()
	for _, test := range []struct {
		number accounts.Number
		body   string
		want   NewPassword
	}{
		{
			accounts.LongDistance(line),
			`{"service":"long_distance","need":"user_name_and_password","method":"letter","btn":"612-555-0142","security_code":"` + code + `"}`,
			NewPassword{Service: recovery.LongDistance, BTN: line, UserName: new("pat.larsen")},
		},
		{
			coded, `{"service":"online_account","need":"password","method":"email","account":"` + string(coded) + `","zip":"55403"}`,
			NewPassword{Service: recovery.OnlineAccount, Account: coded},
		},
	} {
		check.Same(t, r.recover(test.body), Recovery{Outcome: recovery.Sent})
		account, err := r.config.Accounts.Get(t.Context(), test.number)
		check.OK(t, err)
		token := account.Link.Token.Reveal()
		r.secrets = append(r.secrets, token, "green egret 7")
		choose := func(token, password string) answer {
			return r.ask(http.MethodPost, "/v1/passwords", fmt.Sprintf(`{"token":%q,"password":%q}`, token, password))
		}
		choose(token, "short").is(http.StatusUnprocessableEntity, "details-refused")
		choose(strings.Repeat("A", 24), "green egret 7").is(http.StatusNotFound, "no-such-link")
		var got NewPassword
		choose(strings.ToLower(token), "green egret 7").is(http.StatusOK, "").read(&got)
		check.Same(t, got, test.want)
		var again NewPassword // whoever has lost the answer asks again
		choose(token, "green egret 7").is(http.StatusOK, "").read(&again)
		check.Same(t, again, test.want)
		choose(token, "green egret 8").is(http.StatusNotFound, "no-such-link")
	}
	got := r.recover(`{"service":"long_distance","need":"user_name","method":"letter","btn":"612-555-0142","password":"green egret 7","security_code":"` + code + `"}`)
	check.Same(t, got, Recovery{Outcome: recovery.Sent})
}

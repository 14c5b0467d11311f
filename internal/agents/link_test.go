package agents_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/passwords"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

func TestInvitation(t *testing.T) {
	f := newFixture(t)
	agent, token := f.invited(t, agents.Invitee{
		Name: " Bob.Berg ", FullName: " Bob Berg ", Email: "bob@example.com", Role: agents.Supervisor, Required: agents.App,
	})
	same(t, f.Mail.Last(t), agents.Message{
		Kind: agents.Invitation, To: "bob@example.com", FullName: "Bob Berg", Name: "bob.berg",
		Link: secret.New(linkURL + token.Reveal()), On: f.Now().Add(24 * time.Hour),
	})
	same(t, f.Audit.Lines(), []string{"root agent-invited agent bob.berg supervisor"})
	same(t, agent.Next(), agents.StagePassword)
	same(t, f.get(t, agent.ID), agent)

	found := check.Must(f.Open(t.Context(), token))(t)
	same(t, found, agent)
	_, err := f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, secret.New("password1234"))
	is(t, err, agents.ErrPassword)
	agent = check.Must(f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, goodPassword))(t)
	same(t, []any{agent.State, agent.Next(), agent.Epoch}, []any{agents.Active, agents.StageFactor, int64(1)})
	same(t, f.Audit.Lines()[1:], []string{"bob.berg password-changed agent bob.berg by a link"})

	is(t, check.Err(f.Open(t.Context(), token)), agents.ErrLink)
	is(t, check.Err(f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, otherPassword)), agents.ErrLink)
}

func TestLinksThatDoNotWork(t *testing.T) {
	f := newFixture(t)
	_, first := f.invited(t, bob())
	ok(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")))
	second := f.Mail.Token(t)
	text := second.Reveal()
	for name, token := range map[string]string{
		"an older one": first.Reveal(), "nothing": "", "cut short": text[:len(text)-1], "longer": text + "A",
		"another's ID": "aaaaaaaaaaaaaaaaaaaaaaaaaa" + text[26:], "another secret": text[:26] + text[27:] + "A",
		"an ID that can't be": "AAAAAAAAAAAAAAAAAAAAAAAAAA" + text[26:], "line ends": text[:len(text)-2] + "\r\n",
	} {
		_, err := f.Open(t.Context(), secret.New(token))
		if err == nil || err.Error() != agents.ErrLink.Error() {
			t.Errorf("%s: %v, want %v and nothing else", name, err, agents.ErrLink)
		}
	}
	f.Pass(24*time.Hour - time.Millisecond)
	ok(t, check.Err(f.Open(t.Context(), second)))
	f.Pass(time.Millisecond)
	is(t, check.Err(f.Open(t.Context(), second)), agents.ErrLink)
}

// Who has no hash in the profile must not be opened by a token of that hash.
func TestNoLinkIsNoLink(t *testing.T) {
	f := newFixture(t)
	_, token := f.invited(t, bob())
	ok(t, check.Err(f.Deactivate(t.Context(), byRoot, "bob")))
	is(t, check.Err(f.Open(t.Context(), token)), agents.ErrLink)
	ok(t, check.Err(f.Reactivate(t.Context(), byRoot, "bob")))
	is(t, check.Err(f.Open(t.Context(), token)), agents.ErrLink)
}

func TestALinkUsedAtOnceWorksOnce(t *testing.T) {
	f := newFixture(t)
	agent, token := f.invited(t, bob())
	var won atomic.Int32
	var group sync.WaitGroup
	for i := range 20 {
		password := secret.New(goodPassword.Reveal() + string(rune('a'+i)))
		group.Go(func() {
			switch _, err := f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, password); {
			case err == nil:
				won.Add(1)
			default:
				is(t, err, agents.ErrLink)
			}
		})
	}
	group.Wait()
	same(t, won.Load(), int32(1))
	same(t, f.get(t, agent.ID).Epoch, int64(1))
}

func TestAnotherLinkKeepsWhatIsThereUntilUsed(t *testing.T) {
	f := newFixture(t)
	agent := f.withApp(t, bob())
	ok(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")))
	token := f.Mail.Token(t)
	now := f.get(t, agent.ID)
	same(t, []any{now.Password, now.Factor, now.Epoch, now.SetUp()}, []any{agent.Password, agents.App, agent.Epoch, true})

	now = check.Must(f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, otherPassword))(t)
	same(t, []any{now.Factor, now.AppKey.IsZero(), now.Epoch, now.Next()}, []any{agents.Factor(""), true, agent.Epoch + 1, agents.StageFactor})
	match := check.Must(f.CheckPassword(t.Context(), now, otherPassword))(t)
	same(t, match, true)
	same(t, f.Mail.Kinds(), []string{"invitation bob@example.com", "password-was-changed bob@example.com"})
}

func TestInvitationsThatAreRefused(t *testing.T) {
	f := newFixture(t)
	f.invited(t, bob())
	f.Audit.Take()
	tests := map[string]func(*agents.Invitee){
		"name":      func(i *agents.Invitee) { i.Name = "b" },
		"full_name": func(i *agents.Invitee) { i.FullName = "  " },
		"email":     func(i *agents.Invitee) { i.Email = "bob@example.com\r\nBcc: all@example.com" },
		"role":      func(i *agents.Invitee) { i.Role = "owner" },
		"required":  func(i *agents.Invitee) { i.Required = "sms" },
	}
	for field, spoil := range tests {
		invitee := named("carl", agents.RoleAgent)
		spoil(&invitee)
		_, err := f.Invite(t.Context(), byRoot, invitee)
		is(t, err, agents.ErrField)
		refused, isField := errorAs[*agents.FieldError](err)
		if !isField || refused.Field != field || refused.Reason[len(refused.Reason)-1] != '.' {
			t.Errorf("%s: %v", field, err)
		}
	}
	is(t, check.Err(f.Invite(t.Context(), byRoot, named("BOB", agents.RoleAgent))), agents.ErrTaken)
	same(t, len(f.Audit.Lines()), 0)
}

func TestAnInvitationThatCannotBeMailed(t *testing.T) {
	f := newFixture(t)
	f.Calls.Fail("Mail", errBroken)
	agent, err := f.Invite(t.Context(), byRoot, bob())
	is(t, err, agents.ErrNotMailed)
	same(t, f.get(t, agent.ID).Name, agents.UserName("bob"))
	f.Calls.Mend("Mail")
	ok(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")))
	ok(t, check.Err(f.Open(t.Context(), f.Mail.Token(t))))
}

// A name is taken by whoever is first, also when all come at once.
func TestInvitedAtOnce(t *testing.T) {
	f := newFixture(t)
	var group sync.WaitGroup
	var won atomic.Int32
	for range 20 {
		group.Go(func() {
			if _, err := f.Invite(t.Context(), byRoot, bob()); err == nil {
				won.Add(1)
			} else {
				is(t, err, agents.ErrTaken)
			}
		})
	}
	group.Wait()
	same(t, won.Load(), int32(1))
}

// ann is who chooses the passwords of these tests.
func ann() agents.Agent {
	return agents.Agent{Name: "ann.olson", FullName: "Ann Marie Olson", Email: "amo@repairshop.example.com"}
}

// refusal is why a password was refused, if it was.
func refusal(err error) *agents.PasswordError {
	refused, _ := errors.AsType[*agents.PasswordError](err)
	return refused
}

func TestJudgePassword(t *testing.T) {
	f := newFixture(t)
	tests := []struct {
		password string
		reason   agents.PasswordReason // empty: accepted
		hint     string                // part of it
	}{
		{"wagon lichen thirsty plum", "", ""},
		{"correct horse battery staple", "", ""},
		{"wagonlichenthirstyplum", "", ""},
		{"vbT4-qkzm-9Rwx", "", ""},
		{"лодка кактус пятница ёж", "", ""},
		{strings.Repeat("wagon plum 7 ", 9) + "lichen", "", ""},
		{"Plum7$wagon", passwords.TooShort, "at least 12"},
		{"", passwords.TooShort, "at least 12"},
		{strings.Repeat("x!", 64) + "y", passwords.TooLong, "at most 128"},
		{strings.Repeat("x", 1<<20), passwords.TooLong, "at most 128"},
		{"wagon\tlichen thirsty", passwords.Unreadable, "tab"},
		{"wagon\xfflichen thirsty", passwords.Unreadable, "can't be typed"},
		{"password1234", passwords.Common, "common password"},
		{"Password1234!", passwords.Common, "common password"},
		{"p@$$w0rd2026", passwords.Common, "common password"},
		{"1234qwertyuiop", passwords.Common, "tried first"},
		{"qwertyuiop12", passwords.Common, "tried first"},
		{"administrator", passwords.Common, "tried first"},
		{"congratulations", passwords.Common, "one word"},
		{"C0ngr@tul@t10ns99", passwords.Common, "one word"},
		{"ann.olson2026", passwords.Personal, "own name"},
		{"Olson-19841984", passwords.Personal, "own name"},
		{"ann0ls0n123456", passwords.Personal, "own name"},
		{"repairshop2026!", passwords.Personal, "e-mail address"},
		{"UpdateCenter78", passwords.Personal, "our name"},
		{"aaaaaaaaaaaaaaaa", passwords.Repeated, "repeated"},
		{"horsehorsehorse", passwords.Repeated, "repeated"},
		{"asdfghjkl;'zx", passwords.Guessable, "keys in a row"},
		{"abcdefghijklmnop", passwords.Guessable, "their order"},
		{"zzzzzzzzzzzzz1", passwords.Guessable, "repeated"},
		{"jessica06151984", passwords.Common, ""},
		{"dragonmonkey1", passwords.Guessable, "a common password"},
		{"williamtaylor", passwords.Guessable, "a name"},
		{"1984-06-15 1984", passwords.Guessable, "a date"},
		{"ann olson ann marie xy", passwords.Personal, "own name"},
	}
	for _, test := range tests {
		refused := refusal(f.JudgePassword(ann(), secret.New(test.password)))
		switch {
		case refused == nil && test.reason != "":
			t.Errorf("%.40q is accepted, want %s", test.password, test.reason)
		case refused != nil && (refused.Reason != test.reason || !strings.Contains(refused.Hint, test.hint)):
			t.Errorf("%.40q: %s, %q; want %s with %q", test.password, refused.Reason, refused.Hint, test.reason, test.hint)
		}
	}
}

// What people type must neither stop a server nor keep it busy: zxcvbn's own search for signs
// that stand for letters would take minutes for some of these.
func TestJudgingTakesNoTime(t *testing.T) {
	f := newFixture(t)
	for _, password := range []string{
		strings.Repeat("4@8({[<369!1|70$5+7%2", 6), strings.Repeat("qwe%^&asd", 14), strings.Repeat("1984-06-15", 12),
	} {
		begin := time.Now()
		if refused := refusal(f.JudgePassword(ann(), secret.New(password+"x"))); refused != nil && refused.Hint == "" {
			t.Error("refused without a word")
		}
		took := time.Since(begin)
		t.Logf("%.20q took %s", password, took)
		if took > 2*time.Minute { // with a race detector on a busy machine
			t.Errorf("%.20q took %s", password, took)
		}
	}
}

func FuzzJudgePassword(f *testing.F) {
	for _, password := range []string{"password1234", "wagon lichen thirsty plum", "p@$$w0rd2026", "15/06/1984 aaa", "ÄÖÜäöüßÄÖÜäöü123", "\xff\xfe"} {
		f.Add(password, "Ann Marie Olson")
	}
	all := newFixture(f)
	f.Fuzz(func(t *testing.T, password, name string) {
		if len(password) > 600 || len(name) > 100 {
			return
		}
		agent := ann()
		agent.FullName = name
		refused := refusal(all.JudgePassword(agent, secret.New(password)))
		if refused == nil && (utf8.RuneCountInString(password) < 4 || !utf8.ValidString(password)) {
			t.Errorf("%q is accepted", password)
		}
		if refused != nil && (refused.Reason == "" || !strings.HasPrefix(refused.Hint, "This ") || !strings.HasSuffix(refused.Hint, ".")) {
			t.Errorf("%q: %#v is no sentence", password, *refused)
		}
	})
}

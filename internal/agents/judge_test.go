package agents_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"updatecenter/internal/agents"
	"updatecenter/internal/secret"
)

// ann is who chooses the passwords of these tests.
func ann() agents.Agent {
	return agents.Agent{Name: "ann.olson", FullName: "Ann Marie Olson", Email: "amo@repairshop.example.com"}
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
		{"Plum7$wagon", agents.TooShort, "at least 12"},
		{"", agents.TooShort, "at least 12"},
		{strings.Repeat("x!", 64) + "y", agents.TooLong, "at most 128"},
		{strings.Repeat("x", 1<<20), agents.TooLong, "at most 128"},
		{"wagon\tlichen thirsty", agents.Unreadable, "tab"},
		{"wagon\xfflichen thirsty", agents.Unreadable, "can't be typed"},
		{"password1234", agents.Common, "common password"},
		{"Password1234!", agents.Common, "common password"},
		{"p@$$w0rd2026", agents.Common, "common password"},
		{"1234qwertyuiop", agents.Common, "tried first"},
		{"qwertyuiop12", agents.Common, "tried first"},
		{"administrator", agents.Common, "tried first"},
		{"congratulations", agents.Common, "one word"},
		{"C0ngr@tul@t10ns99", agents.Common, "one word"},
		{"ann.olson2026", agents.Personal, "own name"},
		{"Olson-19841984", agents.Personal, "own name"},
		{"ann0ls0n123456", agents.Personal, "own name"},
		{"repairshop2026!", agents.Personal, "e-mail address"},
		{"UpdateCenter78", agents.Personal, "our name"},
		{"aaaaaaaaaaaaaaaa", agents.Repeated, "repeated"},
		{"horsehorsehorse", agents.Repeated, "repeated"},
		{"asdfghjkl;'zx", agents.Guessable, "keys in a row"},
		{"abcdefghijklmnop", agents.Guessable, "their order"},
		{"zzzzzzzzzzzzz1", agents.Guessable, "repeated"},
		{"jessica06151984", agents.Common, ""},
		{"dragonmonkey1", agents.Guessable, "a common password"},
		{"williamtaylor", agents.Guessable, "a name"},
		{"1984-06-15 1984", agents.Guessable, "a date"},
		{"ann olson ann marie xy", agents.Personal, "own name"},
	}
	for _, test := range tests {
		refused := f.JudgePassword(ann(), secret.New(test.password))
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
		if refused := f.JudgePassword(ann(), secret.New(password+"x")); refused != nil && refused.Hint == "" {
			t.Error("refused without a word")
		}
		took := time.Since(begin)
		t.Logf("%.20q took %s", password, took)
		if took > 20*time.Second { // with a race detector on a busy machine
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
		refused := all.JudgePassword(agent, secret.New(password))
		if refused == nil && (utf8.RuneCountInString(password) < 4 || !utf8.ValidString(password)) {
			t.Errorf("%q is accepted", password)
		}
		if refused != nil && (refused.Reason == "" || !strings.HasPrefix(refused.Hint, "This ") || !strings.HasSuffix(refused.Hint, ".")) {
			t.Errorf("%q: %#v is no sentence", password, *refused)
		}
	})
}

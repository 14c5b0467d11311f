package signin_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

func TestByApp(t *testing.T) {
	w := newWorld(t)
	ann, app := w.byApp("ann")
	token := w.begun(" Ann ")
	step := check.Must(w.Password(t.Context(), token, secret.New(password), here))(w.t)
	if step != (signin.Step{Kind: signin.AskApp}) {
		t.Errorf("step %+v", step)
	}
	session, agent, err := w.Code(t.Context(), token, w.code(app), here)
	w.ok(err)
	if agent.ID != ann.ID || !agent.LastSignIn.Equal(w.Now()) {
		t.Errorf("agent %s, last signed in %v", agent.Name, agent.LastSignIn)
	}
	got := w.session(session)
	if got.Agent.ID != ann.ID || got.SetUp || got.From != here || !got.Begun.Equal(w.Now()) || !got.Seen.Equal(w.Now()) {
		t.Errorf("session %+v", got)
	}
	want := []audit.Event{{Action: audit.SignedIn, By: "ann", Via: audit.ViaConsole, From: here, Subject: "agent ann"}}
	check.Same(t, w.Audit.Of(audit.SignedIn), want)
	if len(w.Mail.Of(agents.SignInCode)) != 0 {
		t.Error("a code was mailed")
	}
}

func TestByEmail(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	token := w.begun("ann")
	step := check.Must(w.Password(t.Context(), token, secret.New(password), here))(w.t)
	if step != (signin.Step{Kind: signin.AskEmail, Hint: "a•••@example.com"}) {
		t.Errorf("step %+v", step)
	}
	mail := w.Mail.Last(t, agents.SignInCode)
	if mail.To != ann.Email || mail.Name != "ann" || len(mail.Code.Reveal()) != 6 || !mail.On.Equal(w.Now().Add(10*time.Minute)) {
		t.Errorf("mailed %+v", mail)
	}
	session := check.Must(w.enter(token, mail.Code))(w.t)
	if w.session(session).SetUp {
		t.Error("a set-up session")
	}
}

func TestCodesWorkOnce(t *testing.T) {
	w := newWorld(t)
	_, app := w.byApp("ann")
	token, other := w.proved("ann"), w.proved("ann")
	w.ok(check.Err(w.enter(token, w.code(app))))
	w.is(check.Err(w.enter(token, w.code(app))), signin.ErrExpired)
	w.is(check.Err(w.enter(other, w.code(app))), signin.ErrWrong)

	w.byEmail("bob")
	token, code := w.proved("bob"), w.mailed()
	other = w.proved("bob")
	w.ok(check.Err(w.enter(token, code)))
	w.is(check.Err(w.enter(token, code)), signin.ErrExpired)
	if !code.Equal(w.mailed()) { // once in a million they are alike
		w.is(check.Err(w.enter(other, code)), signin.ErrWrong)
	}
}

func TestOneCodeTwiceAtOnce(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	second := w.server()
	token := w.proved("ann")
	code := w.mailed()
	var wait sync.WaitGroup
	sessions := make(chan signin.Token, 2)
	for _, server := range []*signin.SignIn{w.SignIn, second} {
		wait.Go(func() {
			if session, _, err := server.Code(t.Context(), token, code, here); err == nil {
				sessions <- session
			} else if !errors.Is(err, signin.ErrExpired) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if len(sessions) != 1 {
		t.Fatalf("%d sessions", len(sessions))
	}
	if _, err := second.Session(t.Context(), <-sessions); err != nil {
		t.Error(err)
	}
}

func TestSixthTryOfAMailedCode(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	token := w.proved("ann")
	code := w.mailed()
	for range 5 {
		w.is(check.Err(w.enter(token, another(code))), signin.ErrWrong)
		w.Pass(time.Minute)
	}
	w.is(check.Err(w.enter(token, code)), signin.ErrUsedUp)
	w.ok(w.Resend(t.Context(), token))
	_, err := w.enter(token, another(w.mailed()))
	w.is(err, signin.ErrWrong)
	w.waits(err, time.Minute) // the sixth failure in a row, new code or not
	w.Pass(time.Minute)
	w.ok(check.Err(w.enter(token, w.mailed())))
}

func TestResend(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	w.is(w.Resend(t.Context(), w.begun("ann")), signin.ErrExpired)
	token := w.proved("ann")
	first := w.mailed()
	for range 3 {
		w.Pass(9 * time.Minute)
		w.ok(w.Resend(t.Context(), token))
	}
	w.is(w.Resend(t.Context(), token), signin.ErrNoMore)
	w.is(w.try(token, password), signin.ErrNoMore)
	if got := len(w.Mail.Of(agents.SignInCode)); got != 4 {
		t.Errorf("%d codes were mailed", got)
	}
	if !first.Equal(w.mailed()) {
		w.is(check.Err(w.enter(token, first)), signin.ErrWrong)
	}
	w.ok(check.Err(w.enter(token, w.mailed())))

	_, app := w.byApp("bob")
	token = w.proved("bob")
	w.ok(w.Resend(t.Context(), token))
	if got := len(w.Mail.Of(agents.SignInCode)); got != 4 {
		t.Errorf("a code was mailed to who has an app")
	}
	w.ok(check.Err(w.enter(token, w.code(app))))
}

func TestMailsAreBounded(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	for range 12 {
		w.proved("ann")
	}
	w.waits(w.try(w.begun("ann"), password), 15*time.Minute)
	w.Pass(15 * time.Minute)
	w.ok(w.try(w.begun("ann"), password))
}

func TestExpires(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	token := w.begun("ann")
	w.Pass(10*time.Minute - time.Millisecond)
	w.ok(w.try(token, password))
	code := w.mailed()
	late := w.begun("ann")
	w.Pass(10*time.Minute - time.Millisecond)
	w.is(check.Err(w.enter(token, another(code))), signin.ErrWrong)
	w.Pass(time.Millisecond)
	w.is(check.Err(w.enter(token, code)), signin.ErrExpired)
	w.is(w.Resend(t.Context(), token), signin.ErrExpired)
	w.is(w.try(late, password), signin.ErrExpired)
	w.is(w.try(secret.New("no token"), password), signin.ErrExpired)
	w.is(w.try(secret.Text{}, password), signin.ErrExpired)
}

func TestStepsInOrder(t *testing.T) {
	w := newWorld(t)
	_, app := w.byApp("ann")
	token := w.begun("ann")
	w.is(check.Err(w.enter(token, w.code(app))), signin.ErrExpired)
	w.ok(w.try(token, password))
	w.signedOut(token) // a token of one kind is good for nothing else
	session := check.Must(w.enter(token, w.code(app)))(w.t)
	w.is(w.try(session, password), signin.ErrExpired)
	w.is(check.Err(w.Draft(t.Context(), session, "")), signin.ErrNoDraft)
}

func TestPasswordChangedBeforeTheCode(t *testing.T) {
	w := newWorld(t)
	ann, app := w.byApp("ann")
	token := w.proved("ann")
	by := agents.By{Name: "ann", Via: audit.ViaConsole}
	_, err := w.agents.ChangePassword(t.Context(), by, ann.ID, secret.New(password), secret.New("nine purple yaks drum"))
	w.ok(err)
	w.is(check.Err(w.enter(token, w.code(app))), signin.ErrExpired)
}

// What changes while a session is being begun is no less a change.
func TestPasswordChangedAtTheCode(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	token := w.proved("ann")
	w.Calls.BeforeNext("Record."+string(audit.SignedIn), func() {
		by := agents.By{Name: "ann", Via: audit.ViaConsole}
		_, err := w.agents.ChangePassword(t.Context(), by, ann.ID, secret.New(password), secret.New("nine purple yaks drum"))
		w.ok(err)
	})
	w.is(check.Err(w.enter(token, w.mailed())), signin.ErrExpired)
	if got := w.Audit.Of(audit.SignInFailed); len(got) != 1 || got[0].Detail != "no session could be begun" {
		t.Errorf("audit: %+v", got)
	}
}

func TestDeactivatedIsToldAfterTheCodeAlone(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	w.Pass(190 * 24 * time.Hour)
	w.is(w.try(w.begun("ann"), "wrong"), signin.ErrWrong)
	token := w.proved("ann")
	w.is(check.Err(w.enter(token, another(w.mailed()))), signin.ErrWrong)
	w.is(check.Err(w.enter(token, w.mailed())), signin.ErrDeactivated)
	if got := w.Audit.Of(audit.SignInFailed); got[len(got)-1].Detail != "the profile is deactivated" {
		t.Errorf("audit: %+v", got)
	}
	w.ok(check.Err(w.agents.Reactivate(t.Context(), root, "ann")))
	w.session(w.signedIn("ann"))
}

func TestNothingIsDoneWithoutAudit(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	token := w.proved("ann")
	w.Calls.Fail("Record", errDown)
	w.is(check.Err(w.enter(token, w.mailed())), errDown)
	w.is(w.try(w.begun("ann"), "wrong"), errDown)
	w.Calls.Mend("Record")
	_, err := w.enter(token, w.mailed())
	w.is(err, signin.ErrExpired) // the code was used
	session := check.Must(w.enter(w.proved("ann"), w.mailed()))(w.t)
	w.session(session)
}

func TestStoreDown(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	token := w.proved("ann")
	session := w.signedIn("ann")
	w.Pass(time.Minute)
	w.Calls.Fail("SignIn", errDown)
	w.is(check.Err(w.Begin(t.Context(), "ann", here, signin.Token{})), errDown)
	w.is(w.try(token, password), errDown)
	w.is(check.Err(w.enter(token, w.mailed())), errDown)
	w.is(check.Err(w.Session(t.Context(), session)), errDown)
	w.is(w.SignOut(t.Context(), session), errDown)
	if _, known := w.Peek(t.Context(), session); known {
		t.Error("known without a store")
	}
	w.Calls.Mend("SignIn")
	w.session(session)
}

func TestNothingReadableIsKeptOrLogged(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	token := w.proved("ann")
	w.ok(check.Err(w.enter(token, w.mailed())))
	w.is(w.try(w.begun("Hunter2-was-typed"), "wrong-entry"), signin.ErrWrong)
	_, err := w.SaveDraft(t.Context(), signin.Draft{Agent: ann.ID, Path: "/repair/", Values: map[string][]string{"note": {"passport seen"}}})
	w.ok(err)
	for _, record := range w.store.held {
		for _, word := range []string{"ann", string(ann.ID), w.mailed().Reveal(), "unter2", "passport", here, "repair"} {
			if strings.Contains(string(record.Sealed), word) {
				t.Errorf("a %s holds %q", record.Kind, word)
			}
		}
	}
	for _, event := range w.Audit.All() {
		if strings.Contains(strings.ToLower(event.By+event.Subject+event.Detail), "hunter2") {
			t.Errorf("audit holds what was typed: %+v", event)
		}
	}
	if strings.Contains(w.Log.String(), "unter2") || strings.Contains(w.Log.String(), "wrong-entry") {
		t.Error("log holds what was typed")
	}
}

// rings are the keys before a change, while it is made, in its two steps or in one, and after it.
func rings() (before, added, after, alone secret.Keyring) {
	return testkit.Keys("2026a"), testkit.Keys("2026a", "another"), testkit.Keys("another", "2026a"), testkit.Keys("another")
}

// TestAnotherSecretKey has the server start with another current key between any two steps of
// signing in, and of what is done while signed in.
func TestAnotherSecretKey(t *testing.T) {
	before, added, after, alone := rings()
	for name, ring := range map[string]secret.Keyring{"last": added, "first": after} {
		for stage, test := range stages {
			t.Run(stage+"/"+name, func(t *testing.T) {
				w := newWorld(t)
				w.restart(before)
				test(w, func() { w.restart(ring) })
				if ring.Current() == alone.Current() {
					w.signedIn("ann") // which has all that is Ann's under the new key
					w.restart(alone)
					w.signedIn("ann")
				}
			})
		}
	}
}

// afterFour is how long everybody waits after four failures.
const afterFour = 5 * time.Second

// stages begin with a step before the change, and end with those after it.
var stages = map[string]func(w *world, change func()){
	"user name": func(w *world, change func()) {
		w.byEmail("ann")
		token := w.begun("ann")
		change()
		w.ok(w.try(token, password))
		w.ok(check.Err(w.enter(token, w.mailed())))
	},
	"a wrong password": func(w *world, change func()) {
		w.byEmail("ann")
		token := w.begun("ann")
		w.is(w.try(token, "wrong"), signin.ErrWrong)
		change()
		w.ok(w.try(token, password))
		w.ok(check.Err(w.enter(token, w.mailed())))
	},
	"password, with a code by e-mail": func(w *world, change func()) {
		w.byEmail("ann")
		token := w.proved("ann")
		change()
		w.is(check.Err(w.enter(token, another(w.mailed()))), signin.ErrWrong)
		w.ok(w.Resend(w.t.Context(), token))
		w.ok(check.Err(w.enter(token, w.mailed())))
	},
	"password, with an app": func(w *world, change func()) {
		w.byEmail("ann")
		_, app := w.byApp("bob")
		token := w.proved("bob")
		change()
		w.ok(check.Err(w.enter(token, w.code(app))))
	},
	"a session": func(w *world, change func()) {
		ann := w.byEmail("ann")
		session := w.signedIn("ann")
		change()
		w.ok(w.Confirm(w.t.Context(), w.session(session), secret.New(password), here))
		if found := w.session(session); found.Agent.ID != ann.ID {
			w.t.Errorf("the session is of %s", found.Agent.ID)
		}
		_, err := w.agents.ChangePassword(w.t.Context(), agents.By{Name: "ann", Via: audit.ViaConsole, Epoch: ann.Epoch}, ann.ID,
			secret.New(password), secret.New("eight red herons sing"))
		w.ok(err)
		_, err = w.agents.ChangePassword(w.t.Context(), agents.By{Name: "ann", Via: audit.ViaConsole}, ann.ID,
			secret.New("eight red herons sing"), secret.New(password))
		w.ok(err)
	},
	"a change that is being proved": func(w *world, change func()) {
		w.byEmail("ann")
		session := w.signedIn("ann")
		token, err := w.BeginChange(w.t.Context(), w.session(session), secret.New(password), "address", "new@example.com", here)
		w.ok(err)
		change()
		w.ok(w.Prove(w.t.Context(), w.session(session), token, w.changeCode("ann@example.com"), w.changeCode("new@example.com"), here))
		w.ok(check.Err(w.EndChange(w.t.Context(), w.session(session), token)))
	},
	"a link": func(w *world, change func()) {
		w.byEmail("ann")
		bob := w.invited("bob")
		session := check.Must(w.Start(w.t.Context(), bob, here))(w.t)
		setup := check.Must(w.agents.NewApp(bob))(w.t)
		change()
		if !w.session(session).SetUp {
			w.t.Error("the session is none to set up")
		}
		_, err := w.agents.ConfirmApp(w.t.Context(), agents.By{Name: "bob", Via: audit.ViaConsole}, bob.ID, setup.Key, w.code(app{setup.Key}))
		w.ok(err)
	},
	"a known browser": func(w *world, change func()) {
		ann := w.byEmail("ann")
		browser := check.Must(w.Remember(w.t.Context(), signin.Token{}, ann))(w.t)
		change()
		for range 4 {
			w.is(w.try(w.begun("ann"), "wrong"), signin.ErrWrong)
		}
		w.waits(w.try(w.begun("ann"), password), afterFour)
		token := check.Must(w.Begin(w.t.Context(), "ann", here, browser))(w.t)
		w.ok(w.try(token, password))
		w.ok(check.Err(w.enter(token, w.mailed())))
		w.Pass(afterFour)
	},
	"a lock": func(w *world, change func()) {
		w.byEmail("ann")
		for range 4 {
			w.is(w.try(w.begun("ann"), "wrong"), signin.ErrWrong)
		}
		change()
		w.waits(w.try(w.begun("ann"), password), afterFour)
		w.Pass(afterFour)
	},
}

// TestALockUnderALaterKey locks where the count under a key that came later reaches ten: for as long as
// that says, and known to the agent and the audit.
func TestALockUnderALaterKey(t *testing.T) {
	before, added, _, _ := rings()
	w := newWorld(t)
	w.byEmail("ann")
	w.restart(before)
	fail := func(times int) {
		for range times {
			w.is(w.try(w.begun("ann"), "wrong"), signin.ErrWrong)
			w.Pass(time.Hour)
		}
	}
	fail(3)
	w.restart(added)
	fail(7 + 2)
	err := w.try(w.begun("ann"), "wrong") // the 13th under the first key, the tenth under the other
	w.waits(err, time.Hour)
	if locks := w.Audit.Of(audit.SignInLocked); len(locks) != 2 {
		t.Errorf("locks %v", locks)
	}
}

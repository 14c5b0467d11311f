package signin_test

import (
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

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

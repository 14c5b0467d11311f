package signin_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

// delays are what the nth failure in a row brings.
var delays = []time.Duration{
	0, 0, 0, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 15 * time.Minute, time.Hour,
	15 * time.Minute,
}

// names are a user name that somebody has and two that nobody has.
func names(w *world) []string {
	w.byEmail("ann")
	w.byApp("bob")
	return []string{"ann", "bob", "nobody", "correct horse battery staple"}
}

func TestDelaysAreAlike(t *testing.T) {
	w := newWorld(t)
	for _, name := range names(w) {
		for n, delay := range delays {
			err := w.try(w.begun(name), "wrong")
			w.is(err, signin.ErrWrong)
			var wait *signin.WaitError
			if errors.As(err, &wait) != (delay > 0) {
				t.Fatalf("%s: failure %d: %v", name, n+1, err)
			}
			if delay == 0 {
				continue
			}
			w.waits(err, delay)
			w.hashes()
			w.Pass(delay - time.Millisecond)
			err = w.try(w.begun(name), password)
			w.waits(err, time.Millisecond)
			if errors.Is(err, signin.ErrWrong) || w.hashes() != 0 {
				t.Fatalf("%s: judged while it waits: %v", name, err)
			}
			w.Pass(time.Millisecond)
		}
		w.Pass(time.Hour)
	}
	w.session(w.signedIn("ann"))
	w.is(w.try(w.begun("ann"), "wrong"), signin.ErrWrong) // forgiven: no wait
	w.is(w.try(w.begun("nobody"), "wrong"), signin.ErrWrong)
}

func TestLocksAreTold(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	for _, name := range []string{"ann", "nobody"} {
		for _, delay := range delays[:10] {
			w.is(w.try(w.begun(name), "wrong"), signin.ErrWrong)
			w.Pass(delay)
		}
	}
	mails := w.Mail.Of(agents.Locked)
	if len(mails) != 1 || mails[0].To != ann.Email || mails[0].On.IsZero() {
		t.Errorf("mailed %+v", mails)
	}
	if n := len(w.Mail.Kinds()) - toSomebody(w.Mail.All()); n != 1 { // for a name that nobody has, which takes as long
		t.Errorf("%d e-mails to nobody", n)
	}
	want := []audit.Event{
		{Action: audit.SignInLocked, By: "ann", Via: audit.ViaConsole, From: here, Subject: "agent ann", Detail: "after 10 failures in a row"},
		{Action: audit.SignInLocked, By: audit.ByUnknown, Via: audit.ViaConsole, From: here, Detail: "after 10 failures in a row"},
	}
	check.Same(t, w.Audit.Of(audit.SignInLocked), want)
}

func TestHundredFailuresCloseUntilReactivated(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	for _, name := range []string{"ann", "nobody"} {
		for n := range 100 {
			err := w.try(w.begun(name), "wrong")
			w.is(err, signin.ErrWrong)
			if closed := errors.Is(err, signin.ErrLocked); closed != (n == 99) {
				t.Fatalf("%s: failure %d: %v", name, n+1, err)
			}
			w.Pass(time.Hour)
		}
		w.Pass(90 * 24 * time.Hour)
		w.is(w.try(w.begun(name), password), signin.ErrLocked)
		w.Pass(-90 * 24 * time.Hour)
	}
	if last := w.Mail.Last(t, agents.Locked); len(w.Mail.Of(agents.Locked)) != 10 || !last.On.IsZero() {
		t.Errorf("%d e-mails, the last until %v", len(w.Mail.Of(agents.Locked)), last.On)
	}
	w.ok(check.Err(w.agents.Reactivate(t.Context(), root, "ann")))
	w.session(w.signedIn("ann"))
}

func TestFailuresOfActiveAgentsAreNotForgottenByTime(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	for range 3 {
		w.is(w.try(w.begun("ann"), "wrong"), signin.ErrWrong)
	}
	w.Pass(agents.AddMonths(w.Now(), 6).Sub(w.Now()) - time.Hour)
	if ann.StateAt(w.Now()) != agents.Active {
		t.Fatal("not active")
	}
	w.waits(w.try(w.begun("ann"), "wrong"), 5*time.Second)
}

func TestPasswordsAndCodesCountTogether(t *testing.T) {
	w := newWorld(t)
	_, app := w.byApp("ann")
	token := w.begun("ann")
	w.is(w.try(token, "wrong"), signin.ErrWrong)
	w.is(w.try(token, "wrong"), signin.ErrWrong)
	w.ok(w.try(token, password)) // forgives nothing
	w.is(check.Err(w.enter(token, another(w.code(app)))), signin.ErrWrong)
	_, err := w.enter(token, another(w.code(app)))
	w.waits(err, 5*time.Second)
	_, err = w.enter(token, w.code(app))
	w.waits(err, 5*time.Second)
	w.Pass(5 * time.Second)
	w.ok(check.Err(w.enter(token, w.code(app))))
}

func TestSameWork(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	w.byApp("bob")
	w.invited("cyd")
	work := map[string]string{}
	for _, name := range []string{"ann", "bob", "cyd", "nobody", "no user name at all", ""} {
		w.work()
		w.Audit.Take()
		w.is(w.try(w.begun(name), "wrong"), signin.ErrWrong)
		work[name] = fmt.Sprintf("%s, %d events", w.work(), len(w.Audit.All()))
	}
	for name, done := range work {
		if done != "Count Put Get Count Count, 2 looks at profiles, 1 hashes, 1 events" {
			t.Errorf("%q: %s", name, done)
		}
	}
}

func TestHundredAtOnce(t *testing.T) {
	for _, name := range []string{"ann", "nobody"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.byEmail("ann")
			servers := []*signin.SignIn{w.SignIn, w.server()}
			token := w.begun(name)
			w.hashes()
			var wrong, waiting atomic.Int64
			check.AtOnce(100, func(i int) {
				_, err := servers[i%2].Password(t.Context(), token, secret.New("wrong"), fmt.Sprint("198.51.100.", i))
				var wait *signin.WaitError
				switch {
				case errors.Is(err, signin.ErrWrong):
					wrong.Add(1)
				case errors.As(err, &wait):
					waiting.Add(1)
				default:
					t.Error(err)
				}
			})
			if hashes := w.hashes(); wrong.Load() != 4 || waiting.Load() != 96 || hashes != 4 {
				t.Errorf("%d judged, %d told to wait, %d hashes", wrong.Load(), waiting.Load(), hashes)
			}
			w.Pass(5 * time.Second)
			w.waits(w.try(token, "wrong"), 15*time.Second)
		})
	}
}

func TestHundredNamesAtOnceStayBounded(t *testing.T) {
	w := newWorld(t)
	tokens := make([]signin.Token, 100)
	for i := range tokens {
		tokens[i] = w.begun(fmt.Sprint("nobody", i))
	}
	var wrong, busy atomic.Int64
	check.AtOnce(100, func(i int) {
		if pending := w.hasher.Pending(); pending > 66 {
			t.Errorf("%d pending", pending)
		}
		_, err := w.Password(t.Context(), tokens[i], secret.New("wrong"), fmt.Sprint("198.51.100.", i))
		switch {
		case errors.Is(err, signin.ErrWrong):
			wrong.Add(1)
		case errors.Is(err, hash.ErrBusy):
			busy.Add(1)
		default:
			t.Error(err)
		}
	})
	if wrong.Load()+busy.Load() != 100 || wrong.Load() < 66 {
		t.Errorf("%d judged, %d busy", wrong.Load(), busy.Load())
	}
	if got := len(w.Audit.Of(audit.SignInFailed)); int64(got) != wrong.Load() {
		t.Errorf("%d recorded of %d", got, wrong.Load())
	}
}

// A password that was never judged is no failure.
func TestBusyCountsNothing(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	token := w.begun("ann")
	for range 20 {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		w.is(check.Err(w.Password(gone, token, secret.New("wrong"), here)), context.Canceled)
	}
	w.ok(w.try(token, password))
}

// Who hangs up as soon as an entry is judged doesn't lock anybody in silence.
func TestFailuresAreRecordedOfWhoHangsUp(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	for range 10 {
		token := w.begun("ann")
		ctx, cancel := context.WithCancel(t.Context())
		w.Calls.AfterNext("Hasher", cancel)
		w.is(check.Err(w.Password(ctx, token, secret.New("wrong"), here)), signin.ErrWrong)
		w.Pass(15 * time.Minute)
	}
	if failed, locked := w.Audit.Of(audit.SignInFailed), w.Audit.Of(audit.SignInLocked); len(failed) != 10 || len(locked) != 1 {
		t.Errorf("recorded %d failures, %d locks", len(failed), len(locked))
	}
	w.Mail.Last(t, agents.Locked)
}

func TestLockIsToldThoughItCantBeRecorded(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	w.Calls.Fail("Record", errDown)
	for range 10 {
		w.is(w.try(w.begun("ann"), "wrong"), errDown)
		w.Pass(15 * time.Minute)
	}
	w.Mail.Last(t, agents.Locked)
}

// Made-up names can't fill the store: they share subjects.
func TestNamesOfNobodyShareSubjects(t *testing.T) {
	w := newWorld(t)
	const names = 50
	for i := range names {
		from := fmt.Sprint("198.51.100.", i)
		token := check.Must(w.Begin(t.Context(), fmt.Sprint("nobody", i), from, signin.Token{}))(w.t)
		w.is(check.Err(w.Password(t.Context(), token, secret.New("wrong"), from)), signin.ErrWrong)
	}
	shape, subjects := regexp.MustCompile("^nobody_[0-3][0-9a-f]{4}$"), 0
	for subject := range w.store.subjects {
		if strings.HasPrefix(subject, "nobody") {
			subjects++
			if !shape.MatchString(subject) {
				t.Fatalf("subject %s", subject)
			}
		}
	}
	if subjects < names*9/10 { // there are 2^18 of that shape
		t.Errorf("%d subjects", subjects)
	}
}

// With another secret key counting goes on, and starts over when the key before it goes: if either
// held for some names alone, that would tell which exist.
func TestAnotherKeyIsAlikeForAll(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	for _, name := range []string{"ann", "nobody"} {
		for range 4 {
			w.is(w.try(w.begun(name), "wrong"), signin.ErrWrong)
		}
		w.waits(w.try(w.begun(name), "wrong"), 5*time.Second)
	}
	w.SignIn = w.serverWith(testkit.Keys("2026b", "2026a"))
	for _, name := range []string{"ann", "nobody"} {
		w.waits(w.try(w.begun(name), "wrong"), 5*time.Second)
	}
	w.Pass(5 * time.Second)
	for _, name := range []string{"ann", "nobody"} {
		err := w.try(w.begun(name), "wrong")
		w.is(err, signin.ErrWrong)
		w.waits(err, 15*time.Second)
	}
	w.SignIn = w.serverWith(testkit.Keys("2026b"))
	for _, name := range []string{"ann", "nobody"} {
		w.is(w.try(w.begun(name), "wrong"), signin.ErrWrong)
	}
}

func TestAddresses(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	for i := range 50 {
		address := fmt.Sprintf("2001:db8:1:2:%x::1", i+1) // all of one network
		_, err := w.Password(t.Context(), w.begun(fmt.Sprint("nobody", i)), secret.New("wrong"), address)
		w.is(err, signin.ErrWrong)
	}
	token := w.begun("ann")
	_, err := w.Password(t.Context(), token, secret.New(password), "2001:db8:1:2::77")
	w.waits(err, 15*time.Minute)
	w.ok(check.Err(w.Password(t.Context(), token, secret.New(password), "2001:db8:1:3::77")))
	w.Pass(15 * time.Minute)
	w.ok(check.Err(w.Password(t.Context(), w.begun("ann"), secret.New(password), "2001:db8:1:2::77")))
}

func TestConfirm(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	session := w.session(w.signedIn("ann"))
	w.ok(w.Confirm(t.Context(), session, secret.New(password), here))
	for range 3 {
		w.is(w.Confirm(t.Context(), session, secret.New("wrong"), here), signin.ErrWrong)
	}
	w.ok(w.Confirm(t.Context(), session, secret.New(password), here))
	w.waits(w.Confirm(t.Context(), session, secret.New("wrong"), here), 5*time.Second)
	w.waits(w.Confirm(t.Context(), session, secret.New(password), here), 5*time.Second)
	for range 3 { // whoever has found the session locks nobody out elsewhere
		w.is(w.try(w.begun("ann"), "wrong"), signin.ErrWrong)
	}
	w.waits(w.try(w.begun("ann"), "wrong"), 5*time.Second)
	w.Pass(5 * time.Second)
	w.waits(w.try(w.begun("ann"), "wrong"), 15*time.Second)
	w.ok(w.Confirm(t.Context(), session, secret.New(password), here)) // nor does a stranger in a session
}

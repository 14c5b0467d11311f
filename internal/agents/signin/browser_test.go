package signin_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
)

// remembered is the token of a browser in which an agent has just signed in.
func (w *world) remembered(browser signin.Token, name agents.UserName) signin.Token {
	w.t.Helper()
	next := check.Must(w.Remember(w.t.Context(), browser, w.found(name)))(w.t)
	if next.IsZero() || next.Equal(browser) {
		w.t.Fatal("no new token")
	}
	return next
}

// begunIn is a sign-in under way in a browser.
func (w *world) begunIn(browser signin.Token, name, from string) signin.Token {
	w.t.Helper()
	token := check.Must(w.Begin(w.t.Context(), name, from, browser))(w.t)
	return token
}

// locked is a world in which a stranger has locked ann out for an hour.
func locked(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.byEmail("ann")
	w.byEmail("bob")
	return w
}

// stranger fails ten times under a name.
func (w *world) stranger(name string) {
	w.t.Helper()
	for _, delay := range delays[:10] {
		w.is(w.try(w.begun(name), "wrong"), signin.ErrWrong)
		if delay < time.Hour {
			w.Pass(delay)
		}
	}
	w.waits(w.try(w.begun(name), password), time.Hour)
}

func TestAStrangerLocksNobodyOutOfTheOwnBrowser(t *testing.T) {
	w := locked(t)
	browser := w.remembered(signin.Token{}, "ann")
	w.stranger("ann")
	token := w.begunIn(browser, "ann", here)
	w.ok(w.try(token, password))
	_, err := w.enter(token, another(w.mailed())) // the second factor is still asked for
	w.is(err, signin.ErrWrong)
	w.ok(check.Err(w.enter(token, w.mailed())))
	w.waits(w.try(w.begun("ann"), password), time.Hour) // the stranger's count stands
	w.waits(w.try(w.begunIn(w.remembered(signin.Token{}, "bob"), "ann", here), password), time.Hour)
}

// TestFailuresInTheOwnBrowserCountThere as they do elsewhere, and only there.
func TestFailuresInTheOwnBrowserCountThere(t *testing.T) {
	w := locked(t)
	browser, second := w.remembered(signin.Token{}, "ann"), w.remembered(signin.Token{}, "ann")
	for n, delay := range delays {
		err := w.try(w.begunIn(browser, "ann", here), "wrong")
		w.is(err, signin.ErrWrong)
		if delay > 0 {
			w.waits(err, delay)
			w.waits(w.try(w.begunIn(browser, "ann", "198.51.100.7"), password), delay)
		}
		if n < 10 {
			w.Pass(delay)
		}
	}
	w.ok(w.try(w.begun("ann"), password))
	w.ok(w.try(w.begunIn(second, "ann", here), password))
	const detail = "after 10 failures in a row, in a browser where the agent has signed in"
	if locks := w.Audit.Of(audit.SignInLocked); len(locks) != 1 || locks[0].Detail != detail {
		t.Errorf("recorded %v", locks)
	}
	w.Mail.Last(t, agents.Locked)
	w.waits(w.try(w.begunIn(w.remembered(browser, "bob"), "ann", here), password), 15*time.Minute) // a new token, and the same count
}

func TestAHundredFailuresCloseTheOwnBrowserToo(t *testing.T) {
	w := locked(t)
	browser := w.remembered(signin.Token{}, "ann")
	for n := range 100 {
		err := w.try(w.begunIn(browser, "ann", here), "wrong")
		w.is(err, signin.ErrWrong)
		if closed := errors.Is(err, signin.ErrLocked); closed != (n == 99) {
			t.Fatalf("failure %d: %v", n+1, err)
		}
		w.Pass(time.Hour)
	}
	w.is(w.try(w.begunIn(browser, "ann", here), password), signin.ErrLocked)
}

// TestWhatIsNoBrowserOfTheAgent counts as a stranger's.
func TestWhatIsNoBrowserOfTheAgent(t *testing.T) {
	for name, browser := range map[string]func(w *world, mine signin.Token) signin.Token{
		"none":             func(*world, signin.Token) signin.Token { return signin.Token{} },
		"made up":          func(*world, signin.Token) signin.Token { return secret.New(strings.Repeat("A", 43)) },
		"of a session":     func(w *world, _ signin.Token) signin.Token { return w.signedIn("ann") },
		"of a sign-in":     func(w *world, _ signin.Token) signin.Token { return w.begun("ann") },
		"another agent's":  func(w *world, _ signin.Token) signin.Token { return w.remembered(signin.Token{}, "bob") },
		"one used already": func(w *world, mine signin.Token) signin.Token { w.remembered(mine, "ann"); return mine },
		"one too old": func(w *world, mine signin.Token) signin.Token {
			w.Pass(signin.RememberFor)
			return mine
		},
		"one older, of two": func(w *world, mine signin.Token) signin.Token {
			w.Pass(signin.RememberFor - time.Hour)
			mine = w.remembered(mine, "bob")
			w.Pass(time.Hour)
			return mine
		},
		"before sessions were ended": func(w *world, mine signin.Token) signin.Token { w.ended("ann"); return mine },
		"before a new password": func(w *world, mine signin.Token) signin.Token {
			_, err := w.agents.ChangePassword(w.t.Context(), agents.By{Name: "ann", Via: audit.ViaConsole}, w.found("ann").ID, secret.New(password), secret.New("other gravel moth canyon"))
			w.ok(err)
			return mine
		},
		"before a deactivation": func(w *world, mine signin.Token) signin.Token {
			w.ok(check.Err(w.agents.Deactivate(w.t.Context(), root, "ann")))
			w.ok(check.Err(w.agents.Reactivate(w.t.Context(), root, "ann")))
			return mine
		},
		"one of twenty before": func(w *world, mine signin.Token) signin.Token {
			for n := range 20 {
				name := fmt.Sprint("agent", n)
				w.byEmail(name)
				mine = w.remembered(mine, agents.UserName(name))
			}
			return mine
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := locked(t)
			browser := browser(w, w.remembered(signin.Token{}, "ann"))
			w.stranger("ann")
			w.waits(w.try(w.begunIn(browser, "ann", here), password), time.Hour)
		})
	}
}

// TestManyAgentsShareABrowser, as they do in a call center.
func TestManyAgentsShareABrowser(t *testing.T) {
	w := locked(t)
	browser := w.remembered(w.remembered(signin.Token{}, "ann"), "bob")
	w.stranger("ann")
	w.stranger("bob")
	w.ok(w.try(w.begunIn(browser, "ann", here), password))
	w.ok(w.try(w.begunIn(browser, "bob", here), password))
}

// TestNewBrowsersAreBounded: nobody fills the store with them.
func TestNewBrowsersAreBounded(t *testing.T) {
	w := locked(t)
	for range 20 {
		w.remembered(signin.Token{}, "ann")
	}
	for range 2 {
		next := check.Must(w.Remember(t.Context(), signin.Token{}, w.found("ann")))(w.t)
		if !next.IsZero() {
			t.Error("one more is remembered")
		}
	}
	w.remembered(signin.Token{}, "bob")
	w.Pass(24 * time.Hour)
	w.remembered(signin.Token{}, "ann")
}

func TestNoBrowserIsRememberedBeforeTheSetUpIsFinished(t *testing.T) {
	w := newWorld(t)
	next, err := w.Remember(t.Context(), signin.Token{}, w.invited("cyd"))
	if err != nil || !next.IsZero() {
		t.Errorf("remembered: %v", err)
	}
}

// TestABrowserTellsNoNames: in one of ann's, each other name is as much work as any.
func TestABrowserTellsNoNames(t *testing.T) {
	w := locked(t)
	browser, work := w.remembered(signin.Token{}, "ann"), map[string]string{}
	for _, name := range []string{"bob", "nobody", "no user name at all", ""} {
		w.work()
		w.is(w.try(w.begunIn(browser, name, here), "wrong"), signin.ErrWrong)
		work[name] = w.work()
	}
	for name, done := range work {
		if done != "Get Count Put Get Count Count, 2 looks at profiles, 1 hashes" {
			t.Errorf("%q: %s", name, done)
		}
	}
}

// TestABarredAddress does not bar those who are in browsers of their own, and the log is told once.
func TestABarredAddress(t *testing.T) {
	w := locked(t)
	browser := w.remembered(signin.Token{}, "ann")
	for n := range 50 {
		w.is(w.try(w.begun(fmt.Sprint("nobody", n)), "wrong"), signin.ErrWrong)
	}
	w.waits(w.try(w.begun("bob"), password), 15*time.Minute)
	w.ok(w.try(w.begunIn(browser, "ann", here), password))
	for range 249 { // with the 51 above they are 300
		w.begun("nobody")
	}
	_, err := w.Begin(t.Context(), "ann", here, signin.Token{})
	w.waits(err, 15*time.Minute)
	w.ok(check.Err(w.Begin(t.Context(), strings.Repeat("x", 1<<20), "198.51.100.1", signin.Token{})))
	w.begunIn(browser, "ann", here)
	log := w.Log.String()
	for _, want := range []string{`because_of="failures to sign in" count=50`, `because_of="sign-ins begun" count=300`} {
		if strings.Count(log, want) != 1 {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if strings.Count(log, "address="+here) != 2 || strings.Contains(log, "nobody") {
		t.Errorf("the log says\n%s", log)
	}
}

// changeCode is the code that was sent to an address.
func (w *world) changeCode(to string) secret.Text {
	w.t.Helper()
	for _, m := range w.Mail.Of(agents.ChangeCode) {
		if m.To == to {
			return m.Code
		}
	}
	w.t.Fatalf("no code went to %s", to)
	return secret.Text{}
}

// TestChangeIsProved by the present factor and the new address together, for the session's agent
// alone, in its time, and is used up.
func TestChangeIsProved(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	w.byEmail("ann")
	w.byEmail("bob")
	ann, bob := w.session(w.signedIn("ann")), w.session(w.signedIn("bob"))
	_, err := w.BeginChange(ctx, ann, secret.New("wrong wrong wrong"), "address", "new@example.com", here)
	w.is(err, signin.ErrWrong)
	if n := len(w.Mail.Of(agents.ChangeCode)); n != 0 {
		t.Fatalf("%d codes for a wrong password", n)
	}
	token := check.Must(w.BeginChange(ctx, ann, secret.New(password), "address", "new@example.com", here))(w.t)
	old, fresh := w.changeCode("ann@example.com"), w.changeCode("new@example.com")
	w.is(w.Prove(ctx, ann, token, secret.New("12345"), fresh, here), signin.ErrNotACode)
	w.is(w.Prove(ctx, bob, token, old, fresh, here), signin.ErrExpired)
	w.is(w.Prove(ctx, ann, token, fresh, fresh, here), signin.ErrWrong)
	w.is(w.Prove(ctx, ann, token, old, old, here), signin.ErrWrong)
	_, err = w.EndChange(ctx, ann, token)
	w.is(err, signin.ErrExpired) // it isn't proved
	_, err = w.enter(token, old)
	w.is(err, signin.ErrExpired) // nor does it sign in
	w.ok(w.Prove(ctx, ann, token, old, fresh, here))
	var group sync.WaitGroup
	var ended atomic.Int64
	for range 20 {
		group.Go(func() {
			if c, err := w.EndChange(ctx, ann, token); err == nil && c.Email == "new@example.com" {
				ended.Add(1)
			}
		})
	}
	group.Wait()
	if ended.Load() != 1 {
		t.Errorf("it was used %d times", ended.Load())
	}

	token = check.Must(w.BeginChange(ctx, ann, secret.New(password), "app", "", here))(w.t)
	w.Pass(10 * time.Minute)
	w.is(check.Err(w.Change(ctx, ann, token)), signin.ErrExpired)
}

// TestChangeByApp asks for a code of the app, which is used up by it, and looks at it last.
func TestChangeByApp(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	_, a := w.byApp("ann")
	token := w.proved("ann")
	begun := check.Must(w.enter(token, w.code(a)))(w.t)
	ann := w.session(begun)
	change := check.Must(w.BeginChange(ctx, ann, secret.New(password), "email", "ann@example.com", here))(w.t)
	w.is(w.Prove(ctx, ann, change, w.code(a), w.changeCode("ann@example.com"), here), signin.ErrWrong) // it signed in
	w.Pass(time.Minute)
	w.is(w.Prove(ctx, ann, change, w.code(a), secret.New("000000"), here), signin.ErrWrong)
	w.Calls.Fail("Agents.Save", storage.ErrStale)
	w.Calls.Made("Agents")
	err := w.Prove(ctx, ann, change, w.code(a), w.changeCode("ann@example.com"), here)
	if n := len(w.Calls.Made("Agents.Save")); !errors.Is(err, storage.ErrContended) || errors.Is(err, signin.ErrExpired) || n != 100 {
		t.Errorf("a profile that others change all the time: %v after %d tries", err, n)
	}
	w.Calls.Mend("Agents.Save")
	w.ok(w.Prove(ctx, ann, change, w.code(a), w.changeCode("ann@example.com"), here))
}

// TestChangesAreTriedFiveTimes, all together.
func TestChangesAreTriedFiveTimes(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	w.byEmail("ann")
	ann := w.session(w.signedIn("ann"))
	token := check.Must(w.BeginChange(ctx, ann, secret.New(password), "app", "", here))(w.t)
	for range 5 {
		w.is(w.Prove(ctx, ann, token, secret.New("000000"), secret.Text{}, here), signin.ErrWrong)
		w.Pass(time.Minute)
	}
	w.is(w.Prove(ctx, ann, token, w.changeCode("ann@example.com"), secret.Text{}, here), signin.ErrUsedUp)
}

package signin_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/secret"
)

// changeCode is the code that was sent to an address.
func (w *world) changeCode(to string) secret.Text {
	w.t.Helper()
	for _, m := range w.mails.of(agents.ChangeCode) {
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
	if n := len(w.mails.of(agents.ChangeCode)); n != 0 {
		t.Fatalf("%d codes for a wrong password", n)
	}
	token, err := w.BeginChange(ctx, ann, secret.New(password), "address", "new@example.com", here)
	w.ok(err)
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

	token, err = w.BeginChange(ctx, ann, secret.New(password), "app", "", here)
	w.ok(err)
	w.advance(10 * time.Minute)
	_, err = w.Change(ctx, ann, token)
	w.is(err, signin.ErrExpired)
}

// TestChangeByApp asks for a code of the app, which is used up by it, and looks at it last.
func TestChangeByApp(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	_, a := w.byApp("ann")
	token := w.proved("ann")
	begun, err := w.enter(token, w.code(a))
	w.ok(err)
	ann := w.session(begun)
	change, err := w.BeginChange(ctx, ann, secret.New(password), "email", "ann@example.com", here)
	w.ok(err)
	w.is(w.Prove(ctx, ann, change, w.code(a), w.changeCode("ann@example.com"), here), signin.ErrWrong) // it signed in
	w.advance(time.Minute)
	w.is(w.Prove(ctx, ann, change, w.code(a), secret.New("000000"), here), signin.ErrWrong)
	w.ok(w.Prove(ctx, ann, change, w.code(a), w.changeCode("ann@example.com"), here))
}

// TestChangesAreTriedFiveTimes, all together.
func TestChangesAreTriedFiveTimes(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	w.byEmail("ann")
	ann := w.session(w.signedIn("ann"))
	token, err := w.BeginChange(ctx, ann, secret.New(password), "app", "", here)
	w.ok(err)
	for range 5 {
		w.is(w.Prove(ctx, ann, token, secret.New("000000"), secret.Text{}, here), signin.ErrWrong)
		w.advance(time.Minute)
	}
	w.is(w.Prove(ctx, ann, token, w.changeCode("ann@example.com"), secret.Text{}, here), signin.ErrUsedUp)
}

package signin_test

import (
	"context"
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

func TestIdle(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	session := w.signedIn("ann")
	w.Pass(15*time.Minute - time.Millisecond)
	w.session(session)
	w.Pass(15*time.Minute - time.Millisecond)
	if _, known := w.Peek(t.Context(), session); known {
		t.Error("has run out too early")
	}
	w.Pass(time.Millisecond)
	w.signedOut(session)
	w.Pass(12*time.Hour - time.Millisecond)
	if who, known := w.Peek(t.Context(), session); !known || who != ann.ID {
		t.Errorf("whose it was: %q, %t", who, known)
	}
	w.signedOut(session)
	w.Pass(time.Millisecond)
	if _, known := w.Peek(t.Context(), session); known {
		t.Error("still known whose it was")
	}
}

func TestTwelveHoursAtMost(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	session := w.signedIn("ann")
	for range 72*2 - 1 {
		w.Pass(5 * time.Minute)
		w.session(session)
	}
	w.Pass(5*time.Minute - time.Millisecond)
	w.session(session)
	w.Pass(time.Millisecond)
	w.signedOut(session)
}

func TestSignOut(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	stolen, other := w.signedIn("ann"), w.signedIn("ann")
	w.session(stolen)
	w.ok(w.SignOut(t.Context(), stolen))
	w.signedOut(stolen)
	for _, none := range []signin.Token{stolen, secret.New("nothing")} {
		w.is(check.Err(w.Look(t.Context(), none)), signin.ErrSignedOut)
	}
	w.session(other)
	if _, known := w.Peek(t.Context(), stolen); known {
		t.Error("known after signing out")
	}
	w.is(check.Err(w.Renew(t.Context(), stolen, w.ended("ann"))), signin.ErrSignedOut)
	w.ok(w.SignOut(t.Context(), stolen))
	w.ok(w.SignOut(t.Context(), secret.New("nothing")))
	want := []audit.Event{{Action: audit.SignedOut, By: "ann", Via: audit.ViaConsole, From: here, Subject: "agent ann"}}
	check.Same(t, w.Audit.Of(audit.SignedOut), want)
}

// Who leaves in the moment of signing out is signed out, and that is recorded.
func TestSignOutAndGone(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	session := w.signedIn("ann")
	ctx, cancel := context.WithCancel(t.Context())
	w.Calls.AfterNext("SignIn.Delete", cancel)
	w.ok(w.SignOut(ctx, session))
	w.signedOut(session)
	if got := w.Audit.Of(audit.SignedOut); len(got) != 1 {
		t.Errorf("audit: %+v", got)
	}
}

// What is done with a session in the moment of signing out brings none back.
func TestSignOutWhileBusy(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	second := w.server()
	for range 10 {
		session := w.signedIn("ann")
		w.Pass(time.Minute)
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				for range 5 {
					w.Pass(11 * time.Second)
					_, _ = second.Session(t.Context(), session)
				}
			})
		}
		wait.Go(func() {
			if err := w.SignOut(t.Context(), session); err != nil {
				t.Error(err)
			}
		})
		wait.Wait()
		w.signedOut(session)
		w.Pass(5 * time.Minute) // codes by e-mail are bounded
	}
}

func TestSessionsEndWithTheAgent(t *testing.T) {
	tests := map[string]func(w *world, of agents.Agent) error{
		"everywhere": func(w *world, _ agents.Agent) error {
			return w.SignOutEverywhere(w.t.Context(), w.session(w.signedIn("ann")))
		},
		"deactivated": func(w *world, _ agents.Agent) error {
			_, err := w.agents.Deactivate(w.t.Context(), root, "ann")
			return err
		},
		"another role": func(w *world, _ agents.Agent) error {
			_, err := w.agents.SetRole(w.t.Context(), root, "ann", agents.Supervisor)
			return err
		},
		"another password": func(w *world, of agents.Agent) error {
			by := agents.By{Name: "ann", Via: audit.ViaConsole}
			_, err := w.agents.ChangePassword(w.t.Context(), by, of.ID, secret.New(password), secret.New("nine purple yaks drum"))
			return err
		},
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ann := w.byEmail("ann")
			w.byEmail("bob")
			session, idle, bobs := w.signedIn("ann"), w.signedIn("ann"), w.signedIn("bob")
			w.session(session)
			w.ok(end(w, ann))
			w.is(check.Err(w.Look(t.Context(), session)), signin.ErrSignedOut)
			w.signedOut(session)
			w.signedOut(idle)
			w.session(bobs)
			w.Pass(time.Hour)
			if _, known := w.Peek(t.Context(), idle); known {
				t.Error("known after it was ended")
			}
		})
	}
}

// A session that is over signs nobody out.
func TestSignOutEverywhereTooLate(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	stolen := w.session(w.signedIn("ann"))
	w.ended("ann")
	session := w.signedIn("ann")
	w.is(w.SignOutEverywhere(t.Context(), stolen), signin.ErrSignedOut)
	w.session(session)
}

func TestRenew(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	session, other := w.signedIn("ann"), w.signedIn("ann")
	begun := w.session(session).Begun
	w.Pass(time.Minute)
	by := agents.By{Name: "ann", Via: audit.ViaConsole}
	changed, err := w.agents.ChangePassword(t.Context(), by, ann.ID, secret.New(password), secret.New("nine purple yaks drum"))
	w.ok(err)
	renewed := check.Must(w.Renew(t.Context(), session, changed))(w.t)
	if got := w.session(renewed); !got.Begun.Equal(begun) || got.Agent.ID != ann.ID {
		t.Errorf("renewed %+v", got)
	}
	w.signedOut(session)
	w.signedOut(other)
	w.is(check.Err(w.Renew(t.Context(), session, changed)), signin.ErrSignedOut)
}

// Only what the own change has ended is made up for.
func TestRenewIsExact(t *testing.T) {
	tests := map[string]func(w *world) agents.Agent{
		"nothing has changed": func(w *world) agents.Agent { return w.found("ann") },
		"signed out everywhere before the change": func(w *world) agents.Agent {
			w.ended("ann")
			return w.ended("ann")
		},
		"signed out everywhere after the change": func(w *world) agents.Agent {
			changed := w.ended("ann")
			w.ended("ann")
			return changed
		},
		"it is somebody else's change": func(w *world) agents.Agent {
			w.ended("ann")
			return w.ended("bob")
		},
		"the session has run out": func(w *world) agents.Agent {
			w.Pass(15 * time.Minute)
			return w.ended("ann")
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.byEmail("ann")
			w.byEmail("bob")
			session := w.signedIn("ann")
			w.is(check.Err(w.Renew(t.Context(), session, change(w))), signin.ErrSignedOut)
			w.signedOut(session)
		})
	}
}

func TestSetUpSession(t *testing.T) {
	w := newWorld(t)
	ann := w.invited("ann")
	session := check.Must(w.Start(t.Context(), ann, here))(w.t)
	if !w.session(session).SetUp {
		t.Fatal("good for all pages before the set-up")
	}
	ann = check.Must(w.agents.ChooseEmail(t.Context(), agents.By{Name: "ann", Via: audit.ViaConsole}, ann.ID))(w.t)
	session = check.Must(w.Renew(t.Context(), session, ann))(w.t)
	if !w.session(session).SetUp {
		t.Fatal("good for all pages before the set-up is finished")
	}
	w.SetUp(w.t, w.agents, ann)
	if w.session(session).SetUp {
		t.Error("a set-up session after the set-up")
	}
	if got := w.Audit.Of(audit.SignedIn); len(got) != 1 || got[0].Detail == "" {
		t.Errorf("audit: %+v", got)
	}
}

// Who closed the page halfway signs in with the password and a code by e-mail, and finds the
// set-up where it was.
func TestSetUpLeftHalfway(t *testing.T) {
	w := newWorld(t)
	w.invited("ann")
	if session := w.session(w.signedIn("ann")); !session.SetUp || session.Agent.Next() != agents.StageFactor {
		t.Errorf("session %+v", session)
	}
}

func TestFactorRequiredLater(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	session := w.signedIn("ann")
	w.ok(check.Err(w.agents.Require(t.Context(), root, "ann", agents.App)))
	if got, err := w.Session(t.Context(), session); err == nil && !got.SetUp {
		t.Error("good for all pages without the factor that is required")
	}
	if !w.session(w.signedIn("ann")).SetUp {
		t.Error("good for all pages without the factor that is required")
	}
}

func TestDraft(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.byEmail("ann"), w.byEmail("bob")
	want := signin.Draft{Agent: ann.ID, Path: "/repair/lines/6125550142", Values: map[string][]string{"note": {"passport", "seen"}}}
	token := check.Must(w.SaveDraft(t.Context(), want))(w.t)
	w.is(check.Err(w.Draft(t.Context(), token, bob.ID)), signin.ErrNoDraft)
	got := check.Must(w.Draft(t.Context(), token, ann.ID))(w.t)
	check.Same(t, got, want)
	w.is(check.Err(w.Draft(t.Context(), token, ann.ID)), signin.ErrNoDraft)

	token = check.Must(w.SaveDraft(t.Context(), want))(w.t)
	w.Pass(30 * time.Minute)
	w.is(check.Err(w.Draft(t.Context(), token, ann.ID)), signin.ErrNoDraft)
}

func TestDraftOnceAtOnce(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	token := check.Must(w.SaveDraft(t.Context(), signin.Draft{Agent: ann.ID, Path: "/"}))(w.t)
	var taken atomic.Int64
	check.AtOnce(20, func(int) {
		if _, err := w.Draft(t.Context(), token, ann.ID); err == nil {
			taken.Add(1)
		}
	})
	if taken.Load() != 1 {
		t.Errorf("taken %d times", taken.Load())
	}
}

func TestDraftsAreBounded(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	long := signin.Draft{Agent: ann.ID, Values: map[string][]string{"note": {strings.Repeat("x", signin.MaxDraft)}}}
	w.is(check.Err(w.SaveDraft(t.Context(), long)), signin.ErrTooLarge)
	long.Values["note"][0] = long.Values["note"][0][:signin.MaxDraft-200]
	for range 30 {
		w.ok(check.Err(w.SaveDraft(t.Context(), long)))
	}
	_, err := w.SaveDraft(t.Context(), long)
	w.waits(err, 15*time.Minute)
	for _, record := range w.store.held {
		if len(record.Sealed) > signin.MaxSealed {
			t.Errorf("%d bytes", len(record.Sealed))
		}
	}
}

func TestDamagedRecords(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	session := w.signedIn("ann")
	kept := w.store.held[len(w.store.held)-1]
	if kept.Kind != signin.KindSession {
		t.Fatal(kept.Kind)
	}
	kept.Sealed[len(kept.Sealed)-1] ^= 1
	w.ok(w.store.SignIn.Put(t.Context(), kept, 1))
	w.signedOut(session)
	if !strings.Contains(w.Log.String(), "can't read a stored record") {
		t.Error("not logged")
	}
}

// What a store can't read is told to the log, once, without the token.
func TestUnreadableRecords(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	session := w.signedIn("ann")
	w.Calls.Fail("SignIn", fmt.Errorf("%w: %w", signin.ErrNoRecord, storage.ErrUnreadable))
	w.signedOut(session)
	log := w.Log.String()
	if strings.Count(log, "can't read a stored record") != 1 || strings.Contains(log, session.Reveal()) {
		t.Errorf("log: %s", log)
	}
	w.Calls.Mend("SignIn")
	w.Calls.Fail("SignIn", signin.ErrNoRecord)
	w.signedOut(session)
	if w.Log.String() != log {
		t.Error("what isn't there is logged")
	}
}

func TestLookKeepsNothingAlive(t *testing.T) {
	w := newWorld(t)
	ann := w.byEmail("ann")
	session := w.signedIn("ann")
	begun := w.session(session)
	for range 14 {
		w.Pass(time.Minute)
		got := check.Must(w.Look(t.Context(), session))(w.t)
		if got.Agent.ID != ann.ID || !got.Begun.Equal(begun.Begun) || !got.Seen.Equal(begun.Seen) || got.From != here || got.SetUp {
			t.Fatalf("looked at %+v", got)
		}
	}
	w.Pass(time.Minute)
	w.is(check.Err(w.Look(t.Context(), session)), signin.ErrSignedOut)
	w.signedOut(session)
}

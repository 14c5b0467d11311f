package testkit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

var errDown = errors.New("out of order")

func TestEveryStoreCanFail(t *testing.T) {
	w := testkit.New(t)
	w.Calls.Fail("", errDown)
	_, account := w.AccountStore().Find(t.Context(), testkit.Coded)
	_, feature := w.Features().Features(t.Context(), testkit.Home, pins.Turn{})
	_, delivery := w.Deliveries().Get(t.Context(), "dlv_1")
	_, keys := w.APIKeys().Keys(t.Context())
	_, agent := w.AgentStore().List(t.Context())
	_, head := w.AuditStore().Head(t.Context())
	_, hash := w.Hasher().Hash(t.Context(), secret.New(testkit.Code))
	for name, err := range map[string]error{
		"lines":    w.Lines().Append(t.Context(), testkit.Home, pins.Record{}),
		"accounts": account, "features": feature, "deliveries": delivery, "keys": keys, "agents": agent,
		"audit": head, "hasher": hash,
		"sign-in": w.SignIn().Clear(t.Context(), "agt_1"),
		"desk":    w.Desk().Uncount(t.Context(), "agt_1", "1"),
		"mail":    w.Mail.Mail(t.Context(), agents.Message{}),
		"record":  w.Audit.Record(t.Context(), audit.Event{}),
	} {
		t.Run(name, func(t *testing.T) { check.Is(t, err, errDown) })
	}
}

func TestCalls(t *testing.T) {
	w := testkit.New(t)
	w.AddLines(t, pins.NewLine{Number: testkit.Home})
	lines := w.Lines()
	language := func(to string) error { return lines.SetLanguage(t.Context(), testkit.Home, to) }
	is := func(want string) { t.Helper(); check.Same(t, w.Line(t, testkit.Home).Language, want) }
	w.Calls.FailNext("Lines.SetLanguage", nil, errDown)
	check.OK(t, language("es"))
	check.Is(t, language("en"), errDown)
	is("es")
	w.Calls.LoseNext("Lines", errDown)
	check.Is(t, language("en"), errDown)
	is("en")
	w.Calls.BeforeNext("", func() { check.OK(t, language("en")) })
	check.OK(t, language("es"))
	is("es")
	check.Same(t, len(w.Calls.Made("Lines.SetLanguage")), 5)
	check.Same(t, len(w.Calls.Made("")), 0)
	w.Calls.Lose("Lines", errDown)
	w.Calls.Fail("Desk", errDown)
	w.Calls.Mend("Lines")
	w.Calls.AfterNext("Lines.SetLanguage", func() { w.Pass(time.Hour) })
	before := w.Now()
	check.OK(t, language("en"))
	check.Same(t, w.Now(), before.Add(time.Hour))
}

func TestQueue(t *testing.T) {
	q := &testkit.Queue{}
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	first, second := deliveries.Task{Delivery: "a", Attempt: 1}, deliveries.Task{Delivery: "b", Attempt: 1}
	var ran []deliveries.Task
	result := error(nil)
	run := func(at time.Time) int {
		return q.Run(t.Context(), at, func(_ context.Context, task deliveries.Task) error {
			ran = append(ran, task)
			return result
		})
	}
	for _, at := range []time.Duration{2, 1} { // the same again changes nothing
		_ = q.Enqueue(t.Context(), deliveries.CodeCalls, first, start.Add(at*time.Second))
	}
	_ = q.Enqueue(t.Context(), deliveries.CodeCalls, second, start.Add(time.Second))
	if n := run(start); n != 0 {
		t.Errorf("ran %d too early", n)
	}
	result = errors.New("failed")
	if run(start.Add(2*time.Second)) != 2 || ran[0] != second || ran[1] != first {
		t.Errorf("ran %v", ran)
	}
	result = &deliveries.LaterError{At: start.Add(time.Minute)}
	if !q.Next().Equal(start.Add(3*time.Second)) || run(q.Next()) != 2 || !q.Next().Equal(start.Add(time.Minute)) {
		t.Errorf("next %v", q.Next())
	}
	result = nil
	if run(q.Next()) != 2 || !q.Next().IsZero() {
		t.Errorf("next %v", q.Next())
	}
}

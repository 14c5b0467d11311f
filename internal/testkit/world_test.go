package testkit_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

var errDown = errors.New("out of order")

// TestEveryCallCanFail finds each method of each store in the hands of [testkit.Calls].
func TestEveryCallCanFail(t *testing.T) {
	w := testkit.New(t)
	w.Calls.Fail("", errDown)
	for _, store := range []any{
		w.Lines(), w.Features(), w.AccountStore(), w.Deliveries(), w.APIKeys(), w.AgentStore(), w.SignIn(), w.Desk(),
		w.AuditStore(), w.Mail, w.Audit, w.Hasher(),
	} {
		all := reflect.ValueOf(store)
		for i := range all.NumMethod() {
			method, name := all.Method(i).Type(), all.Type().String()+"."+all.Type().Method(i).Name
			if method.NumIn() == 0 || method.In(0) != reflect.TypeFor[context.Context]() || method.IsVariadic() && method.NumIn() == 2 {
				continue
			}
			args := []reflect.Value{reflect.ValueOf(t.Context())}
			for arg := 1; arg < method.NumIn() && !(method.IsVariadic() && arg == method.NumIn()-1); arg++ {
				args = append(args, reflect.Zero(method.In(arg)))
			}
			answer := all.Method(i).Call(args)
			if err, _ := answer[len(answer)-1].Interface().(error); !errors.Is(err, errDown) {
				t.Errorf("%s: %v", name, err)
			}
		}
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

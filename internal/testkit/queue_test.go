package testkit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/testkit"
)

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

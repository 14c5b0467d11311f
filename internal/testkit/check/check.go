// Package check has the few checks that most tests make. Only tests import it.
package check

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// OK ends the test on an error.
func OK(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Is fails the test unless err is want, as [errors.Is] has it.
func Is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

// Same fails the test unless both are equal, and shows where they differ.
func Same(t testing.TB, got, want any, options ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Await waits until something is so, as it will be soon even on a busy machine; it ends the test after three
// minutes.
func Await(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// T is a test that ends at the first of its checks that fails.
type T struct{ *testing.T }

// OK ends the test on an error.
func (t T) OK(err error) { t.Helper(); OK(t.T, err) }

// Is ends the test unless err is want.
func (t T) Is(err, want error) { t.Helper(); Is(t.T, err, want); t.end() }

// Same ends the test unless both are equal.
func (t T) Same(got, want any) { t.Helper(); Same(t.T, got, want); t.end() }

func (t T) end() {
	if t.Failed() {
		t.FailNow()
	}
}

// AtOnce runs f n times at once, each begun when all are ready, and returns when all have ended.
func AtOnce(n int, f func(i int)) {
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-begin
			f(i)
		})
	}
	ready.Wait()
	close(begin)
	done.Wait()
}

// Err is the error of a call whose value doesn't matter.
func Err[T any](_ T, err error) error { return err }

// Must returns the value of a call, or ends the test on its error: agent := check.Must(all.Find(ctx, name))(t).
func Must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		OK(t, err)
		return value
	}
}

package testkit

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// T has the few checks that tests of stores make: a test that ends at the first check which fails.
type T struct{ *testing.T }

// OK wants no error.
func (t T) OK(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Is wants an error that is want, as [errors.Is] has it.
func (t T) Is(err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// Same wants both to be equal, and otherwise shows where they differ.
func (t T) Same(got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}

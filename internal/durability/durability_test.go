package durability_test

import (
	"testing"

	"updatecenter/internal/durability"
)

func TestWhoWatchesIsTold(t *testing.T) {
	durability.Tell(t.Context()) // nobody watches
	outer, all := durability.Watch(t.Context())
	first, one := durability.Watch(outer)
	_, other := durability.Watch(outer)
	if all.Any() || one.Any() || other.Any() {
		t.Error("there is doubt about nothing")
	}
	durability.Tell(first)
	if !one.Any() || !all.Any() {
		t.Error("who watched the change was not told")
	}
	if other.Any() {
		t.Error("who watched another change was told")
	}
}

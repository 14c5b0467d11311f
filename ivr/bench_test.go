package ivr_test

import (
	"context"
	"testing"

	"updatecenter/ivr"
)

// BenchmarkTurn measures a turn that takes an entry and asks again: claim, run, seal,
// commit, all in memory. A new call begins every 90 turns, in a new store.
func BenchmarkTurn(b *testing.B) {
	flow := counting(func(c *ivr.Call) { c.Fill(ivr.Variable{Name: "total", Kind: ivr.Count}, "1") })
	calls := &memory{}
	engine := newEngine(b, configOn(b, &hooked{
		begin: func(ctx context.Context, claim ivr.Claim, _ ivr.Store) (ivr.Begun, error) {
			return calls.Begin(ctx, claim)
		},
		commit: func(ctx context.Context, commit ivr.Commit, _ ivr.Store) error { return calls.Commit(ctx, commit) },
	}, flow))
	b.ReportAllocs()
	for turn := 0; b.Loop(); turn = (turn + 1) % 90 {
		if turn == 0 {
			calls = &memory{}
		}
		if _, err := engine.Turn(context.Background(), keyed(turn, "8265")); err != nil {
			b.Fatal(err)
		}
	}
}

// Package storetest is the one set of tests that every implementation of [provisioning.Store] must
// pass: each sentence of its contract is a subtest.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) storetest.Stores {
//			m := &provisioning.Memory{}
//			return storetest.Stores{
//				Outbox:   m,
//				Announce: func(t testing.TB, lane string, now time.Time) { m.Announce(lane, now) },
//				Append:   func(t testing.TB, lane string, stored []byte) { m.Append(lane, stored) },
//			}
//		})
//	}
//
// Time is handed to the stores, so that no test waits. It starts at the present, and goes on
// by hours within a test: a store must not forget by a clock of its own.
package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/provisioning"
)

// Stores are an outbox and the two steps in which a message is published, as those who publish
// take them.
type Stores struct {
	Outbox provisioning.Store
	// Announce announces a lane at the time now.
	Announce func(t testing.TB, lane string, now time.Time)
	// Append appends a message to a lane, in one step with what it tells.
	Append func(t testing.TB, lane string, stored []byte)
}

// Lanes are the lanes that the tests use, for a store in which they must stand for something.
func Lanes() []string {
	var lanes []string
	for n := range 20 {
		lanes = append(lanes, lane(n))
	}
	return lanes
}

// lane is the name of lane n, 0 to 19: a telephone number that is nobody's.
func lane(n int) string { return fmt.Sprintf("+161255501%02d", n) }

// Run runs every test on stores of its own, which fresh makes empty.
func Run(t *testing.T, fresh func(t *testing.T) Stores) {
	groups := map[string]map[string]func(play){
		"Announce": announceTests, "Claim": claimTests, "Next": nextTests, "Release": releaseTests,
		"Due": dueTests, "Together": togetherTests,
	}
	for group, tests := range groups {
		t.Run(group, func(t *testing.T) {
			for sentence, test := range tests {
				t.Run(sentence, func(t *testing.T) {
					test(play{t: t, Stores: fresh(t), start: time.Now().UTC().Truncate(time.Millisecond)})
				})
			}
		})
	}
}

const (
	holder  = "holder one"
	another = "holder two"
	claim   = time.Minute
	many    = 100
)

// play is one test under way. Its methods fail the test on errors that it didn't expect.
// Times are given as what has passed since its start.
type play struct {
	t *testing.T
	Stores
	start time.Time
}

func (p play) at(after time.Duration) time.Time { return p.start.Add(after) }

func (p play) announce(n int, after time.Duration) {
	p.t.Helper()
	p.Announce(p.t, lane(n), p.at(after))
}

func (p play) append(n int, messages ...string) {
	p.t.Helper()
	for _, message := range messages {
		p.Append(p.t, lane(n), []byte(message))
	}
}

// publish announces a lane and appends a message to it.
func (p play) publish(n int, after time.Duration, message string) {
	p.t.Helper()
	p.announce(n, after)
	p.append(n, message)
}

// claim claims up to most lanes for a minute, and returns their names.
func (p play) claim(holder string, after time.Duration, most int) []string {
	p.t.Helper()
	lanes, err := p.Outbox.Claim(p.t.Context(), holder, p.at(after), p.at(after+claim), most)
	p.ok(err)
	return lanes
}

// claims checks which lanes are claimed, in any order.
func (p play) claims(holder string, after time.Duration, want ...int) {
	p.t.Helper()
	p.sameLanes(p.claim(holder, after, many), want...)
}

func (p play) sameLanes(got []string, want ...int) {
	p.t.Helper()
	names := []string{}
	for _, n := range want {
		names = append(names, lane(n))
	}
	got = slices.Sorted(slices.Values(got))
	if diff := cmp.Diff(names, append([]string{}, got...)); diff != "" {
		p.t.Fatalf("lanes claimed (-want +got):\n%s", diff)
	}
}

// next checks the next messages of a lane, and returns their positions.
func (p play) next(n, most int, want ...string) []string {
	p.t.Helper()
	messages, err := p.Outbox.Next(p.t.Context(), lane(n), most)
	p.ok(err)
	got, positions := []string{}, []string{}
	for _, message := range messages {
		got, positions = append(got, string(message.Stored)), append(positions, message.Position)
		if message.Position == "" {
			p.t.Fatal("a message without a position")
		}
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		p.t.Fatalf("messages of lane %d (-want +got):\n%s", n, diff)
	}
	return positions
}

func (p play) delivered(n int, position string) {
	p.t.Helper()
	p.ok(p.Outbox.Delivered(p.t.Context(), lane(n), position))
}

// release ends a claim; the lane is due again then, or, with never, was found empty.
func (p play) release(n int, holder string, after, again time.Duration) {
	p.t.Helper()
	p.ok(p.tryRelease(n, holder, after, again))
}

// never stands for the zero time.
const never = time.Duration(-1)

func (p play) tryRelease(n int, holder string, after, again time.Duration) error {
	var at time.Time
	if again != never {
		at = p.at(again)
	}
	return p.Outbox.Release(p.t.Context(), lane(n), holder, p.at(after), at)
}

func (p play) lost(err error) {
	p.t.Helper()
	if !errors.Is(err, provisioning.ErrLost) {
		p.t.Fatalf("error %v, want ErrLost", err)
	}
}

func (p play) due(lanes int, oldest time.Time) {
	p.t.Helper()
	got, since, err := p.Outbox.Due(p.t.Context())
	p.ok(err)
	if got != lanes || !since.Equal(oldest) {
		p.t.Fatalf("%d lanes, the oldest due %v; want %d, %v", got, since, lanes, oldest)
	}
}

func (p play) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

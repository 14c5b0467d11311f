package redisstore_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

// TestLanes holds each sentence of the contract of [provisioning.Store], of the events and of the notices.
// Time is handed to the store, so that no test waits. It starts at the present, and goes on by hours within
// a test: a store must not forget by a clock of its own.
func TestLanes(t *testing.T) {
	groups := map[string]map[string]func(lanePlay){
		"Announce": laneAnnounceTests, "Claim": laneClaimTests, "Next": laneNextTests, "Release": laneReleaseTests,
		"Due": laneDueTests, "Together": laneTogetherTests,
	}
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for kind, stores := range map[string]func(*testing.T, *redisstore.DB) laneStores{"events": eventLanes, "notices": noticeLanes} {
			for group, tests := range groups {
				for sentence, test := range tests {
					t.Run(kind+"/"+group+"/"+sentence, func(t *testing.T) {
						test(lanePlay{t: t, laneStores: stores(t, fresh(t)), start: time.Now().UTC().Truncate(time.Millisecond)})
					})
				}
			}
		}
	})
}

// laneStores are a store of lanes and the two steps in which a message is published, as those who publish
// take them.
type laneStores struct {
	provisioning.Store
	// announce announces a lane at the time now.
	announce func(t testing.TB, lane string, now time.Time)
	// append appends a message to a lane, in one step with what it tells.
	append func(t testing.TB, lane string, stored []byte)
}

// eventLanes are the events of a database that has the lines whose lanes the tests use.
func eventLanes(t *testing.T, db *redisstore.DB) laneStores {
	t.Helper()
	var lines []pins.NewLine
	for _, lane := range laneNames() {
		lines = append(lines, pins.NewLine{Number: nanp.Number(lane), Features: pins.FeaturesOf(pins.DialLock)})
	}
	if _, err := db.Lines().Add(t.Context(), lines, now); err != nil {
		t.Fatal(err)
	}
	revisions := map[string]int64{}
	return laneStores{
		Store: db.Outbox(),
		announce: func(t testing.TB, lane string, now time.Time) {
			if err := db.Announce(t.Context(), lane, now); err != nil {
				t.Fatal(err)
			}
		},
		append: func(t testing.TB, lane string, stored []byte) {
			err := db.Features().Append(t.Context(), features.Change{
				Number: nanp.Number(lane), Feature: pins.DialLock, Event: stored,
				Expected: revisions[lane], Revision: revisions[lane] + 1,
				Record: pins.Record{At: now, Event: pins.FeatureChanged},
			})
			if err != nil {
				t.Fatal(err)
			}
			revisions[lane]++
		},
	}
}

// noticeLanes are the notices of a database.
func noticeLanes(_ *testing.T, db *redisstore.DB) laneStores {
	n := db.Notices()
	return laneStores{Store: n, announce: n.Announce, append: n.Append}
}

// laneNames are the lanes that the tests use.
func laneNames() []string {
	var lanes []string
	for n := range 20 {
		lanes = append(lanes, laneName(n))
	}
	return lanes
}

// laneName is the name of lane n, 0 to 19: a telephone number that is nobody's.
func laneName(n int) string { return fmt.Sprintf("+161255501%02d", n) }

const (
	holderOne  = "holder one"
	holderTwo  = "holder two"
	claimedFor = time.Minute
	many       = 100
)

// lanePlay is one test under way. Its methods fail the test on errors that it didn't expect.
// Times are given as what has passed since its start.
type lanePlay struct {
	t *testing.T
	laneStores
	start time.Time
}

func (p lanePlay) at(after time.Duration) time.Time { return p.start.Add(after) }

func (p lanePlay) announce(n int, after time.Duration) {
	p.t.Helper()
	p.laneStores.announce(p.t, laneName(n), p.at(after))
}

func (p lanePlay) append(n int, messages ...string) {
	p.t.Helper()
	for _, message := range messages {
		p.laneStores.append(p.t, laneName(n), []byte(message))
	}
}

// publish announces a lane and appends a message to it.
func (p lanePlay) publish(n int, after time.Duration, message string) {
	p.t.Helper()
	p.announce(n, after)
	p.append(n, message)
}

// claim claims up to most lanes for a minute, and returns their names.
func (p lanePlay) claim(holder string, after time.Duration, most int) []string {
	p.t.Helper()
	lanes, err := p.Store.Claim(p.t.Context(), holder, p.at(after), p.at(after+claimedFor), most)
	p.ok(err)
	return lanes
}

// claims checks which lanes are claimed, in any order.
func (p lanePlay) claims(holder string, after time.Duration, want ...int) {
	p.t.Helper()
	p.sameLanes(p.claim(holder, after, many), want...)
}

func (p lanePlay) sameLanes(got []string, want ...int) {
	p.t.Helper()
	names := []string{}
	for _, n := range want {
		names = append(names, laneName(n))
	}
	got = slices.Sorted(slices.Values(got))
	if diff := cmp.Diff(names, append([]string{}, got...)); diff != "" {
		p.t.Fatalf("lanes claimed (-want +got):\n%s", diff)
	}
}

// next checks the next messages of a lane, and returns their positions.
func (p lanePlay) next(n, most int, want ...string) []string {
	p.t.Helper()
	messages, err := p.Store.Next(p.t.Context(), laneName(n), most)
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

func (p lanePlay) delivered(n int, position string) {
	p.t.Helper()
	p.ok(p.Store.Delivered(p.t.Context(), laneName(n), position))
}

// release ends a claim; the lane is due again then, or, with foundEmpty, was found empty.
func (p lanePlay) release(n int, holder string, after, again time.Duration) {
	p.t.Helper()
	p.ok(p.tryRelease(n, holder, after, again))
}

// foundEmpty stands for the zero time.
const foundEmpty = time.Duration(-1)

func (p lanePlay) tryRelease(n int, holder string, after, again time.Duration) error {
	var at time.Time
	if again != foundEmpty {
		at = p.at(again)
	}
	return p.Store.Release(p.t.Context(), laneName(n), holder, p.at(after), at)
}

func (p lanePlay) lost(err error) {
	p.t.Helper()
	if !errors.Is(err, provisioning.ErrLost) {
		p.t.Fatalf("error %v, want ErrLost", err)
	}
}

func (p lanePlay) due(lanes int, oldest time.Time) {
	p.t.Helper()
	got, since, err := p.Store.Due(p.t.Context())
	p.ok(err)
	if got != lanes || !since.Equal(oldest) {
		p.t.Fatalf("%d lanes, the oldest due %v; want %d, %v", got, since, lanes, oldest)
	}
}

func (p lanePlay) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

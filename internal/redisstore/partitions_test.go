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
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestLanes holds each sentence of the contract of [provisioning.Store], of the events and of the notices.
// Time is handed to the store, so that no test waits. It starts at the present, and goes on by hours within
// a test: a store must not forget by a clock of its own.
func TestLanes(t *testing.T) {
	groups := map[string]map[string]func(partitionPlay){
		"Announce": partitionAnnounceTests, "Claim": partitionClaimTests, "Next": partitionNextTests, "Release": partitionReleaseTests,
		"Due": partitionDueTests, "Together": partitionTogetherTests,
	}
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for kind, stores := range map[string]func(*testing.T, *redisstore.DB) partitionStores{"events": eventPartitions, "notices": noticePartitions} {
			for group, tests := range groups {
				for sentence, test := range tests {
					t.Run(kind+"/"+group+"/"+sentence, func(t *testing.T) {
						test(partitionPlay{t: t, partitionStores: stores(t, fresh(t)), start: time.Now().UTC().Truncate(time.Millisecond)})
					})
				}
			}
		}
	})
}

// partitionStores are a store of partitions and the two steps in which a message is published, as those who publish
// take them.
type partitionStores struct {
	provisioning.Store
	// announce announces a partition at the time now.
	announce func(t testing.TB, partition string, now time.Time)
	// append appends a message to a partition, in one step with what it tells.
	append func(t testing.TB, partition string, stored []byte)
}

// eventPartitions are the events of a database that has the lines whose partitions the tests use.
func eventPartitions(t *testing.T, db *redisstore.DB) partitionStores {
	t.Helper()
	var lines []pins.NewLine
	for _, partition := range partitionNames() {
		lines = append(lines, pins.NewLine{Number: nanp.Number(partition), Features: pins.FeaturesOf(pins.DialLock)})
	}
	if _, err := db.Lines().Add(t.Context(), lines, now); err != nil {
		t.Fatal(err)
	}
	revisions := map[string]int64{}
	return partitionStores{
		Store: db.Outbox(),
		announce: func(t testing.TB, partition string, now time.Time) {
			check.OK(t, db.Announce(t.Context(), partition, now))
		},
		append: func(t testing.TB, partition string, stored []byte) {
			err := db.Features().Append(t.Context(), features.Change{
				Number: nanp.Number(partition), Feature: pins.DialLock, Event: stored,
				Expected: revisions[partition], Revision: revisions[partition] + 1,
				Record: pins.Record{At: now, Event: pins.FeatureChanged},
			})
			check.OK(t, err)
			revisions[partition]++
		},
	}
}

// noticePartitions are the notices of a database.
func noticePartitions(_ *testing.T, db *redisstore.DB) partitionStores {
	n := db.Notices()
	return partitionStores{Store: n, announce: n.Announce, append: n.Append}
}

// partitionNames are the partitions that the tests use.
func partitionNames() []string {
	var partitions []string
	for n := range 20 {
		partitions = append(partitions, partitionName(n))
	}
	return partitions
}

// partitionName is the name of partition n, 0 to 19: a telephone number that is nobody's.
func partitionName(n int) string { return fmt.Sprintf("+161255501%02d", n) }

const (
	holderOne  = "holder one"
	holderTwo  = "holder two"
	claimedFor = time.Minute
	many       = 100
)

// partitionPlay is one test under way. Its methods fail the test on errors that it didn't expect.
// Times are given as what has passed since its start.
type partitionPlay struct {
	t *testing.T
	partitionStores
	start time.Time
}

func (p partitionPlay) at(after time.Duration) time.Time { return p.start.Add(after) }

func (p partitionPlay) announce(n int, after time.Duration) {
	p.t.Helper()
	p.partitionStores.announce(p.t, partitionName(n), p.at(after))
}

func (p partitionPlay) append(n int, messages ...string) {
	p.t.Helper()
	for _, message := range messages {
		p.partitionStores.append(p.t, partitionName(n), []byte(message))
	}
}

// publish announces a partition and appends a message to it.
func (p partitionPlay) publish(n int, after time.Duration, message string) {
	p.t.Helper()
	p.announce(n, after)
	p.append(n, message)
}

// claim claims up to most partitions for a minute, and returns their names.
func (p partitionPlay) claim(holder string, after time.Duration, most int) []string {
	p.t.Helper()
	partitions, err := p.Store.Claim(p.t.Context(), holder, p.at(after), p.at(after+claimedFor), most)
	p.ok(err)
	return partitions
}

// claims checks which partitions are claimed, in any order.
func (p partitionPlay) claims(holder string, after time.Duration, want ...int) {
	p.t.Helper()
	p.samePartitions(p.claim(holder, after, many), want...)
}

func (p partitionPlay) samePartitions(got []string, want ...int) {
	p.t.Helper()
	names := []string{}
	for _, n := range want {
		names = append(names, partitionName(n))
	}
	got = slices.Sorted(slices.Values(got))
	if diff := cmp.Diff(names, append([]string{}, got...)); diff != "" {
		p.t.Fatalf("partitions claimed (-want +got):\n%s", diff)
	}
}

// next checks the next messages of a partition, and returns their positions.
func (p partitionPlay) next(n, most int, want ...string) []string {
	p.t.Helper()
	messages, err := p.Store.Next(p.t.Context(), partitionName(n), most)
	p.ok(err)
	got, positions := []string{}, []string{}
	for _, message := range messages {
		got, positions = append(got, string(message.Stored)), append(positions, message.Position)
		if message.Position == "" {
			p.t.Fatal("a message without a position")
		}
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		p.t.Fatalf("messages of partition %d (-want +got):\n%s", n, diff)
	}
	return positions
}

func (p partitionPlay) delivered(n int, position string) {
	p.t.Helper()
	p.ok(p.Store.Delivered(p.t.Context(), partitionName(n), position))
}

// release ends a claim; the partition is due again then, or, with foundEmpty, was found empty.
func (p partitionPlay) release(n int, holder string, after, again time.Duration) {
	p.t.Helper()
	p.ok(p.tryRelease(n, holder, after, again))
}

// foundEmpty stands for the zero time.
const foundEmpty = time.Duration(-1)

func (p partitionPlay) tryRelease(n int, holder string, after, again time.Duration) error {
	var at time.Time
	if again != foundEmpty {
		at = p.at(again)
	}
	return p.Store.Release(p.t.Context(), partitionName(n), holder, p.at(after), at)
}

func (p partitionPlay) lost(err error) {
	p.t.Helper()
	if !errors.Is(err, provisioning.ErrLost) {
		p.t.Fatalf("error %v, want ErrLost", err)
	}
}

func (p partitionPlay) due(partitions int, oldest time.Time) {
	p.t.Helper()
	got, since, err := p.Store.Due(p.t.Context())
	p.ok(err)
	if got != partitions || !since.Equal(oldest) {
		p.t.Fatalf("%d partitions, the oldest due %v; want %d, %v", got, since, partitions, oldest)
	}
}

func (p partitionPlay) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

var partitionAnnounceTests = map[string]func(partitionPlay){
	"an unknown partition is due from then on": func(p partitionPlay) {
		p.announce(1, time.Second)
		p.claims(holderOne, time.Second-time.Millisecond)
		p.claims(holderOne, time.Second, 1)
	},
	"a partition that is due stays due": func(p partitionPlay) {
		p.announce(1, 0)
		p.announce(1, time.Hour)
		p.claims(holderOne, 0, 1)
	},
	"a claim is not disturbed": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.announce(1, time.Second)
		p.claims(holderTwo, claimedFor-time.Millisecond)
		p.release(1, holderOne, claimedFor-time.Millisecond, 2*claimedFor)
	},
	"a delivery that is put off is not brought forward": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.release(1, holderOne, time.Second, time.Hour)
		p.announce(1, 2*time.Second)
		p.claims(holderOne, time.Hour-time.Millisecond)
		p.claims(holderOne, time.Hour, 1)
	},
	"a partition that waits for its message is due at once": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.release(1, holderOne, time.Millisecond, foundEmpty)
		p.announce(1, 100*time.Millisecond)
		p.claims(holderOne, 100*time.Millisecond, 1)
	},
	"a forgotten partition is known again": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, provisioning.AnnouncedFor, 1)
		p.release(1, holderOne, provisioning.AnnouncedFor, foundEmpty)
		p.announce(1, 2*time.Hour)
		p.claims(holderOne, 2*time.Hour, 1)
	},
}

var partitionClaimTests = map[string]func(partitionPlay){
	"nothing is known of an empty store": func(p partitionPlay) {
		p.claims(holderOne, time.Hour)
	},
	"those due longest come first, no more than asked for": func(p partitionPlay) {
		for _, n := range []int{3, 1, 4, 2} {
			p.announce(n, time.Duration(n)*time.Second)
		}
		p.samePartitions(p.claim(holderOne, 10*time.Second, 0))
		p.samePartitions(p.claim(holderOne, 10*time.Second, 2), 1, 2)
		p.samePartitions(p.claim(holderOne, 10*time.Second, 1), 3)
		p.samePartitions(p.claim(holderOne, 10*time.Second, 2), 4)
	},
	"a partition is claimed once": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.claims(holderTwo, time.Second)
		p.claims(holderOne, time.Second)
	},
	"a claim that ran out is another's to take": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.claims(holderTwo, claimedFor-time.Millisecond)
		p.claims(holderTwo, claimedFor, 1)
		p.lost(p.tryRelease(1, holderOne, claimedFor, claimedFor))
		p.lost(p.tryRelease(1, holderOne, claimedFor, foundEmpty))
		p.claims(holderOne, 2*claimedFor-time.Millisecond)
		p.release(1, holderTwo, claimedFor, claimedFor)
	},
	"any number of partitions is claimed at once": func(p partitionPlay) {
		all := []int{}
		for n := range partitionNames() {
			p.announce(n, 0)
			all = append(all, n)
		}
		p.claims(holderOne, 0, all...)
	},
}

var partitionReleaseTests = map[string]func(partitionPlay){
	"a partition is due when it was said": func(p partitionPlay) {
		p.publish(1, 0, "a")
		p.claims(holderOne, 0, 1)
		p.release(1, holderOne, time.Second, time.Hour)
		p.claims(holderTwo, time.Hour-time.Millisecond)
		p.claims(holderTwo, time.Hour, 1)
	},
	"a partition can be due at once": func(p partitionPlay) {
		p.publish(1, 0, "a")
		p.claims(holderOne, 0, 1)
		p.release(1, holderOne, time.Second, time.Second)
		p.claims(holderTwo, time.Second, 1)
	},
	"an empty partition is forgotten": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, provisioning.AnnouncedFor, 1)
		p.release(1, holderOne, provisioning.AnnouncedFor, foundEmpty)
		p.claims(holderOne, 24*time.Hour)
		p.due(0, time.Time{})
	},
	"an empty partition is looked into again, soon and at the last moment": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.release(1, holderOne, time.Millisecond, foundEmpty)
		p.claims(holderOne, provisioning.LateAnnouncement-time.Millisecond)
		p.claims(holderOne, provisioning.LateAnnouncement, 1)
		p.release(1, holderOne, provisioning.LateAnnouncement, foundEmpty)
		p.claims(holderOne, provisioning.AnnouncedFor-time.Millisecond)
		p.claims(holderOne, provisioning.AnnouncedFor, 1)
		p.release(1, holderOne, provisioning.AnnouncedFor, foundEmpty)
		p.claims(holderOne, 24*time.Hour)
	},
	"the last announcement counts, also one during the claim": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.announce(1, 30*time.Second)
		p.release(1, holderOne, 30*time.Second, foundEmpty)
		p.claims(holderOne, 31*time.Second, 1)
		p.release(1, holderOne, 31*time.Second, foundEmpty)
		p.claims(holderOne, 90*time.Second-time.Millisecond)
		p.claims(holderOne, 90*time.Second, 1)
	},
	"a claim is released once, by who has it": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.lost(p.tryRelease(1, holderTwo, 0, time.Hour))
		p.lost(p.tryRelease(1, holderTwo, 0, foundEmpty))
		p.release(1, holderOne, 0, time.Hour)
		p.lost(p.tryRelease(1, holderOne, 0, 0))
		p.lost(p.tryRelease(2, holderOne, 0, 0))
		p.lost(p.tryRelease(1, holderOne, 2*time.Hour, foundEmpty))
		p.claims(holderOne, time.Hour, 1)
	},
	"a claim that ran out stands until the partition is taken": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.release(1, holderOne, 2*claimedFor, time.Hour)
		p.claims(holderTwo, time.Hour-time.Millisecond)
		p.claims(holderTwo, time.Hour, 1)
	},
	"a forgotten partition keeps its place": func(p partitionPlay) {
		p.publish(1, 0, "a")
		p.delivered(1, p.next(1, many, "a")[0])
		p.claims(holderOne, provisioning.AnnouncedFor, 1)
		p.release(1, holderOne, provisioning.AnnouncedFor, foundEmpty)
		p.publish(1, 2*time.Hour, "b")
		p.next(1, many, "b")
	},
}

var partitionDueTests = map[string]func(partitionPlay){
	"nothing": func(p partitionPlay) { p.due(0, time.Time{}) },
	"all known partitions count, the one due longest tells since when": func(p partitionPlay) {
		p.announce(2, 2*time.Second)
		p.announce(1, time.Second)
		p.announce(3, 3*time.Second)
		p.due(3, p.at(time.Second))
	},
	"a claimed partition is due when its claim runs out": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, time.Second, 1)
		p.due(1, p.at(time.Second+claimedFor))
		p.announce(2, 2*time.Second)
		p.due(2, p.at(2*time.Second))
	},
	"a partition that is put off is due then": func(p partitionPlay) {
		p.announce(1, 0)
		p.claims(holderOne, 0, 1)
		p.release(1, holderOne, 0, time.Hour)
		p.due(1, p.at(time.Hour))
	},
}

package redisstore_test

import (
	"time"

	"updatecenter/internal/provisioning"
)

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

package storetest

import (
	"time"

	"updatecenter/internal/provisioning"
)

var announceTests = map[string]func(play){
	"an unknown lane is due from then on": func(p play) {
		p.announce(1, time.Second)
		p.claims(holder, time.Second-time.Millisecond)
		p.claims(holder, time.Second, 1)
	},
	"a lane that is due stays due": func(p play) {
		p.announce(1, 0)
		p.announce(1, time.Hour)
		p.claims(holder, 0, 1)
	},
	"a claim is not disturbed": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.announce(1, time.Second)
		p.claims(another, claim-time.Millisecond)
		p.release(1, holder, claim-time.Millisecond, 2*claim)
	},
	"a delivery that is put off is not brought forward": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.release(1, holder, time.Second, time.Hour)
		p.announce(1, 2*time.Second)
		p.claims(holder, time.Hour-time.Millisecond)
		p.claims(holder, time.Hour, 1)
	},
	"a lane that waits for its message is due at once": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.release(1, holder, time.Millisecond, never)
		p.announce(1, 100*time.Millisecond)
		p.claims(holder, 100*time.Millisecond, 1)
	},
	"a forgotten lane is known again": func(p play) {
		p.announce(1, 0)
		p.claims(holder, provisioning.AnnouncedFor, 1)
		p.release(1, holder, provisioning.AnnouncedFor, never)
		p.announce(1, 2*time.Hour)
		p.claims(holder, 2*time.Hour, 1)
	},
}

var claimTests = map[string]func(play){
	"nothing is known of an empty store": func(p play) {
		p.claims(holder, time.Hour)
	},
	"those due longest come first, no more than asked for": func(p play) {
		for _, n := range []int{3, 1, 4, 2} {
			p.announce(n, time.Duration(n)*time.Second)
		}
		p.sameLanes(p.claim(holder, 10*time.Second, 0))
		p.sameLanes(p.claim(holder, 10*time.Second, 2), 1, 2)
		p.sameLanes(p.claim(holder, 10*time.Second, 1), 3)
		p.sameLanes(p.claim(holder, 10*time.Second, 2), 4)
	},
	"a lane is claimed once": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.claims(another, time.Second)
		p.claims(holder, time.Second)
	},
	"a claim that ran out is another's to take": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.claims(another, claim-time.Millisecond)
		p.claims(another, claim, 1)
		p.lost(p.tryRelease(1, holder, claim, claim))
		p.lost(p.tryRelease(1, holder, claim, never))
		p.claims(holder, 2*claim-time.Millisecond)
		p.release(1, another, claim, claim)
	},
	"any number of lanes is claimed at once": func(p play) {
		all := []int{}
		for n := range Lanes() {
			p.announce(n, 0)
			all = append(all, n)
		}
		p.claims(holder, 0, all...)
	},
}

var releaseTests = map[string]func(play){
	"a lane is due when it was said": func(p play) {
		p.publish(1, 0, "a")
		p.claims(holder, 0, 1)
		p.release(1, holder, time.Second, time.Hour)
		p.claims(another, time.Hour-time.Millisecond)
		p.claims(another, time.Hour, 1)
	},
	"a lane can be due at once": func(p play) {
		p.publish(1, 0, "a")
		p.claims(holder, 0, 1)
		p.release(1, holder, time.Second, time.Second)
		p.claims(another, time.Second, 1)
	},
	"an empty lane is forgotten": func(p play) {
		p.announce(1, 0)
		p.claims(holder, provisioning.AnnouncedFor, 1)
		p.release(1, holder, provisioning.AnnouncedFor, never)
		p.claims(holder, 24*time.Hour)
		p.due(0, time.Time{})
	},
	"an empty lane is looked into again, soon and at the last moment": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.release(1, holder, time.Millisecond, never)
		p.claims(holder, provisioning.LookAgain-time.Millisecond)
		p.claims(holder, provisioning.LookAgain, 1)
		p.release(1, holder, provisioning.LookAgain, never)
		p.claims(holder, provisioning.AnnouncedFor-time.Millisecond)
		p.claims(holder, provisioning.AnnouncedFor, 1)
		p.release(1, holder, provisioning.AnnouncedFor, never)
		p.claims(holder, 24*time.Hour)
	},
	"the last announcement counts, also one during the claim": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.announce(1, 30*time.Second)
		p.release(1, holder, 30*time.Second, never)
		p.claims(holder, 31*time.Second, 1)
		p.release(1, holder, 31*time.Second, never)
		p.claims(holder, 90*time.Second-time.Millisecond)
		p.claims(holder, 90*time.Second, 1)
	},
	"a claim is released once, by who has it": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.lost(p.tryRelease(1, another, 0, time.Hour))
		p.lost(p.tryRelease(1, another, 0, never))
		p.release(1, holder, 0, time.Hour)
		p.lost(p.tryRelease(1, holder, 0, 0))
		p.lost(p.tryRelease(2, holder, 0, 0))
		p.lost(p.tryRelease(1, holder, 2*time.Hour, never))
		p.claims(holder, time.Hour, 1)
	},
	"a claim that ran out stands until the lane is taken": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.release(1, holder, 2*claim, time.Hour)
		p.claims(another, time.Hour-time.Millisecond)
		p.claims(another, time.Hour, 1)
	},
	"a forgotten lane keeps its place": func(p play) {
		p.publish(1, 0, "a")
		p.delivered(1, p.next(1, many, "a")[0])
		p.claims(holder, provisioning.AnnouncedFor, 1)
		p.release(1, holder, provisioning.AnnouncedFor, never)
		p.publish(1, 2*time.Hour, "b")
		p.next(1, many, "b")
	},
}

var dueTests = map[string]func(play){
	"nothing": func(p play) { p.due(0, time.Time{}) },
	"all known lanes count, the one due longest tells since when": func(p play) {
		p.announce(2, 2*time.Second)
		p.announce(1, time.Second)
		p.announce(3, 3*time.Second)
		p.due(3, p.at(time.Second))
	},
	"a claimed lane is due when its claim runs out": func(p play) {
		p.announce(1, 0)
		p.claims(holder, time.Second, 1)
		p.due(1, p.at(time.Second+claim))
		p.announce(2, 2*time.Second)
		p.due(2, p.at(2*time.Second))
	},
	"a lane that is put off is due then": func(p play) {
		p.announce(1, 0)
		p.claims(holder, 0, 1)
		p.release(1, holder, 0, time.Hour)
		p.due(1, p.at(time.Hour))
	},
}

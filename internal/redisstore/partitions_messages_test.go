package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"updatecenter/internal/provisioning"
)

var partitionNextTests = map[string]func(partitionPlay){
	"an unknown partition has no messages": func(p partitionPlay) { p.next(1, many) },
	"a partition that was announced has none yet": func(p partitionPlay) {
		p.announce(1, 0)
		p.next(1, many)
	},
	"messages come in order, no more than asked for": func(p partitionPlay) {
		p.announce(1, 0)
		p.append(1, "a", "b", "c")
		p.next(1, 2, "a", "b")
		p.next(1, many, "a", "b", "c")
	},
	"to look takes nothing away": func(p partitionPlay) {
		p.publish(1, 0, "a")
		first := p.next(1, many, "a")
		if again := p.next(1, many, "a"); again[0] != first[0] {
			p.t.Fatalf("position %q, and then %q", first[0], again[0])
		}
	},
	"what was delivered comes no more, nor what was before it": func(p partitionPlay) {
		p.announce(1, 0)
		p.append(1, "a", "b", "c", "d")
		positions := p.next(1, many, "a", "b", "c", "d")
		p.delivered(1, positions[0])
		p.next(1, many, "b", "c", "d")
		p.delivered(1, positions[2])
		p.next(1, many, "d")
		p.delivered(1, positions[3])
		p.next(1, many)
	},
	"a note said twice, or that lags behind, changes nothing": func(p partitionPlay) {
		p.announce(1, 0)
		p.append(1, "a", "b", "c")
		positions := p.next(1, many, "a", "b", "c")
		p.delivered(1, positions[1])
		p.delivered(1, positions[1])
		p.delivered(1, positions[0])
		p.next(1, many, "c")
	},
	"no claim is asked for": func(p partitionPlay) {
		p.publish(1, 0, "a")
		p.claims(holderTwo, 0, 1)
		p.delivered(1, p.next(1, many, "a")[0])
		p.next(1, many)
	},
	"partitions are apart": func(p partitionPlay) {
		p.publish(1, 0, "a")
		p.publish(2, 0, "b")
		p.delivered(1, p.next(1, many, "a")[0])
		p.next(1, many)
		p.next(2, many, "b")
	},
	"any bytes are kept": func(p partitionPlay) {
		p.publish(1, 0, "\x00\xff\r\n\"{}\x1b")
		p.next(1, many, "\x00\xff\r\n\"{}\x1b")
	},
	"hundreds of messages keep their order": func(p partitionPlay) {
		p.announce(1, 0)
		var want []string
		for n := range 300 {
			want = append(want, fmt.Sprintf("message %d", n))
		}
		p.append(1, want...)
		for len(want) > 0 {
			page := min(16, len(want))
			positions := p.next(1, 16, want[:page]...)
			p.delivered(1, positions[page-1])
			want = want[page:]
		}
		p.next(1, many)
	},
}

var partitionTogetherTests = map[string]func(partitionPlay){
	// However the steps of who publishes and who delivers fall between each other, the message
	// is found.
	"a message is found wherever its two steps fall": func(p partitionPlay) {
		steps := 5 // of who looks: claim, next, release; and before and after
		n := 0
		for announced := range steps {
			for appended := announced; appended < steps; appended++ {
				p.interleave(n, announced, appended, time.Duration(n)*24*time.Hour)
				n++
			}
		}
	},
	"one of many claims gets the partition": func(p partitionPlay) {
		for n := range partitionNames() {
			p.announce(n, 0)
		}
		var mu sync.Mutex
		var wait sync.WaitGroup
		got := map[string]int{}
		for n := range 10 {
			wait.Go(func() {
				partitions, err := p.Store.Claim(p.t.Context(), fmt.Sprint("holder ", n), p.start, p.at(claimedFor), 5)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					p.t.Error(err)
				}
				for _, name := range partitions {
					got[name]++
				}
			})
		}
		wait.Wait()
		for _, name := range partitionNames() {
			if got[name] != 1 {
				p.t.Errorf("partition %s was claimed %d times", name, got[name])
			}
		}
	},
	"a canceled context is an error": func(p partitionPlay) {
		p.publish(1, 0, "a")
		position := p.next(1, many, "a")[0]
		ctx, cancel := context.WithCancel(p.t.Context())
		cancel()
		_, claimErr := p.Store.Claim(ctx, holderOne, p.start, p.at(claimedFor), many)
		_, nextErr := p.Store.Next(ctx, partitionName(1), many)
		_, _, dueErr := p.Store.Due(ctx)
		for what, err := range map[string]error{
			"claim": claimErr, "next": nextErr, "due": dueErr,
			"delivered": p.Store.Delivered(ctx, partitionName(1), position),
			"release":   p.Store.Release(ctx, partitionName(1), holderOne, p.start, p.start),
		} {
			if err == nil || errors.Is(err, provisioning.ErrLost) {
				p.t.Errorf("%s: error %v", what, err)
			}
		}
	},
}

// interleave publishes a message to partition n while somebody looks into it, at the start of the
// day that is given: announced before the step that is given (0: before the claim, 1: before
// the look, 2: before the release, 3 and 4: after it), and appended before another or the same
// step.
func (p partitionPlay) interleave(n, announced, appended int, day time.Duration) {
	p.t.Helper()
	p.announce(n, day) // there was something before, and it was delivered
	var partitions []string
	var found []provisioning.Message
	var err error
	look := []func(){
		func() { partitions = p.claim(holderOne, day+time.Second, many) },
		func() {
			found, err = p.Store.Next(p.t.Context(), partitionName(n), many)
			p.ok(err)
		},
		func() {
			again := foundEmpty
			if len(found) > 0 {
				again = day + 2*time.Second
			}
			p.samePartitions(partitions, n)
			p.release(n, holderOne, day+time.Second, again)
		},
		func() {}, func() {},
	}
	for step, run := range look {
		if step == announced {
			p.announce(n, day+time.Second)
		}
		if step == appended {
			p.append(n, "it")
		}
		run()
	}
	p.claims(holderTwo, day+3*time.Second, n)
	p.delivered(n, p.next(n, many, "it")[0])
	p.release(n, holderTwo, day+time.Hour, foundEmpty)
}

package dispatch_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

func TestAllLanesAreHeldWhileTheReceiverIsAway(t *testing.T) {
	for name, tt := range map[string]struct{ status, partitions int }{
		"no connection": {0, 20}, "500": {500, 20}, "503": {503, 500}, "429": {429, 20}, "408": {408, 20},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { awayFor20Minutes(t, tt.status, tt.partitions) })
		})
	}
}

func awayFor20Minutes(t *testing.T, status, partitions int) {
	store, back := &memory{}, time.Now().Add(20*time.Minute)
	to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
		if time.Now().Before(back) {
			return status, nil
		}
		return http.StatusOK, nil
	}}
	for n := range partitions {
		publish(store, fmt.Sprint("partition", n), 0, 1)
	}
	d := start(t, config(store, to))
	time.Sleep(time.Until(back))
	attempts, probes := to.attempts(""), 0
	for n := 1; n < len(attempts); n++ {
		gap := attempts[n].At.Sub(attempts[n-1].At)
		if n < 8 && gap == 0 { // those that were under way together
			continue
		}
		probes++
		if want := min(time.Second<<(probes-1), 5*time.Minute); gap > want || gap < want*3/4 {
			t.Errorf("probe %d came %v after the attempt before it, want about %v", probes, gap, want)
		}
	}
	if probes < 10 || probes > 14 {
		t.Errorf("%d probes in 20 minutes", probes)
	}
	d.Wake()
	time.Sleep(5*time.Minute + 10*time.Second)
	for n := range partitions {
		to.inOrder(fmt.Sprint("partition", n), 1)
	}
	stopped(t, d)
}

func TestWakeDoesNotBringAProbeForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) { return 503, nil }}
		publish(store, "a", 0, 0)
		d := start(t, config(store, to))
		for n := range 100 {
			time.Sleep(600 * time.Millisecond)
			publish(store, fmt.Sprint("partition", n), 0, 0)
			d.Wake()
		}
		if got := len(to.attempts("")); got < 5 || got > 8 {
			t.Errorf("%d attempts in a minute", got)
		}
		stopped(t, d)
	})
}

func TestRetryAfterIsHonored(t *testing.T) {
	tests := map[string]struct {
		header    func() string
		low, high time.Duration
	}{
		"seconds":   {func() string { return "90" }, 90 * time.Second, 91 * time.Second},
		"a date":    {func() string { return time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat) }, 89 * time.Second, 91 * time.Second},
		"too long":  {func() string { return "86400" }, time.Hour, time.Hour + time.Second},
		"too short": {func() string { return "0" }, 750 * time.Millisecond, 2 * time.Second},
		"nonsense":  {func() string { return "soon" }, 750 * time.Millisecond, 2 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &memory{}
				var tries atomic.Int64
				to := &receiver{t: t, answer: func(*http.Request, stored) (int, http.Header) {
					if tries.Add(1) > 1 {
						return 200, nil
					}
					return 503, http.Header{"Retry-After": {tt.header()}}
				}}
				publish(store, "partition", 0, 0)
				d := start(t, config(store, to))
				time.Sleep(time.Hour + time.Minute)
				attempts := to.attempts("partition")
				if len(attempts) != 2 {
					t.Fatalf("%d attempts", len(attempts))
				}
				if gap := attempts[1].At.Sub(attempts[0].At); gap < tt.low || gap > tt.high {
					t.Errorf("tried again after %v", gap)
				}
				stopped(t, d)
			})
		})
	}
}

func TestASlowReceiverIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, log := &memory{}, &testkit.Log{}
		to := &receiver{t: t, answer: never}
		publish(store, "partition", 0, 0)
		c := config(store, to)
		c.Log = log.Logger()
		d := start(t, c)
		time.Sleep(10*time.Second + 500*time.Millisecond)
		if got := to.attempts("partition"); len(got) != 1 || count(log, "the receiver is away") != 1 {
			t.Errorf("%d attempts ended, and the log has %d", len(got), count(log, "the receiver is away"))
		}
		time.Sleep(time.Minute)
		if got := len(to.attempts("partition")); got != 4 && got != 5 { // 10 s each, and 1, 2, 4, 8 s between
			t.Errorf("%d attempts in 70 seconds", got)
		}
		_ = d.stop()
	})
}

func TestARefusedMessageHoldsItsLaneAlone(t *testing.T) {
	for _, status := range []int{400, 401, 410, 302, 304} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := refuses(t, status, 5*time.Minute); got < 8 || got > 11 {
					t.Errorf("%d attempts in five minutes", got)
				}
			})
		})
	}
	t.Run("for hours", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if got := refuses(t, 400, 5*time.Hour); got < 15 || got > 19 {
				t.Errorf("%d attempts in five hours", got)
			}
		})
	})
}

// refuses has the second message of a partition refused for some time, which holds that partition and no
// other, until it is taken. It returns how often the message was tried meanwhile.
func refuses(t *testing.T, status int, long time.Duration) int {
	store, log := &memory{}, &testkit.Log{}
	taken := time.Now().Add(long)
	to := &receiver{t: t, answer: func(_ *http.Request, s stored) (int, http.Header) {
		if s.Partition == "bad" && s.N == 1 && time.Now().Before(taken) {
			return status, http.Header{"Location": {"https://elsewhere.example.com/\x00"}}
		}
		return 200, nil
	}}
	publish(store, "bad", 0, 3)
	publish(store, "good", 0, 99)
	c := config(store, to)
	c.Log = log.Logger()
	d := start(t, c)
	synctest.Wait()
	to.inOrder("good", 99)
	to.inOrder("bad", 0)
	time.Sleep(time.Until(taken))
	attempts := to.attempts("bad")[1:]
	for n := 1; n < len(attempts); n++ {
		want := min(time.Second<<min(n-1, 20), time.Hour)
		// Besides the delay a look can take a second.
		if gap := attempts[n].At.Sub(attempts[n-1].At); gap < want*3/4 || gap > want+time.Second {
			t.Errorf("attempt %d came after %v, want about %v", n+1, gap, want)
		}
	}
	if got := count(log, `"id":"evt_bad_1"`); got != len(attempts) {
		t.Errorf("the log tells of %d of %d", got, len(attempts))
	}
	time.Sleep(min(long, time.Hour) + time.Minute)
	to.inOrder("bad", 3)
	stopped(t, d)
	return len(attempts)
}

func TestAMessageThatCantBeReadHoldsItsLaneAlone(t *testing.T) {
	for name, text := range map[string]string{"no JSON": "{", "an id that can't be sent": `{"Partition":"a b"}`} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, log := &memory{}, &testkit.Log{}
				to := &receiver{t: t, answer: ok}
				store.publish("bad", []byte(text), time.Now())
				publish(store, "bad", 0, 0)
				publish(store, "good", 0, 9)
				c := config(store, to)
				c.Log = log.Logger()
				d := start(t, c)
				time.Sleep(time.Minute)
				to.inOrder("good", 9)
				if got := len(to.attempts("bad")); got != 0 {
					t.Errorf("%d attempts behind it", got)
				}
				if got := count(log, `"partition":"bad","position":"1"`); got < 6 || got > 8 {
					t.Errorf("the log tells of it %d times in a minute", got)
				}
				left, err := store.Next(t.Context(), "bad", 10)
				if len(left) != 2 || err != nil {
					t.Errorf("%d messages are left, error %v", len(left), err)
				}
				stopped(t, d)
			})
		})
	}
}

// A message on which the receiver fails holds the others for a second at a time, more and more
// seldom.
func TestAMessageThatBreaksTheReceiverHoldsUpNobodyForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{}
		to := &receiver{t: t, answer: func(_ *http.Request, s stored) (int, http.Header) {
			if s.Partition == "bad" {
				return 500, nil
			}
			return 200, nil
		}}
		publish(store, "bad", 0, 0)
		d := start(t, config(store, to))
		for n := range 600 {
			publish(store, fmt.Sprint("partition", n%7), n/7, n/7)
			d.Wake()
			time.Sleep(time.Second)
		}
		time.Sleep(3 * time.Second)
		for n := range 7 {
			to.inOrder(fmt.Sprint("partition", n), 599/7-boolean(n > 599%7))
		}
		if got := len(to.attempts("bad")); got < 8 || got > 14 {
			t.Errorf("%d attempts at it in ten minutes", got)
		}
		for _, g := range to.attempts("") {
			if wait := g.At.Sub(g.stored.At); g.Partition != "bad" && wait > 3*time.Second {
				t.Errorf("%s waited for %v", g.id(), wait)
			}
		}
		stopped(t, d)
	})
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestOrderHoldsUnderAnyFailures(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &memory{}
				to := &receiver{t: t, answer: func(r *http.Request, s stored) (int, http.Header) {
					random := rand.New(rand.NewPCG(seed, uint64(time.Now().UnixNano())+uint64(s.N)))
					time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
					statuses := []int{200, 200, 200, 200, 200, 200, 204, 503, 400, 0}
					return statuses[random.IntN(len(statuses))], nil
				}}
				one, two := start(t, config(store, to)), start(t, config(store, to))
				for n := range 20 {
					for partition := range 5 {
						publish(store, fmt.Sprint("partition", partition), n, n)
					}
					two.Wake()
					time.Sleep(time.Second)
				}
				time.Sleep(15 * time.Minute)
				for partition := range 5 {
					to.inOrder(fmt.Sprint("partition", partition), 19)
				}
				check.Is(t, errors.Join(one.stop(), two.stop()), nil)
			})
		})
	}
}

package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// putOld stores a call of one turn as the release before does.
func putOld(t *testing.T, s *redistest.Server, expires time.Time) {
	t.Helper()
	client := raw(t, s)
	client.Del(t.Context(), ours[0])
	err := client.HSet(t.Context(), ours[0], "v", "1", "next", "1", "state", "state 0", "expires", expires.UnixMilli(),
		"claim", "0 h", "until", "0", "kept", expires.UnixMilli(), "a:0", "answer 0").Err()
	check.OK(t, err)
}

// A call that a server of the release before began goes on as one that this release's can go on with, and
// has all its answers.
func TestCallsOfTheReleaseBeforeStayTheirs(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		for _, calls := range []redisstore.Calls{open(t, s.URL()).Calls(), open(t, s.URL()).CallsInTime()} {
			putOld(t, s, now.Add(time.Hour))
			claim := ivr.Claim{Call: "CA1", Turn: 1, Holder: "h1", Now: now, Until: now.Add(time.Second)}
			begun, err := calls.Begin(t.Context(), claim)
			if err != nil || begun.Status != ivr.Claimed || string(begun.State) != "state 0" || !begun.Old {
				t.Fatalf("%+v, %v", begun, err)
			}
			commit := ivr.Commit{Call: "CA1", Turn: 1, Holder: "h1", State: []byte("state 1"), Answer: []byte("answer 1"),
				Now: now, Expires: now.Add(time.Hour)}
			if err := calls.Commit(t.Context(), commit); !errors.Is(err, ivr.ErrOvertaken) {
				t.Errorf("in this release's way: %v", err)
			}
			commit.Old = true
			for range 2 {
				if err := calls.Commit(t.Context(), commit); err != nil {
					t.Error(err)
				}
			}
			fields := raw(t, s).HGetAll(t.Context(), ours[0]).Val()
			if fields["next"] != "2" || fields["state"] != "state 1" || fields["a:1"] != "answer 1" || fields["v"] != "1" {
				t.Errorf("stored: %q", fields)
			}
			for turn, answer := range []string{"answer 0", "answer 1"} {
				begun, err := calls.Begin(t.Context(), ivr.Claim{Call: "CA1", Turn: turn, Now: now})
				if err != nil || begun.Status != ivr.Answered || begun.Turn != turn || string(begun.Answer) != answer {
					t.Errorf("turn %d: %+v, %v", turn, begun, err)
				}
			}
		}
	})
}

// A call of the release before that is forgotten, or lost in part, begins anew as this release keeps it.
func TestCallsOfTheReleaseBeforeAreForgotten(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		putOld(t, s, now)
		check.OK(t, takeTurn(open(t, s.URL()).Calls(), "CA1", 1))
		if kind := raw(t, s).Type(t.Context(), ours[0]).Val(); kind != "string" {
			t.Errorf("it is a %s", kind)
		}
	})
}

// A turn of a call that is kept no more as the release before did has one server at work on it, not two: what
// the first has claimed or committed meanwhile stands.
func TestCallsOfTheReleaseBeforeAreBegunOnce(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		for _, done := range []bool{false, true} {
			client := raw(t, s)
			client.Del(t.Context(), ours[0])
			check.OK(t, client.HSet(t.Context(), ours[0], "v", "1", "next", "0", "claim", "0 dead", "until", "1").Err())
			first, second := open(t, s.URL()).Calls(), open(t, s.URL()).Calls()
			claim := ivr.Claim{Call: "CA1", Holder: "second", Now: now, Until: now.Add(time.Second)}
			begun, err := second.BeginOver(t.Context(), claim, func() {
				theirs := claim
				theirs.Holder = "h"
				begun, err := first.Begin(t.Context(), theirs)
				if err != nil || begun.Status != ivr.Claimed {
					t.Fatalf("the first: %+v, %v", begun, err)
				}
				if done {
					commit(t, first)
				}
			})
			if err != nil || begun.Status != ivr.InProgress {
				t.Errorf("committed %t: the second: %+v, %v", done, begun, err)
			}
			if !done {
				commit(t, first)
			}
			begun, err = second.Begin(t.Context(), claim)
			if err != nil || begun.Status != ivr.Answered || string(begun.Answer) != "answer 0" {
				t.Errorf("committed %t: later the second: %+v, %v", done, begun, err)
			}
		}
	})
}

// commit commits the first turn of a call for h.
func commit(t *testing.T, calls redisstore.Calls) {
	t.Helper()
	err := calls.Commit(t.Context(), ivr.Commit{Call: "CA1", Holder: "h", State: []byte("state 0"), Answer: []byte("answer 0"),
		Now: now, Expires: now.Add(time.Hour)})
	if err != nil {
		t.Error(err)
	}
}

// A call takes no more than 600 bytes in Redis, with a state and an answer as they are sealed.
func TestCallsAreSmall(t *testing.T) {
	s := redistest.Start(t)
	calls, client := open(t, s.URL()).Calls(), raw(t, s)
	const id = "CA0123456789abcdef0123456789abcdef"
	for turn := range 100 {
		holder := "0123456789abcdef0123456789abcdef"
		if _, err := calls.Begin(t.Context(), ivr.Claim{Call: id, Turn: turn, Holder: holder, Now: now, Until: now.Add(time.Second)}); err != nil {
			t.Fatal(err)
		}
		err := calls.Commit(context.Background(), ivr.Commit{Call: id, Turn: turn, Holder: holder,
			State: bytes.Repeat([]byte{'s'}, 180), Answer: bytes.Repeat([]byte{'a'}, 190), Now: now, Expires: now.Add(time.Hour)})
		check.OK(t, err)
	}
	if size := client.MemoryUsage(t.Context(), "uc:call:{"+id+"}").Val(); size == 0 || size > 600 {
		t.Errorf("%d bytes", size)
	}
}

// TestTortureLanesLeaveRoomForCalls has a Redis that gives no answer on connections on which partitions of the
// outbox are released, 200 of them at once: the turns of calls, on a pool of ten, go on.
func TestTortureLanesLeaveRoomForCalls(t *testing.T) {
	t.Parallel()
	const partitions, holder = 200, "slow"
	turns, server := torture.Times(50, 2000), redistest.Start(t)
	fast := open(t, server.URL())
	for n := range partitions {
		check.OK(t, fast.Announce(t.Context(), fmt.Sprintf("+1612%07d", n), now))
	}
	claimed, err := fast.Outbox().Claim(t.Context(), holder, now, now.Add(time.Minute), partitions)
	if err != nil || len(claimed) != partitions {
		t.Fatalf("%d partitions are claimed: %v", len(claimed), err)
	}

	slow := startSlow(t, server.Addr(), "claimed "+holder)
	db := open(t, strings.Replace(server.URL(), server.Addr(), slow.address, 1)+"?pool_size=10")
	var releasing sync.WaitGroup
	for n, partition := range claimed {
		releasing.Go(func() {
			if err := db.Outbox().Release(t.Context(), partition, holder, now, now.Add(time.Hour)); err != nil {
				t.Error(err)
			}
		})
		if n < 10 { // each by itself, so that they take as many connections as they may
			select {
			case <-slow.held:
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	taken, calls, lines := 0, db.Calls(), db.Lines()
	for ; taken < turns && err == nil; taken++ {
		call := fmt.Sprint("CA", taken)
		if _, err = calls.Begin(t.Context(), ivr.Claim{Call: call, Holder: "h", Now: now, Until: now.Add(time.Second)}); err == nil {
			err = calls.Commit(t.Context(), ivr.Commit{Call: call, Holder: "h", Now: now, Expires: now.Add(time.Hour)})
		}
		if err == nil { // alone on a connection
			err = lines.Append(t.Context(), number, pins.Record{At: now, Event: pins.NoticeUndelivered})
		}
	}
	dead := turns - taken
	if err != nil {
		dead++
		t.Log(err)
	}
	close(slow.answers)
	releasing.Wait()
	torture.Report(t, "turns while partitions wait for Redis", "single", torture.Counts{torture.Operations: turns, torture.Dead: dead})
}

// slow is a way to a Redis on which answers are held back once a connection has carried some text.
type slow struct {
	address string
	held    chan struct{} // receives for each connection whose answers are
	answers chan struct{} // closed to let go of them
}

func startSlow(t *testing.T, backend, text string) *slow {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check.OK(t, err)
	s := &slow{address: listener.Addr().String(), held: make(chan struct{}, 1000), answers: make(chan struct{})}
	var carrying sync.WaitGroup
	carrying.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			carrying.Go(func() { s.carry(client, backend, text) })
		}
	})
	t.Cleanup(func() { listener.Close(); carrying.Wait() })
	return s
}

// carry carries what is said on one connection, until the client closes it.
func (s *slow) carry(client net.Conn, backend, text string) {
	defer client.Close()
	server, err := net.Dial("tcp", backend)
	if err != nil {
		return
	}
	spoken := make(chan struct{}) // closed when the text was
	var answering sync.WaitGroup
	answering.Go(func() {
		buffer := make([]byte, 1<<16)
		for {
			n, err := server.Read(buffer)
			select {
			case <-spoken:
				<-s.answers
			default:
			}
			if _, failed := client.Write(buffer[:n]); err != nil || failed != nil {
				return
			}
		}
	})
	_, _ = io.Copy(server, &listening{Reader: client, text: []byte(text), hears: sync.OnceFunc(func() { close(spoken); s.held <- struct{}{} })})
	server.Close()
	answering.Wait()
}

// listening reads, and tells of a text that it has read.
type listening struct {
	io.Reader
	text, last []byte
	hears      func()
}

// Read implements [io.Reader].
func (l *listening) Read(b []byte) (int, error) {
	n, err := l.Reader.Read(b)
	if l.last = append(l.last, b[:n]...); bytes.Contains(l.last, l.text) {
		l.hears()
	}
	l.last = l.last[max(len(l.last)-len(l.text), 0):]
	return n, err
}

package redisstore_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
	"updatecenter/pins"
)

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

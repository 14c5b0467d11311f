package mailqueue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/agents"
	"updatecenter/internal/logtest"
	"updatecenter/internal/mailqueue"
	"updatecenter/internal/secret"
)

// server is a mail server that does as it is told, and remembers when it was asked.
type server struct {
	start time.Time
	slow  time.Duration // how long it takes over a message, unless the context ends

	mu     sync.Mutex
	fail   func(message agents.Message) error // nil: it takes everything
	asked  []string                           // "agent at 2s", by when
	took   []agents.UserName
	atOnce int
}

// Mail implements [agents.Mailer].
func (s *server) Mail(ctx context.Context, message agents.Message) error {
	s.begin(message)
	defer s.end()
	select {
	case <-time.After(s.slow):
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(message); err != nil {
			return err
		}
	}
	s.took = append(s.took, message.Name)
	return nil
}

func (s *server) begin(message agents.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, fmt.Sprintf("%s at %v", message.Name, time.Since(s.start)))
	if s.atOnce++; s.atOnce > 1 {
		panic("two e-mails at once")
	}
}

func (s *server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.atOnce--
}

// set changes what the server does.
func (s *server) set(fail func(agents.Message) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

func (s *server) askedFor() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *server) taken() []agents.UserName {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.took)
}

// logBook is a log that a test reads.
type logBook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func code(name agents.UserName) agents.Message {
	return agents.Message{
		Kind: agents.SignInCode, To: string(name) + "@example.com", FullName: "Ann Olson", Name: name, Code: secret.New("604718"),
	}
}

// finalError is one that trying again does not help.
type finalError struct{}

func (finalError) Error() string { return "no such mailbox" }
func (finalError) Final() bool   { return true }

var errAway = errors.New("the mail server is away")

func away(agents.Message) error { return errAway }

// run runs a test with a queue, by a clock that goes on by itself. It checks at the end that the
// log tells nothing.
func run(t *testing.T, s *server, most int, test func(t *testing.T, q *mailqueue.Queue, stop func(), log *logBook)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s.start = time.Now()
		log := &logBook{}
		q := mailqueue.New(mailqueue.Config{
			Mailer: s, Most: most, Log: slog.New(slog.NewTextHandler(log, logtest.Untimed())),
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); q.Run(ctx) }()
		stop := func() { cancel(); <-done }
		defer stop()
		test(t, q, stop, log)
		stop()
		for _, hidden := range []string{"604718", "@example.com", "Olson"} {
			if strings.Contains(log.String(), hidden) {
				t.Errorf("the log tells %q:\n%s", hidden, log)
			}
		}
	})
}

func give(t *testing.T, q *mailqueue.Queue, names ...agents.UserName) {
	t.Helper()
	for _, name := range names {
		start := time.Now()
		if err := q.Mail(t.Context(), code(name)); err != nil || time.Since(start) != 0 {
			t.Errorf("Mail: %v after %v", err, time.Since(start))
		}
	}
}

func want[T comparable](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestMailIsSentInItsOrder(t *testing.T) {
	s := &server{slow: 4 * time.Second}
	run(t, s, 0, func(t *testing.T, q *mailqueue.Queue, _ func(), _ *logBook) {
		give(t, q, "ann", "bob", "cid")
		time.Sleep(time.Minute)
		want(t, "asked", s.askedFor(), "ann at 0s", "bob at 4s", "cid at 8s")
		give(t, q, "dan")
		time.Sleep(time.Minute)
		want(t, "taken", s.taken(), "ann", "bob", "cid", "dan")
	})
}

func TestMailIsTriedAgainAndDropped(t *testing.T) {
	s := &server{fail: away}
	run(t, s, 0, func(t *testing.T, q *mailqueue.Queue, _ func(), log *logBook) {
		give(t, q, "ann")
		time.Sleep(time.Hour)
		want(t, "asked", s.askedFor(), "ann at 0s", "ann at 2s", "ann at 12s", "ann at 1m12s", "ann at 2m12s", "ann at 3m12s", "ann at 4m12s")
		if text := log.String(); strings.Count(text, "tried again") != 6 || strings.Count(text, "was dropped") != 1 ||
			!strings.Contains(text, "kind=sign-in-code agent=ann tries=7 cause=\"the mail server is away\"") {
			t.Errorf("the log is\n%s", text)
		}
	})
}

func TestMailComesOnceTheServerIsBack(t *testing.T) {
	s := &server{fail: away}
	run(t, s, 0, func(t *testing.T, q *mailqueue.Queue, _ func(), log *logBook) {
		give(t, q, "ann")
		time.Sleep(5 * time.Second)
		s.set(nil)
		time.Sleep(10 * time.Second)
		want(t, "taken", s.taken(), "ann")
		if strings.Contains(log.String(), "dropped") {
			t.Errorf("the log is\n%s", log)
		}
	})
}

// TestABadAddressHoldsNobodyUp, whether it is refused for good or for now.
func TestABadAddressHoldsNobodyUp(t *testing.T) {
	for name, refusal := range map[string]error{"for good": fmt.Errorf("send: %w", finalError{}), "for now": errAway} {
		t.Run(name, func(t *testing.T) {
			s := &server{fail: func(m agents.Message) error {
				if m.Name == "bob" {
					return refusal
				}
				return nil
			}}
			run(t, s, 0, func(t *testing.T, q *mailqueue.Queue, _ func(), _ *logBook) {
				give(t, q, "ann", "bob", "cid")
				time.Sleep(time.Second)
				want(t, "taken", s.taken(), "ann", "cid")
				time.Sleep(time.Hour)
				if tries := len(s.askedFor()) - 2; (name == "for good") != (tries == 1) {
					t.Errorf("bob's was tried %d times", tries)
				}
			})
		})
	}
}

// TestAServerThatHangs is given up, and does not hold up the next e-mail for ever.
func TestAServerThatHangs(t *testing.T) {
	s := &server{slow: time.Hour}
	run(t, s, 0, func(t *testing.T, q *mailqueue.Queue, _ func(), _ *logBook) {
		give(t, q, "ann", "bob")
		time.Sleep(40 * time.Second)
		want(t, "asked", s.askedFor(), "ann at 0s", "bob at 30s")
	})
}

func TestMailIsRefusedWhenTooManyWait(t *testing.T) {
	s := &server{slow: time.Second}
	run(t, s, 3, func(t *testing.T, q *mailqueue.Queue, _ func(), log *logBook) {
		give(t, q, "ann")
		synctest.Wait() // it is being sent, and waits no more
		give(t, q, "bob", "cid", "dan")
		if err := q.Mail(t.Context(), code("eve")); !errors.Is(err, mailqueue.ErrFull) {
			t.Errorf("Mail: %v", err)
		}
		if !strings.Contains(log.String(), "level=ERROR msg=\"an e-mail to an agent was not taken\" kind=sign-in-code agent=eve") {
			t.Errorf("the log is\n%s", log)
		}
		time.Sleep(10 * time.Second)
		want(t, "taken", s.taken(), "ann", "bob", "cid", "dan")
		give(t, q, "eve")
	})
}

func TestStoppingSendsWhatWaits(t *testing.T) {
	s := &server{fail: away}
	run(t, s, 0, func(t *testing.T, q *mailqueue.Queue, stop func(), _ *logBook) {
		give(t, q, "ann", "bob")
		time.Sleep(time.Second)
		s.set(nil) // both wait for their second try by now
		start := time.Now()
		stop()
		want(t, "taken", s.taken(), "ann", "bob")
		if took := time.Since(start); took != 0 {
			t.Errorf("stopping took %v", took)
		}
		if err := q.Mail(t.Context(), code("cid")); !errors.Is(err, mailqueue.ErrStopped) {
			t.Errorf("Mail: %v", err)
		}
	})
}

func TestStoppingTakesFiveSecondsAtMost(t *testing.T) {
	s := &server{slow: 3 * time.Second}
	run(t, s, 0, func(t *testing.T, q *mailqueue.Queue, stop func(), log *logBook) {
		give(t, q, "ann", "bob", "cid")
		time.Sleep(time.Second)
		start := time.Now()
		stop() // while ann's is being sent, which starts over
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("stopping took %v", took)
		}
		want(t, "taken", s.taken(), "bob")
		if dropped := strings.Count(log.String(), "was dropped"); dropped != 2 {
			t.Errorf("%d were dropped:\n%s", dropped, log)
		}
	})
}

// TestManyAtOnce gives e-mails from many goroutines, and loses none.
func TestManyAtOnce(t *testing.T) {
	s := &server{}
	run(t, s, 1000, func(t *testing.T, q *mailqueue.Queue, stop func(), _ *logBook) {
		var group sync.WaitGroup
		for i := range 100 {
			group.Go(func() { give(t, q, agents.UserName(fmt.Sprintf("agent%d", i))) })
		}
		group.Wait()
		stop()
		if took := s.taken(); len(took) != 100 {
			t.Errorf("%d were taken", len(took))
		}
	})
}

// printer prints instead of sending.
type printer struct{}

func (printer) Mail(_ context.Context, message agents.Message) error {
	fmt.Println(message.Kind, "to", message.Name)
	return nil
}

func Example() {
	queue := mailqueue.New(mailqueue.Config{Mailer: printer{}})
	ctx, stop := context.WithCancel(context.Background())
	if err := queue.Mail(ctx, agents.Message{Kind: agents.SignInCode, Name: "ann"}); err != nil {
		fmt.Println(err)
	}
	stop()
	queue.Run(ctx) // sends what waits, and returns as the context has ended
	// Output: sign-in-code to ann
}

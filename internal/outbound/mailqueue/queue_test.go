package mailqueue_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/agents"
	"updatecenter/internal/logtest"
	"updatecenter/internal/outbound/mailqueue"
	"updatecenter/internal/queue"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
)

// code is a message with a code.
func code(name agents.UserName) agents.Message {
	return agents.Message{
		Kind: agents.SignInCode, To: string(name) + "@example.com", FullName: "Ann Olson", Name: name,
		Code: secret.New("604718"), On: time.Date(2026, time.March, 1, 12, 10, 0, 0, time.UTC),
	}
}

// tasks keep what is queued, in memory.
type tasks struct {
	put []queue.Task
	err error
}

func (q *tasks) Put(_ context.Context, task queue.Task) error {
	q.put = append(q.put, task)
	return q.err
}

func (q *tasks) Count(context.Context, ...queue.Name) (map[queue.Name]queue.Counts, error) {
	return map[queue.Name]queue.Counts{queue.AgentMail: {Due: int64(len(q.put))}}, nil
}

var (
	errAway  = errors.New("the mail server is away")
	errRedis = errors.New("redis is away")
)

type finalError struct{}

func (finalError) Error() string { return "no such mailbox" }
func (finalError) Final() bool   { return true }

// fixture is a world with a queue of e-mails, which its mailer sends.
type fixture struct {
	*testkit.World
	mails  *mailqueue.Queue
	tasks  tasks
	config mailqueue.Config
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{World: testkit.New(t)}
	f.config = mailqueue.Config{Tasks: &f.tasks, Keys: f.Keys, Mailer: f.Mail, Most: 3, Now: f.Now, Log: f.Log.Logger()}
	f.mails = mailqueue.New(f.config)
	t.Cleanup(func() { logtest.Hides(t, "the log", f.Log.String(), "604718", "@example.com", "Olson") })
	return f
}

// run runs the newest task after so many failures.
func (f *fixture) run(t *testing.T, failures int) error {
	t.Helper()
	task := f.tasks.put[len(f.tasks.put)-1]
	return f.mails.Worker().Run(t.Context(), queue.Stored{ID: task.ID, Payload: task.Payload, Failures: failures})
}

// take has a message taken.
func (f *fixture) take(t *testing.T, message agents.Message) {
	t.Helper()
	check.OK(t, f.mails.Mail(t.Context(), message))
}

// again checks that a task is to be run again, as one that has failed.
func again(t *testing.T, err error, want queue.RetryError) {
	t.Helper()
	if got, is := errors.AsType[*queue.RetryError](err); !is || *got != want {
		t.Errorf("%v: %+v, want %+v", err, got, want)
	}
}

// unread is what becomes of a task that can't be opened.
var unread = queue.RetryError{After: 10 * time.Second, Failed: true, Most: 40}

func TestWhatWaitsIsSealed(t *testing.T) {
	f := newFixture(t)
	f.take(t, code("ann"))
	waits, want := f.tasks.put[0], code("ann")
	check.Same(t, waits.Queue, queue.AgentMail)
	logtest.Hides(t, "the task", waits.ID+string(waits.Payload), "604718", `"ann"`, "example.com", "Olson", "sign-in")
	want.Date = f.Now() // when it was taken, each time, so that a double can be known
	f.Pass(time.Minute)
	for range 2 {
		check.OK(t, f.run(t, 0))
		check.Same(t, f.Mail.Last(t), want, cmp.Comparer(secret.Text.Equal))
	}
	again(t, f.mails.Worker().Run(t.Context(), queue.Stored{ID: "another", Payload: waits.Payload}), unread)
}

// TestKeysChange while e-mails wait: an old key still opens, and a server that hasn't the new one yet
// leaves them to others.
func TestKeysChange(t *testing.T) {
	f := newFixture(t)
	f.take(t, code("ann"))
	f.config.Keys = testkit.Keys("2026b", "2026a")
	f.mails = mailqueue.New(f.config)
	check.OK(t, f.run(t, 0))
	f.take(t, code("bob"))
	f.config.Keys = f.Keys
	f.mails = mailqueue.New(f.config)
	again(t, f.run(t, 0), unread)
}

func TestWhatBecomesOfAnEmail(t *testing.T) {
	for what, test := range map[string]struct {
		err      error
		later    time.Duration
		failures int
		want     error
	}{
		"sent":         {nil, 0, 0, nil},
		"away":         {errAway, 0, 0, &queue.RetryError{After: 2 * time.Second, Failed: true, Most: 40}},
		"away again":   {errAway, 0, 1, &queue.RetryError{After: 10 * time.Second, Failed: true, Most: 40}},
		"still away":   {errAway, 3 * time.Minute, 5, &queue.RetryError{After: time.Minute, Failed: true, Most: 40}},
		"for too long": {errAway, 4*time.Minute + time.Second, 6, queue.ErrDropped},
		"refused":      {fmt.Errorf("send: %w", finalError{}), 0, 0, queue.ErrDropped},
		"in time":      {nil, 5 * time.Minute, 0, nil},
		"too late":     {nil, 5*time.Minute + time.Second, 0, queue.ErrDropped},
	} {
		t.Run(what, func(t *testing.T) {
			f := newFixture(t)
			f.take(t, code("ann"))
			f.Pass(test.later)
			f.Calls.Fail("Mail", test.err)
			err := f.run(t, test.failures)
			if want, is := errors.AsType[*queue.RetryError](test.want); is {
				again(t, err, *want)
			} else {
				check.Is(t, err, test.want)
			}
			if sent := len(f.Mail.All()) == 1; sent != (test.want == nil) {
				t.Errorf("sent: %t", sent)
			}
			dropped := strings.Contains(f.Log.String(), `was dropped","kind":"sign-in-code","agent":"ann","cause":`)
			if dropped != errors.Is(err, queue.ErrDropped) {
				t.Errorf("the log is\n%s", f.Log)
			}
		})
	}
}

// TestWhoHasNoAddressTakesAsLong: an e-mail to nobody takes the same steps, and is not sent.
func TestWhoHasNoAddressTakesAsLong(t *testing.T) {
	f := newFixture(t)
	f.take(t, agents.Message{Kind: agents.Locked})
	check.OK(t, f.run(t, 0))
	check.Same(t, []int{len(f.tasks.put), len(f.Mail.All())}, []int{1, 0})
}

func TestWhatIsNotTaken(t *testing.T) {
	f := newFixture(t)
	long := code("ann")
	long.Detail = strings.Repeat("x", 16<<10)
	check.Is(t, f.mails.Mail(t.Context(), long), mailqueue.ErrTooLong)
	for range 3 {
		f.take(t, code("ann"))
	}
	check.Is(t, f.mails.Mail(t.Context(), code("eve")), mailqueue.ErrFull)
	f.tasks = tasks{err: errRedis}
	check.Is(t, f.mails.Mail(t.Context(), code("eve")), errRedis)
	if n := strings.Count(f.Log.String(), `"level":"ERROR","msg":"an e-mail to an agent was not taken","kind":"sign-in-code","agent":`); n != 3 {
		t.Errorf("the log is\n%s", f.Log)
	}
}

func TestWhatIsInTheQueue(t *testing.T) {
	f := newFixture(t)
	for _, payload := range []string{`{`, `{"v":1}`, `{"v":2}`} { // the last is of a newer release
		again(t, f.mails.Worker().Run(t.Context(), queue.Stored{ID: "a", Payload: []byte(payload)}), unread)
	}
}

// printer prints instead of sending.
type printer struct{}

func (printer) Mail(_ context.Context, message agents.Message) error {
	fmt.Println(message.Kind, "to", message.Name)
	return nil
}

func Example() {
	waiting := &tasks{} // a *queue.Queue
	mails := mailqueue.New(mailqueue.Config{Tasks: waiting, Keys: testkit.Keys("2026a"), Mailer: printer{}})
	ctx := context.Background()
	if err := mails.Mail(ctx, agents.Message{Kind: agents.SignInCode, To: "ann@example.com", Name: "ann"}); err != nil {
		fmt.Println(err)
	}
	for task := range slices.Values(waiting.put) { // on whichever server runs the worker
		if err := mails.Worker().Run(ctx, queue.Stored{ID: task.ID, Payload: task.Payload}); err != nil {
			fmt.Println(err)
		}
	}
	// Output: sign-in-code to ann
}

// childRedis and childMail name the variables that make a server of the test's own program: where its
// Redis is, and its mail server.
const childRedis, childMail = "MAILQUEUE_TEST_REDIS", "MAILQUEUE_TEST_MAIL"

func TestMain(m *testing.M) {
	if url := os.Getenv(childRedis); url != "" {
		serveMails(url)
		return
	}
	os.Exit(m.Run())
}

// serveMails is a server that takes e-mails, says of each when it is taken, and sends them.
func serveMails(url string) {
	mails, q := mailsAt(url, postMail(os.Getenv(childMail)))
	ctx := context.Background()
	go func() { _ = q.Run(ctx, mails.Worker()) }()
	for n := 0; ; n++ {
		name := agents.UserName(fmt.Sprintf("%d-%d", os.Getpid(), n))
		if mails.Mail(ctx, code(name)) == nil {
			fmt.Println(name)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// mailsAt is what a server has, whose Redis is at a URL.
func mailsAt(url string, mailer agents.Mailer) (*mailqueue.Queue, *queue.Queue) {
	options, err := redis.ParseURL(url)
	if err != nil {
		panic(err)
	}
	q := queue.New(queue.Config{Client: redis.NewClient(options)})
	return mailqueue.New(mailqueue.Config{Tasks: q, Keys: testkit.Keys("2026a"), Mailer: mailer, Most: 100_000}), q
}

// postMail sends an e-mail to whom a test serves.
type postMail string

func (p postMail) Mail(ctx context.Context, message agents.Message) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, string(p)+"/"+string(message.Name), http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// postOffice is a mail server, which counts.
type postOffice struct {
	mu   sync.Mutex
	took map[string]int
}

func (p *postOffice) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took[r.URL.Path[1:]]++
}

// missing are those that were taken over, and not sent.
func (p *postOffice) missing(taken []string) (missing, twice int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range taken {
		switch p.took[name] {
		case 0:
			missing++
		case 1:
		default:
			twice++
		}
	}
	return missing, twice
}

// TestTortureKilledServersLoseNoEmail kills servers, by SIGKILL, while they take e-mails over and send
// them: between a request and the sending, and in the middle of the sending. In the end every e-mail
// that was taken over has been sent; what was being sent at a kill may come twice.
func TestTortureKilledServersLoseNoEmail(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	office := &postOffice{took: map[string]int{}}
	server := httptest.NewServer(office)
	t.Cleanup(server.Close)
	kills, taken := torture.Times(5, 60), []string{}
	for range kills {
		taken = append(taken, takeAndDie(t, s.DirectURL(), server.URL, 10+rand.IntN(20))...)
	}
	left, _ := office.missing(taken)
	if left == 0 {
		t.Errorf("%d e-mails waited after %d kills: this shows nothing", left, kills)
	}
	interrupted := expireLeases(t, s.DirectURL())
	mails, q := mailsAt(s.DirectURL(), postMail(server.URL))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- q.Run(ctx, mails.Worker()) }()
	lost, twice := left, 0
	for deadline := time.Now().Add(2 * time.Minute); lost > 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		lost, twice = office.missing(taken)
	}
	stop()
	check.Is(t, <-done, nil)
	t.Logf("%d e-mails waited after %d kills, %d of them being sent; %d came twice", left, kills, interrupted, twice)
	if most := kills * mails.Worker().AtOnce; twice > most {
		t.Errorf("%d came twice, and %d at most were being sent at a kill", twice, most)
	}
	torture.Report(t, "servers killed with e-mails to agents", "single", torture.Counts{
		torture.Operations: len(taken), torture.Kills: kills, torture.Lost: lost,
	})
}

// takeAndDie has a server take over so many e-mails, and kills it. It returns what was taken.
func takeAndDie(t *testing.T, redisURL, mailURL string, n int) (taken []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childRedis+"="+redisURL, childMail+"="+mailURL)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	check.OK(t, err)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if taken = append(taken, lines.Text()); len(taken) == n {
			_ = child.Process.Kill() // what it says until it is dead is read too
		}
	}
	_ = child.Wait()
	return taken
}

// expireLeases has the time pass after which others take over what killed servers were at.
func expireLeases(t *testing.T, url string) (interrupted int64) {
	t.Helper()
	options, err := redis.ParseURL(url)
	check.OK(t, err)
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	const key = "asynq:{" + string(queue.AgentMail) + "}:lease"
	leases, err := client.ZRange(t.Context(), key, 0, -1).Result()
	for _, task := range leases {
		err = client.ZAdd(t.Context(), key, redis.Z{Score: float64(time.Now().Add(-time.Minute).Unix()), Member: task}).Err()
	}
	check.OK(t, err)
	return int64(len(leases))
}

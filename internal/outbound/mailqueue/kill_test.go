package mailqueue_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/agents"
	"updatecenter/internal/outbound/mailqueue"
	"updatecenter/internal/queue"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
)

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

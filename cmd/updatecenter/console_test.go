package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/redistest"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/wrap"
)

// newSupportOf prepares what agents need, on the app of a stage.
func newSupportOf(t *testing.T, s *stage, mailer agents.Mailer) *support {
	t.Helper()
	o := outside{db: s.db, now: s.clock.Now, hash: cheap, log: s.app.log, mails: mailer}
	return must(newSupport(s.config, o, s.app))(t)
}

func TestWithoutAConsole(t *testing.T) {
	server := redistest.Start(t)
	s := newStage(t, server, func(c *config) { c.consoleSettings = consoleSettings{} })
	h := newSupportOf(t, s, nil)
	if h.desk == nil || h.audit == nil || h.agents != nil || h.console != nil || len(h.jobs())+len(h.workers()) != 0 {
		t.Errorf("prepared %+v", h)
	}
	router := mux.NewRouter()
	h.routes(router)
	if got := ask(router, "/repair/sign-in"); got != http.StatusNotFound {
		t.Errorf("the console answers %d", got)
	}
	// Programs with keys are at the desk nonetheless, and meet its limits.
	h.alert(t.Context(), repair.Alert{What: repair.Resets, Who: repair.Who{Name: "crm/77", Via: repair.ViaAPI}, Line: demoNew, Until: s.clock.Now()})
	if !strings.Contains(s.logs.String(), "crm/77") {
		t.Errorf("nobody is told of a limit:\n%s", s.logs)
	}
}

func ask(handler http.Handler, path string) int {
	code, _ := answerOf(handler, path)
	return code
}

func answerOf(handler http.Handler, path string) (code int, body string) {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "https://repair.test"+path, nil))
	return recorder.Code, recorder.Body.String()
}

func TestWithAConsole(t *testing.T) {
	server := redistest.Start(t)
	chicago := must(time.LoadLocation("America/Chicago"))(t)
	s := newStage(t, server, func(c *config) { c.consoleSettings = consoleSettings{testConsole, chicago} })
	bag := &testkit.Mail{}
	h := newSupportOf(t, s, bag)
	router := mux.NewRouter()
	h.routes(router)
	if got := ask(router, "/repair/sign-in"); got != http.StatusOK {
		t.Errorf("the console answers %d", got)
	}
	for name, role := range map[string]agents.Role{
		"ann": agents.RoleAgent, "sam": agents.Supervisor, "ada": agents.Administrator, "new": agents.Supervisor,
	} {
		settle(t, h, bag, name, role)
	}
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for _, job := range h.jobs() {
		group.Go(func() { job(ctx) })
	}
	group.Go(func() {
		if err := s.app.queue.Run(ctx, h.workers()...); err != nil {
			t.Error(err)
		}
	})
	alert := repair.Alert{What: repair.LookUps, Who: repair.Who{Name: "ann", Via: repair.ViaConsole}, Line: demoNew, Until: s.clock.Now()}
	gone, leave := context.WithCancel(t.Context())
	leave() // who was refused has gone
	h.alert(gone, alert)
	eventually(t, func() bool { return len(bag.Of(agents.LimitAlert)) >= 2 }, "two supervisors are told")
	stop()
	group.Wait()
	told := bag.Of(agents.LimitAlert)
	if len(told) != 2 || !strings.Contains(told[0].Detail, "ann, by the repair console: too many look-ups") ||
		!strings.Contains(told[0].Detail, "612-555-0142") || !strings.Contains(told[0].Detail, "March 1, 2026 at 6:00 AM CST") {
		t.Errorf("supervisors were told %+v", told)
	}
}

// settle invites somebody, and uses the link unless the name is new.
func settle(t *testing.T, h *support, bag *testkit.Mail, name string, role agents.Role) {
	t.Helper()
	by := agents.By{Name: "command line: root", Via: audit.ViaCommandLine}
	must(h.agents.Invite(t.Context(), by, agents.Invitee{Name: name, FullName: "An Agent", Email: name + "@example.com", Role: role}))(t)
	invitations := bag.Of(agents.Invitation) // at once, without the queue
	link := invitations[len(invitations)-1].Link.Reveal()
	if !linkForm.MatchString(link) {
		t.Fatalf("the link is %s", link)
	}
	if name != "new" {
		token := secret.New(link[strings.LastIndex(link, "/")+1:])
		must(h.agents.UseLink(t.Context(), by, token, secret.New("quiet harbor violet ladder")))(t)
	}
}

// TestUnusedProfilesAreSweptHourly warns of a deactivation in time, without anybody's doing.
func TestUnusedProfilesAreSweptHourly(t *testing.T) {
	server := redistest.Start(t)
	s := newStage(t, server, func(c *config) { c.ConsoleURL = testConsole })
	bag := &testkit.Mail{}
	h := newSupportOf(t, s, bag)
	settle(t, h, bag, "ann", agents.RoleAgent)
	s.clock.Advance(5*31*24*time.Hour + time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); h.sweep(ctx) }()
	eventually(t, func() bool { return len(bag.Of(agents.DeactivationSoon)) > 0 }, "somebody is warned")
	stop()
	<-done
}

// TestOnlyMailsThatMayWaitAreQueued: a sign-in must not take the time of an e-mail, and an
// invitation must not be taken for sent before it is.
func TestOnlyMailsThatMayWaitAreQueued(t *testing.T) {
	now, later := &testkit.Mail{}, &testkit.Mail{}
	both := mails{now: now, later: later}
	for kind, waits := range map[agents.MessageKind]bool{
		agents.Invitation: false, agents.DeactivationSoon: false, agents.DeletionSoon: false,
		agents.SignInCode: true, agents.ChangeCode: true, agents.Locked: true, agents.PasswordWasChanged: true, agents.FactorWasChanged: true,
		agents.EmailWasChanged: true, agents.LimitAlert: true,
	} {
		if err := both.Mail(t.Context(), agents.Message{Kind: kind, To: "ann@example.com"}); err != nil {
			t.Error(err)
		}
		if len(later.Of(kind)) == 1 != waits || len(now.Of(kind)) == 1 == waits {
			t.Errorf("%s: sent %d, queued %d", kind, len(now.Of(kind)), len(later.Of(kind)))
		}
	}
}

// hanging is a mail server that never answers.
type hanging struct{}

// Mail implements [agents.Mailer].
func (hanging) Mail(ctx context.Context, _ agents.Message) error {
	<-ctx.Done()
	return ctx.Err()
}

// TestInvitationsDoNotHang: whoever invites has an answer before the server would hang up.
func TestInvitationsDoNotHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := mails{now: hanging{}}.Mail(t.Context(), agents.Message{Kind: agents.Invitation})
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took >= writeTimeout {
			t.Errorf("Mail: %v after %v", err, took)
		}
	})
}

func TestNoMail(t *testing.T) {
	mailer := must(agentMailer(config{}))(t)
	err := mailer.Mail(t.Context(), agents.Message{Kind: agents.SignInCode})
	if !errors.Is(err, errNoMail) || !wrap.IsFinal(err) {
		t.Errorf("Mail: %v", err)
	}
}

// TestSignInIsBoundedInMemory has twenty people try passwords at the same moment, at what a
// password really costs. All at once would take 380 MB; most of them wait instead.
func TestSignInIsBoundedInMemory(t *testing.T) {
	const attempts, most = 20, 256 << 20
	defer debug.SetGCPercent(debug.SetGCPercent(100)) // garbage counts
	s := newStage(t, redistest.StartMini(t), func(c *config) {
		c.ConsoleURL, c.TrustedProxies = testConsole, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	server := must(newApp(s.config, outside{
		db: s.db, now: s.clock.Now, hash: hash.DefaultParams(), queue: s.queue, log: s.app.log, mails: &testkit.Mail{},
	}))(t)
	cookies := make([]string, attempts)
	for i := range cookies {
		answer := postForm(server.handler, i, "/repair/sign-in", "", url.Values{"name": {fmt.Sprintf("nobody%d", i)}})
		cookies[i], _, _ = strings.Cut(answer.Header().Get("Set-Cookie"), ";")
	}
	before, peak, stop := heap(), atomic.Uint64{}, make(chan struct{})
	var watch, group sync.WaitGroup
	watch.Go(func() {
		for ; ; time.Sleep(time.Millisecond) {
			peak.Store(max(peak.Load(), heap()))
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	var judged, sent atomic.Int64
	for i, cookie := range cookies {
		group.Go(func() {
			answer := postForm(server.handler, i, "/repair/sign-in/password", cookie, url.Values{"password": {"not the password at all"}})
			if strings.Contains(answer.Body.String(), "That is not right") {
				judged.Add(1)
			}
			sent.Add(1)
		})
	}
	group.Wait()
	close(stop)
	watch.Wait()
	t.Logf("%d of %d judged; the heap grew from %d to %d MiB", judged.Load(), sent.Load(), before>>20, peak.Load()>>20)
	if judged.Load() < passwordsAtOnce {
		t.Errorf("%d of %d passwords were judged: this shows nothing", judged.Load(), attempts)
	}
	if peak.Load() > before+most {
		t.Errorf("the heap grew from %d to %d MiB", before>>20, peak.Load()>>20)
	}
}

// heap is how much memory live objects and garbage take, in bytes.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// postForm posts a form as somebody's browser does, from an address of their own.
func postForm(handler http.Handler, who int, path, cookie string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, testConsole+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", testConsole)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", who))
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer
}

package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/redistest"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// An outboundCall is a call script of a call that we make, with what is delivered by it, and what
// becomes of that.
type outboundCall struct {
	script string
	want   deliveries.Status
	ask    func(*testing.T, *stage) deliveries.ID // nil: askCode
	change func(*config)
}

var callbacks = []outboundCall{
	{script: "code", want: deliveries.Delivered},
	{script: "code-is-enough", want: deliveries.Delivered},
	{script: "answer-in-words", want: deliveries.Delivered, ask: askAnswer},
	{script: "no-key", want: deliveries.NoticeLeft},
	{script: "leaves-by-star", want: deliveries.NoticeLeft},
	{script: "asks-for-help", want: deliveries.NoticeLeft},
	{script: "help-after-the-code", want: deliveries.Delivered},
	{script: "not-asked-for", want: deliveries.Declined},
	{script: "not-asked-for-after-hearing", want: deliveries.Declined},
	{script: "busy-then-answered", want: deliveries.Delivered},
	{script: "never-answered", want: deliveries.Failed},
	{script: "refused-until-mended", want: deliveries.Delivered},
	{script: "refused-while-busy", want: deliveries.Delivered},
	{script: "refused-number", want: deliveries.Failed},
	{script: "mailbox", want: deliveries.NoticeLeft, change: detect},
	{script: "mailbox-unrecognized", want: deliveries.NoticeLeft},
	{script: "mailbox-unknown-to-the-fallback", want: deliveries.Delivered, change: detect},
	{script: "fax", want: deliveries.Delivered, change: detect},
	{script: "fax-always", want: deliveries.Failed, change: detect},
	{script: "hangs-up", want: deliveries.NoticeLeft},
	{script: "webhooks-repeated", want: deliveries.Delivered},
	{script: "answers-lost", want: deliveries.Delivered},
	{script: "notice", want: deliveries.NoticeLeft, ask: askNotice},
	{script: "notice-left-by-star", want: deliveries.NoticeLeft, ask: askNotice},
	{script: "notice-help", want: deliveries.NoticeLeft, ask: askNotice},
	{script: "notice-to-a-mailbox", want: deliveries.NoticeLeft, ask: askNotice, change: detect},
	{script: "notice-to-a-mailbox-unrecognized", want: deliveries.NoticeLeft, ask: askNotice},
	{script: "validation", want: deliveries.Delivered, ask: askValidation},
	{script: "validation-code-is-enough", want: deliveries.Delivered, ask: askValidation},
	{script: "validation-help-after-the-code", want: deliveries.Delivered, ask: askValidation},
	{script: "validation-no-agent", want: deliveries.Declined, ask: askValidation},
	{script: "validation-for-a-stranger", want: deliveries.Declined, ask: askValidation},
	{script: "validation-no-key", want: deliveries.NoticeLeft, ask: askValidation},
	{script: "validation-leaves-by-star", want: deliveries.NoticeLeft, ask: askValidation},
	{script: "validation-asks-for-help", want: deliveries.NoticeLeft, ask: askValidation},
	{script: "validation-mailbox", want: deliveries.NoticeLeft, ask: askValidation, change: detectAndTell},
	{script: "mailbox-password", want: deliveries.Delivered, ask: askMailbox},
	{script: "mailbox-password-unheard", want: deliveries.NoticeLeft, ask: askMailbox},
	{script: "mailbox-password-left-by-star", want: deliveries.NoticeLeft, ask: askMailbox},
	{script: "mailbox-password-asks-for-help", want: deliveries.NoticeLeft, ask: askMailbox},
	{script: "mailbox-password-is-enough", want: deliveries.Delivered, ask: askMailbox},
	{script: "mailbox-password-help-after", want: deliveries.Delivered, ask: askMailbox},
	{script: "mailbox-password-not-asked-for", want: deliveries.Declined, ask: askMailbox},
	{script: "mailbox-password-not-asked-for-after-all", want: deliveries.Declined, ask: askMailbox},
	{script: "mailbox-password-to-a-mailbox", want: deliveries.NoticeLeft, ask: askMailbox, change: detectAndTell},
	{script: "email-password", want: deliveries.Delivered, ask: askEmail("en")},
	{script: "email-password-in-spanish", want: deliveries.Delivered, ask: askEmail("es")},
	{script: "email-password-not-asked-for", want: deliveries.Declined, ask: askEmail("en")},
	{script: "email-password-to-a-mailbox", want: deliveries.NoticeLeft, ask: askEmail("en"), change: detectAndTell},
	{script: "notice-email-locked", want: deliveries.NoticeLeft, ask: lockEmail, change: tellByCall},
	{script: "validation-busy", want: deliveries.Failed, ask: askValidation},
}

func detect(c *config) { c.DetectMachines = "on" }

func tellByCall(c *config) { c.Notices = deliveries.Voice }

func detectAndTell(c *config) { c.DetectMachines, c.Voicemail = "on", "code" }

// TestCallbacks plays the calls that we make. All of them, with the rare ones, must take every
// exit of that flow; and no script may be without its place in the table.
func TestCallbacks(t *testing.T) {
	redistest.Both(t, func(t *testing.T, server *redistest.Server) {
		taken, played := map[ivr.Exit]bool{}, 0
		restrict(t, server)
		for _, c := range callbacks {
			t.Run(c.script, func(t *testing.T) {
				if !playedOn(t, server, c.file()) {
					return
				}
				flush(t, server)
				s, exchange := newCallingStage(t, server, c.change)
				c.play(t, s, exchange)
				holdsDocumentedKeys(t, server)
				collect(taken, s)
				played++
			})
		}
		if server.Mini() != nil {
			return
		}
		for name, play := range rareCallbacks {
			t.Run(name, func(t *testing.T) {
				flush(t, server)
				s, exchange := newCallingStage(t, server, func(c *config) { c.Voicemail = "code" })
				play(t, s, exchange)
				collect(taken, s)
				played++
			})
		}
		refusedNothing(t, server)
		if played < len(callbacks)+len(rareCallbacks) {
			return // some failed
		}
		for _, exit := range callbackFlow(testConfig(t), nil).Exits() {
			if !taken[exit] {
				t.Errorf("no call took the exit %q of %s, to %s", exit.Name, exit.From, exit.To)
			}
		}
	})
	if files := must(filepath.Glob("../../testdata/calls/callback-*.call"))(t); len(files) != len(callbacks) {
		t.Errorf("%d scripts of callbacks, %d in the table", len(files), len(callbacks))
	}
}

func (c outboundCall) file() string { return "../../testdata/calls/callback-" + c.script + ".call" }

// play asks for the delivery, plays the script, and looks what became of it.
func (c outboundCall) play(t *testing.T, s *stage, exchange *simulator.Exchange) {
	t.Helper()
	ask := c.ask
	if ask == nil {
		ask = askCode
	}
	refuseFrom(t, exchange, c.file())
	id := ask(t, s)
	s.plays(t, exchange, c.file())
	s.becomes(t, id, c.want)
	for _, hidden := range []string{demoCode, demoAnswer, demoNew.National()} {
		if strings.Contains(s.logs.String(), hidden) {
			t.Errorf("the log tells %s", hidden)
		}
	}
}

// refuseFrom plays the refusals with which a script begins, before anything is asked for.
func refuseFrom(t *testing.T, exchange *simulator.Exchange, file string) {
	t.Helper()
	for line := range strings.Lines(string(must(os.ReadFile(file))(t))) {
		switch {
		case strings.HasPrefix(line, "refuse "):
			playLine(t, exchange, line)
		case !strings.HasPrefix(line, "#"):
			return
		}
	}
}

func playLine(t *testing.T, exchange *simulator.Exchange, line string) {
	t.Helper()
	script := must(simulator.Parse("a line", strings.NewReader(line)))(t)
	if err := simulator.Play(t.Context(), exchange, script, nil).Err; err != nil {
		t.Fatal(err)
	}
}

func askCode(t *testing.T, s *stage) deliveries.ID {
	return s.ask(t, demoAccount, deliveries.SecurityCode)
}

func askAnswer(t *testing.T, s *stage) deliveries.ID {
	return s.ask(t, demoAccountES, deliveries.SecurityAnswer)
}

// ask asks for a call, as the API does.
func (s *stage) ask(t *testing.T, account accounts.Number, about deliveries.Topic) deliveries.ID {
	t.Helper()
	return must(s.app.deliveries.Request(t.Context(), deliveries.Params{
		Account: account, Topic: about, Method: deliveries.Voice,
	}))(t).ID
}

// askValidation has a repair agent ring a line, to tell the customer a code.
func askValidation(t *testing.T, s *stage) deliveries.ID {
	t.Helper()
	agent := repair.Who{Name: "ann", Via: repair.ViaConsole}
	return must(s.app.support.desk.Call(t.Context(), agent, demoNew, ""))(t).Call.ID
}

// askMailbox has a line called whose caller has forgotten the password of the voice mailbox.
func askMailbox(t *testing.T, s *stage) deliveries.ID {
	t.Helper()
	check.OK(t, s.app.lines.SetLanguage(t.Context(), demoNew, "en"))
	return must(s.app.deliveries.RequestPassword(t.Context(), deliveries.PasswordParams{Topic: deliveries.MailboxPassword, Line: demoNew}))(t).ID
}

// askEmail has a line called whose caller has answered the secret questions of its e-mail address.
func askEmail(language string) func(*testing.T, *stage) deliveries.ID {
	return func(t *testing.T, s *stage) deliveries.ID {
		t.Helper()
		check.OK(t, s.app.lines.SetLanguage(t.Context(), demoNew, language))
		challenges := must(s.app.mailboxes.Challenge(t.Context(), demoNew))(t)
		return must(s.app.deliveries.RequestPassword(t.Context(), deliveries.PasswordParams{
			Topic: deliveries.EmailPassword, Line: demoNew, Ref: string(challenges[0].Email),
		}))(t).ID
	}
}

// lockEmail has somebody guess at the answers of an e-mail address until it is locked, which is told to the line.
func lockEmail(t *testing.T, s *stage) deliveries.ID {
	t.Helper()
	s.attempting.Lock() // or it may have failed before it is found
	defer s.attempting.Unlock()
	wrong := mailboxes.EmailProof{Line: demoNew, Answers: [2]secret.Text{secret.New(demoPet), secret.New(demoPet)}}
	for range mailboxes.EmailLock().LockAt {
		must(s.app.mailboxes.ProveEmail(t.Context(), wrong))(t)
	}
	var found deliveries.ID
	eventually(t, func() bool {
		for _, id := range must(s.db.Deliveries().Unfinished(t.Context(), s.clock.Now().Add(time.Hour), 99))(t) {
			if must(s.app.deliveries.Get(t.Context(), id))(t).Topic == deliveries.EmailLocked {
				found = id
			}
		}
		return found != ""
	}, "no notice is under way: ", &found)
	return found
}

// askNotice has the owner of a line told that its PIN was changed.
func askNotice(t *testing.T, s *stage) deliveries.ID {
	t.Helper()
	s.attempting.Lock() // or it may have failed before it is found
	defer s.attempting.Unlock()
	err := s.app.deliveries.Notify(t.Context(), deliveries.Notice{
		Topic: deliveries.PINChanged, Line: demoNew, Language: "en", Method: deliveries.Voice,
	})
	check.OK(t, err)
	return must(s.db.Deliveries().Unfinished(t.Context(), s.clock.Now().Add(time.Hour), 1))(t)[0]
}

// becomes waits until a delivery has a status: the last status callbacks of a call can come
// after the script has ended.
func (s *stage) becomes(t *testing.T, id deliveries.ID, want deliveries.Status) {
	t.Helper()
	var got deliveries.Delivery
	eventually(t, func() bool {
		got = must(s.app.deliveries.Get(t.Context(), id))(t)
		return got.Status == want
	}, "the delivery is ", &got, ", not ", want)
}

// newCallingStage sets up a server that makes calls through a telephone exchange, with the
// demo's accounts. Attempts are made when they are due by the stage's clock.
func newCallingStage(t *testing.T, server *redistest.Server, change func(*config)) (*stage, *simulator.Exchange) {
	t.Helper()
	s := newEmptyStage(t)
	exchange := s.exchange(nil)
	rest := simulator.NewREST(exchange)
	twilio := httptest.NewServer(rest)
	t.Cleanup(func() { twilio.Close(); rest.Close() })
	s.config.TwilioURL, s.config.CallRate = twilio.URL, 1000 // the rate goes by the machine's clock
	if change != nil {
		change(&s.config)
	}
	s.begin(t, server.URL())
	s.server = server
	check.OK(t, addDemoAccounts(t.Context(), s.app, s.db, s.clock.Now()))
	check.OK(t, addDemoTickets(t.Context(), s.app, s.clock.Now(), s.config.Zone))
	check.OK(t, addDemoMailboxes(t.Context(), s.app))
	s.attempt(t)
	return s, exchange
}

// attempt makes attempts as they fall due, and deliveries of notices, until the test ends.
func (s *stage) attempt(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var jobs sync.WaitGroup
	jobs.Go(func() { s.app.tell(ctx) })
	jobs.Go(func() {
		for ctx.Err() == nil {
			s.attempting.Lock()
			s.queue.Run(ctx, s.clock.Now(), s.app.deliveries.Attempt)
			s.attempting.Unlock()
			time.Sleep(2 * time.Millisecond)
		}
	})
	t.Cleanup(func() { stop(); jobs.Wait() })
}

// A change that can't be told is in the line's history, and counted.
func TestUntoldNotice(t *testing.T) {
	server := redistest.StartMini(t)
	s, exchange := newCallingStage(t, server, nil)
	playLine(t, exchange, "refuse "+demoNew.Display()+" 21211")
	id := askNotice(t, s)
	s.becomes(t, id, deliveries.Failed)
	history := must(provisioning(s.config, outside{db: s.db, now: s.clock.Now}, s.app).History(t.Context(), demoNew, 1))(t)
	if len(history) != 1 || history[0].Event != pins.NoticeUndelivered || history[0].Reason != "pin_changed: number_refused" {
		t.Errorf("%+v", history)
	}
	s.counts(t,
		`updatecenter_notices_untold_total{reason="number_refused"} 1`,
		`updatecenter_notices_untold_total{reason="gave_up"} 0`,
		`updatecenter_calls_refused_total{code="21211",reason="number_refused"} 1`,
	)
}

// A notice whose place another took, as too many were due, is counted, and logged.
func TestReplacedNoticeIsCounted(t *testing.T) {
	s := newStage(t, redistest.StartMini(t), nil)
	waiting := make([]any, pins.MaxDue)
	for n := range waiting {
		waiting[n] = fmt.Sprint("notice ", n)
	}
	check.OK(t, s.db.Client().RPush(t.Context(), fmt.Sprintf("uc:notices:{%s}", demoNew), waiting...).Err())
	err := s.db.Lines().Change(t.Context(), pins.Change{
		Number: demoNew, Revision: must(s.db.Lines().Line(t.Context(), demoNew))(t).Revision, PIN: "a hash",
		Turn: pins.Turn{Call: "CA", Number: 1}, Record: pins.Record{At: s.clock.Now(), Event: pins.Changed}, Notice: []byte("one too many"),
	})
	check.OK(t, err)
	s.counts(t, `updatecenter_notices_untold_total{reason="too_many_notices"} 1`)
	if log := s.logs.String(); strings.Count(log, "too many notices wait") != 1 {
		t.Errorf("the log is\n%s", log)
	}
}

// Several changes of an account in one request are one call to where the customer was before.
func TestOneCallForSeveralChanges(t *testing.T) {
	s, exchange := newCallingStage(t, redistest.StartMini(t), func(c *config) { c.Notices = deliveries.Voice })
	email := "new@mail.example.com"
	must(s.app.accounts.Put(t.Context(), demoAccount, accounts.Details{
		Phone: demoSuburb, Email: &email,
		Address: &accounts.Address{Street: []string{"7 Oak Street"}, City: "Duluth", State: "MN", ZIP: "55802"},
	}, accounts.Note{By: "test"}))(t)
	c := s.pickUp(t, exchange, simulator.Human)
	c.hears("Several things about your account")
	mine := 0
	for _, id := range must(s.db.Deliveries().Unfinished(t.Context(), s.clock.Now().Add(time.Hour), 99))(t) {
		if must(s.app.deliveries.Get(t.Context(), id))(t).To == demoNew {
			mine++
		}
	}
	if mine > 1 {
		t.Errorf("%d calls to the telephone", mine)
	}
}

// rareCallbacks are calls during which something happens that no script can do.
var rareCallbacks = map[string]func(*testing.T, *stage, *simulator.Exchange){
	"canceled while the offer is heard": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		id := askCode(t, s)
		c := s.pickUp(t, exchange, simulator.Human)
		delivery := must(s.db.Deliveries().Get(t.Context(), id))(t)
		delivery.Status = deliveries.Canceled
		check.OK(t, s.db.Deliveries().Update(t.Context(), delivery))
		c.press("1")
		c.hears("nothing to tell you")
	},
	"reset too often": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		id := askMailbox(t, s)
		c := s.pickUp(t, exchange, simulator.Human)
		for n := range mailboxes.DefaultLimit().Most {
			check.OK(t, check.Err(s.app.mailboxes.ResetByCall(t.Context(), demoNew, "", fmt.Sprint(n), "CA1")))
		}
		c.press("1")
		c.hears("We cannot reset the password right now")
		s.becomes(t, id, deliveries.NoticeLeft)
	},
	"a mailbox that goes while the offer is heard": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		id := askMailbox(t, s)
		c := s.pickUp(t, exchange, simulator.Human)
		check.OK(t, s.redis(t).Del(t.Context(), "uc:mailbox:{"+string(demoNew)+"}").Err())
		c.press("1")
		c.hears("nothing to tell you")
		s.becomes(t, id, deliveries.NoticeLeft)
	},
	"code to a mailbox": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		id := askCode(t, s)
		c := s.pickUp(t, exchange, simulator.Machine)
		c.hears("7 3 0 4 1 8")
		s.becomes(t, id, deliveries.Delivered)
	},
	"forgotten before it is answered": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		id := askCode(t, s)
		ring := s.ring(t, exchange)
		check.OK(t, s.redis(t).Del(t.Context(), "uc:delivery:{"+string(id)+"}").Err())
		c := &phone{t: t, call: ring.Answer(t.Context(), simulator.Human)}
		c.listen()
		c.hears("nothing to tell you")
	},
	"damaged before it is answered": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		id := askCode(t, s)
		ring := s.ring(t, exchange)
		check.OK(t, s.redis(t).HSet(t.Context(), "uc:delivery:{"+string(id)+"}", "v", "garbage").Err())
		c := &phone{t: t, call: ring.Answer(t.Context(), simulator.Human)}
		c.listen()
		c.hears("something went wrong on our side")
		c.hears("8 0 0 5 7 3 1 3 1 1")
	},
}

// ring waits until the telephone of the demo's account rings.
func (s *stage) ring(t *testing.T, exchange *simulator.Exchange) *simulator.Ringing {
	t.Helper()
	return must(exchange.AwaitRing(t.Context(), demoNew.Display(), 3*time.Minute))(t)
}

// pickUp answers it.
func (s *stage) pickUp(t *testing.T, exchange *simulator.Exchange, who string) *phone {
	t.Helper()
	c := &phone{t: t, call: s.ring(t, exchange).Answer(t.Context(), who)}
	t.Cleanup(func() { c.call.HangUp(context.Background()) })
	c.listen()
	return c
}

// phoneApart is how far apart calls to one telephone begin at least.
const phoneApart = time.Minute

// printed waits until so many letters are in the spool.
func (s *stage) printed(t *testing.T, want int) {
	t.Helper()
	var files []string
	eventually(t, func() bool {
		files = must(filepath.Glob(filepath.Join(s.config.LettersDir, "*.pdf")))(t)
		return len(files) == want
	}, &files, ", not ", want)
}

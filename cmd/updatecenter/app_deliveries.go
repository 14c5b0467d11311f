package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/outbound/letters"
	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/queue"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/callback"
	"updatecenter/pins"
	"updatecenter/voice"
)

func newAccounts(c config, o outside, told notices) (*accounts.Accounts, error) {
	store := o.db.Accounts()
	all, err := accounts.New(accounts.Config{
		Store: store, Attempts: store, Enrollments: store,
		Keys: c.keys, CodeDigits: c.outbound.codeDigits, Destinations: c.outbound.destinations, Notices: told.account, Now: o.now,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare accounts: %w", err)
	}
	return all, nil
}

// newDeliveries brings codes and notices on their ways: those that are set up.
func newDeliveries(c config, o outside, a *app, metrics prometheus.Registerer) (*deliveries.Deliveries, *queue.Queue, error) {
	store, log := o.db.Deliveries(), background(o.log)
	waiting := queue.New(queue.Config{Client: o.db.Client(), Now: o.now, Log: log, Away: a.redis.troubled})
	a.pace = deliveries.NewPace(deliveries.PaceConfig{PerSecond: c.outbound.rate})
	config := deliveries.Config{
		Store: store, Phones: store, Queue: waiting, Accounts: a.accounts, Codes: newCodes(c, o),
		Limits: c.outbound.limits, Destinations: c.outbound.destinations, Language: lineLanguage(o.db.Lines()),
		Pace: a.pace.Wait, Answered: callback.Answered(o.db.CallsInTime(), o.now), Now: o.now, Log: log,
	}
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "updatecenter_calls_refused_total", Help: "Calls that Twilio refused to make, by why and by its error code.",
	}, []string{"reason", "code"})
	untold := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "updatecenter_notices_untold_total", Help: "Changes of which customers were not told, by why.",
	}, []string{"reason"})
	for _, reason := range deliveries.UndeliveredReasons {
		untold.WithLabelValues(string(reason)) // 0, of which an alarm can see the first rise
	}
	metrics.MustRegister(refused, untold, tasksWaiting{waiting})
	config.Undelivered = func(ctx context.Context, u deliveries.Undelivered) error {
		untold.WithLabelValues(string(u.Reason)).Inc()
		return recordUndelivered(ctx, o.db.Lines(), a.accounts, u, o.now())
	}
	o.db.OnNoticeReplaced(func(ctx context.Context) { // the history has it
		untold.WithLabelValues(string(deliveries.TooManyNotices)).Inc()
		log.WarnContext(ctx, "a customer is not told of a change: too many notices wait, and another took the place of the newest")
	})
	config.Refused = func(e *deliveries.RefusedError) {
		refused.WithLabelValues(string(e.Reason), twilio.CodeLabel(e.Code)).Inc()
	}
	if err := addWays(&config, c); err != nil {
		return nil, nil, err
	}
	if o.queue != nil {
		config.Queue = o.queue
	}
	return deliveries.New(config), waiting, nil
}

// addWays adds the telephone, the mail house and the mail server, as far as they are set up.
func addWays(config *deliveries.Config, c config) error {
	if c.outbound.from != "" {
		account, err := twilio.New(twilio.Config{AccountSID: c.accounts[0], AuthToken: c.authTokens[0], BaseURL: c.twilioURL})
		if err != nil {
			return fmt.Errorf("prepare calls: %w", err)
		}
		config.Dialer, err = account.Dialer(twilio.DialerConfig{
			From: c.outbound.from, PublicURL: c.publicURL,
			DetectMachines: c.outbound.detects(),
		})
		if err != nil {
			return fmt.Errorf("prepare calls: %w", err)
		}
	}
	if c.outbound.lettersDir != "" {
		printer, err := letters.New(letters.Config{Dir: c.outbound.lettersDir, Company: company(c), ReturnAddress: c.outbound.returnAddress})
		if err != nil {
			return fmt.Errorf("prepare letters: %w", err)
		}
		config.Printer = printer
	}
	if c.outbound.mail.host != "" {
		mailer, err := newMailer(c)
		if err != nil {
			return err
		}
		config.Mailer = mailer
	}
	return nil
}

// newCallback is the engine of the calls that we make.
func newCallback(c config, o outside, a *app, recordings *voice.Recordings, took func(ivr.Exit)) (*ivr.Engine, error) {
	engine, err := ivr.New(ivr.Config{
		Flow: callbackFlow(c, a.deliveries), Store: o.db.CallsInTime(), Keys: c.keys, Now: o.now, Times: turnTimes(o.db),
		TurnURL: c.publicURL + voice.CallbackTurnPath, Recording: recordings.URL, OnExit: took, Log: o.log,
		FailuresUnanswered: true, // by Config.Answered of the deliveries
	})
	if err != nil {
		return nil, fmt.Errorf("prepare callbacks: %w", err)
	}
	return engine, nil
}

func callbackFlow(c config, all callback.Deliveries) *ivr.Flow {
	number := c.outbound.helpLine
	if number == "" {
		number = c.repair
	}
	return callback.Flow(callback.Config{
		Deliveries: all, Company: c.outbound.company, CallBack: number, CodeToMailbox: c.outbound.codeToMailbox,
	})
}

// notices make the notices by which customers learn that something of theirs was changed. They are
// stored with the change, and a server tells them.
type notices struct {
	method  deliveries.Method // empty: another system tells them
	welcome bool              // whether there are letters for new accounts
}

// noticesByServers are those of a command, by the setting NOTICES or "off".
func noticesByServers(method string) notices {
	if method == "off" {
		return notices{}
	}
	return notices{method: deliveries.Method(method)}
}

// pin is that of a PIN that was changed or reset, by a call to its line.
func (n notices) pin(number nanp.Number, event pins.Event, once string) []byte {
	if n.method == "" {
		return nil
	}
	about := deliveries.PINChanged
	if event == pins.Reset {
		about = deliveries.PINReset
	}
	return deliveries.Notice{Topic: about, Line: number, Method: n.method, Key: once}.Due()
}

// lineLanguage is the language of a line. That a line can't be read is no reason to tell nobody: a
// customer is told in both languages.
func lineLanguage(lines pins.Store) func(context.Context, nanp.Number) (string, error) {
	return func(ctx context.Context, number nanp.Number) (string, error) {
		line, err := lines.Line(ctx, number)
		if errors.Is(err, pins.ErrNoLine) || errors.Is(err, pins.ErrUnreadable) {
			return "", nil
		}
		return line.Language, err
	}
}

// recordUndelivered writes into a history that a customer was not told: that of the account, or of the line.
func recordUndelivered(ctx context.Context, lines pins.Registry, all deliveries.Accounts, u deliveries.Undelivered, now time.Time) error {
	if u.Recorded {
		return nil
	}
	if u.Account == "" {
		return lines.Append(ctx, u.Line, pins.Record{At: now.UTC(), Event: pins.NoticeUndelivered, By: deliveries.ByUs, Reason: u.String()})
	}
	err := all.Append(ctx, u.Account, accounts.NoticeUndelivered, accounts.Note{By: deliveries.ByUs, Reason: u.String()})
	if errors.Is(err, accounts.ErrNoAccount) {
		return nil
	}
	return err
}

// noticesOfAccount are what customers are told of each thing that changed.
var noticesOfAccount = []struct {
	kind  accounts.Kind
	about deliveries.Topic
}{
	{accounts.ChangedCode, deliveries.CodeChanged},
	{accounts.ChangedQuestion, deliveries.QuestionChanged},
	{accounts.ChangedAddress, deliveries.AddressChanged},
	{accounts.ChangedEmail, deliveries.EmailChanged},
	{accounts.ChangedPhone, deliveries.PhoneChanged},
}

// account are that of a new account, the welcome letter, and those of changes, to where the
// customer was reached before.
func (n notices) account(update accounts.Update) (all [][]byte) {
	due := func(about deliveries.Topic, line nanp.Number, method deliveries.Method) {
		notice := deliveries.Notice{Topic: about, Account: update.After.ID, Line: line, Method: method, Key: noticeKey(about, update)}
		all = append(all, notice.Due())
	}
	if update.Created && n.welcome {
		due(deliveries.Welcome, "", deliveries.ByMail)
	}
	for _, notice := range noticesOfAccount {
		if n.method != "" && update.Changed.Has(notice.kind) {
			due(notice.about, update.Before.Phone, n.method)
		}
	}
	return all
}

// noticeKey names a change, so that it is told once.
func noticeKey(about deliveries.Topic, update accounts.Update) string {
	return fmt.Sprintf("%s of %s in revision %d", about, update.After.ID, update.After.Revision)
}

// sweepEvery is how often deliveries are looked for that were forgotten by a server that died.
const sweepEvery = 30 * time.Second

// sweep looks for forgotten deliveries until the context ends.
func (a *app) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if err := a.deliveries.Sweep(ctx); err != nil && ctx.Err() == nil {
			background(a.log).Warn("forgotten deliveries could not be looked for", slog.Any("cause", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// tell makes deliveries of the notices of changes until the context ends.
func (a *app) tell(ctx context.Context) { a.deliveries.DeliverDue(ctx, a.due, a.due.Marked()) }

// work runs the attempts at deliveries, and sends e-mails to agents, until the context ends.
func (a *app) work(ctx context.Context) {
	context.AfterFunc(ctx, a.pace.Stop)
	workers := append(a.queue.Attempts(a.deliveries, a.pace.PerSecond()), a.help.workers()...)
	if err := a.queue.Run(ctx, workers...); err != nil {
		a.log.Error("deliveries and e-mails are not worked on", slog.Any("cause", err))
	}
}

// tasksWaiting are asked of Redis whenever metrics are read, as all servers have the same queues.
type tasksWaiting struct{ queue *queue.Queue }

var (
	tasksDue = prometheus.NewDesc("updatecenter_tasks_waiting",
		"Tasks that wait to be worked on, by queue: due now, or later.", []string{"queue", "when"}, nil)
	queuePaused = prometheus.NewDesc("updatecenter_queue_paused",
		"1 while no server works on a queue, as somebody has paused it by a tool of asynq's; calls that come in go on.", []string{"queue"}, nil)
)

// Describe implements [prometheus.Collector].
func (tasksWaiting) Describe(to chan<- *prometheus.Desc) { to <- tasksDue; to <- queuePaused }

// Collect implements [prometheus.Collector]. While Redis doesn't say there are no figures.
func (t tasksWaiting) Collect(to chan<- prometheus.Metric) {
	counts, _ := t.queue.Count(context.Background(), queue.Names()...)
	for name, n := range counts {
		to <- prometheus.MustNewConstMetric(tasksDue, prometheus.GaugeValue, float64(n.Due), name.String(), "now")
		to <- prometheus.MustNewConstMetric(tasksDue, prometheus.GaugeValue, float64(n.Later), name.String(), "later")
		paused := 0.0
		if n.Paused {
			paused = 1
		}
		to <- prometheus.MustNewConstMetric(queuePaused, prometheus.GaugeValue, paused, name.String())
	}
}

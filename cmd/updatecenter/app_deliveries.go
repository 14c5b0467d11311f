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
	"updatecenter/internal/hash"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/notices"
	"updatecenter/internal/outbound/letters"
	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/queue"
	"updatecenter/internal/secret"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/callback"
	"updatecenter/voice"
)

func newAccounts(c config, o outside, hasher *hash.Hasher, policy notices.Policy) (*accounts.Accounts, error) {
	store := o.db.Accounts()
	all, err := accounts.New(accounts.Config{
		Store: store, Attempts: store, Enrollments: store,
		Keys: c.SecretKeys, Hasher: hasher, CodeDigits: c.CodeDigits, Destinations: c.CallDestinations, Notices: policy.Account, Now: o.now,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare accounts: %w", err)
	}
	return all, nil
}

// newDeliveries brings codes and notices on their ways: those that are set up.
func newDeliveries(c config, o outside, a *app, metrics prometheus.Registerer) (*deliveries.Deliveries, *queue.Queue, error) {
	store, log := o.db.Deliveries(), background(o.log)
	customers := notices.Customers{Lines: o.db.Lines(), Accounts: a.accounts, Now: o.now}
	waiting := queue.New(queue.Config{Client: o.db.Client(), Now: o.now, Log: log, Away: a.redis.troubled})
	a.pace = deliveries.NewPace(deliveries.PaceConfig{PerSecond: c.CallRate})
	config := deliveries.Config{
		Store: store, Phones: store, Queue: waiting, Accounts: a.accounts, Codes: newCodes(c, o),
		Limits: c.limits(), Destinations: c.CallDestinations, Language: customers.Language,
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
		return customers.Undelivered(ctx, u)
	}
	o.db.OnNoticeReplaced(func(ctx context.Context) { // the history has it
		untold.WithLabelValues(string(deliveries.TooManyNotices)).Inc()
		log.WarnContext(ctx, "a customer is not told of a change: too many notices wait, and another took the place of the newest")
	})
	config.Refused = func(e *deliveries.RefusedError) {
		refused.WithLabelValues(string(e.Reason), twilio.CodeLabel(e.Code)).Inc()
	}
	config.Results = func(ctx context.Context, ref string) (string, error) {
		result, err := a.tickets.TestResult(ctx, ref)
		if errors.Is(err, tickets.ErrNoTest) {
			err = deliveries.ErrNotFound
		}
		return string(result), err
	}
	config.Mailboxes = passwords{a}
	if err := addWays(&config, c); err != nil {
		return nil, nil, err
	}
	if o.queue != nil {
		config.Queue = o.queue
	}
	return deliveries.New(config), waiting, nil
}

// passwords are those of voice mailboxes and e-mail addresses, as calls tell them.
type passwords struct{ *app }

// Has implements [deliveries.Mailboxes].
func (a passwords) Has(ctx context.Context, line nanp.Number, ref string) (bool, error) {
	return a.mailboxes.Has(ctx, line, mailboxes.EmailID(ref))
}

// ResetByCall implements [deliveries.Mailboxes].
func (a passwords) ResetByCall(
	ctx context.Context, line nanp.Number, ref string, delivery deliveries.ID, callSID string,
) (secret.Text, error) {
	result, err := a.calledMailboxes().ResetByCall(ctx, line, mailboxes.EmailID(ref), string(delivery), callSID)
	switch {
	case err != nil:
		return secret.Text{}, err
	case result.Outcome == mailboxes.TooMany, result.Outcome == mailboxes.Busy:
		return secret.Text{}, deliveries.ErrNotNow
	case result.Outcome != mailboxes.Done:
		return secret.Text{}, deliveries.ErrNotFound
	}
	return result.Password, nil
}

// addWays adds the telephone, the mail house and the mail server, as far as they are set up.
func addWays(config *deliveries.Config, c config) error {
	if c.CallFrom != "" {
		account, err := twilio.New(twilio.Config{AccountSID: c.TwilioAccounts[0], AuthToken: c.TwilioAuthTokens[0], BaseURL: c.TwilioURL})
		if err != nil {
			return fmt.Errorf("prepare calls: %w", err)
		}
		config.Dialer, err = account.Dialer(twilio.DialerConfig{
			From: c.CallFrom, PublicURL: c.PublicURL,
			DetectMachines: c.detects(),
		})
		if err != nil {
			return fmt.Errorf("prepare calls: %w", err)
		}
	}
	if c.LettersDir != "" {
		printer, err := letters.New(letters.Config{Dir: c.LettersDir, Company: company(c), ReturnAddress: c.ReturnAddress})
		if err != nil {
			return fmt.Errorf("prepare letters: %w", err)
		}
		config.Printer = printer
	}
	if c.Mail.host != "" {
		mailer, err := newMailer(c)
		if err != nil {
			return err
		}
		config.Mailer = mailer
	}
	return nil
}

// newCallback is the engine of the calls that we make.
func newCallback(c config, o outside, a *app, recordings *voice.Recordings, onExit func(ivr.Exit)) (*ivr.Engine, error) {
	calls := o.db.CallsInTime() // as callback.Answered wants it
	engine, err := ivr.New(c.speaking(ivr.Config{
		Flow: callbackFlow(c, a.deliveries), Store: calls, Keys: c.SecretKeys, Now: o.now, Times: turnTimes(o.db),
		TurnURL: c.PublicURL + voice.CallbackTurnPath, Recording: recordings.URL, OnExit: onExit, Log: o.log,
		Withdraw: calls.Withdraw,
	}))
	if err != nil {
		return nil, fmt.Errorf("prepare callbacks: %w", err)
	}
	return engine, nil
}

func callbackFlow(c config, all callback.Deliveries) *ivr.Flow {
	return callback.Flow(callback.Config{
		Deliveries: all, Company: c.Company, CallBack: c.helpLine(), CodeToMailbox: c.codeToMailbox(),
	})
}

// sweepEvery is how often deliveries are looked for that were forgotten by a server that died.
const sweepEvery = 30 * time.Second

// sweep looks for forgotten deliveries until the context ends.
func (a *app) sweep(ctx context.Context) {
	every(ctx, sweepEvery, background(a.log), "forgotten deliveries could not be looked for", a.deliveries.Sweep)
}

// every does something at once and then at intervals, until the context ends. What fails is logged.
func every(ctx context.Context, interval time.Duration, log *slog.Logger, failed string, do func(context.Context) error) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			log.Warn(failed, slog.Any("cause", err))
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
	workers := append(a.queue.Attempts(a.deliveries, a.pace.PerSecond()), a.support.workers()...)
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

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/api"
	"updatecenter/internal/clientip"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/hash"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/notices"
	"updatecenter/internal/provisioning/dispatch"
	"updatecenter/internal/queue"
	"updatecenter/internal/recovery"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/helpline"
	"updatecenter/ivr/calls/updatecenter"
	"updatecenter/pins"
	"updatecenter/voice"
)

// app is the whole server but for its listeners.
type app struct {
	handler    http.Handler
	probes     http.Handler // /metrics, /readyz and /healthz on a listener of their own; nil: the handler has them
	lines      *pins.Lines
	features   *features.Lines
	accounts   *accounts.Accounts
	tickets    *tickets.Tickets
	mailboxes  *mailboxes.Mailboxes
	recoveries *recovery.Recoveries
	deliveries *deliveries.Deliveries
	queue      *queue.Queue
	pace       *deliveries.Pace // of the calls that this server begins
	notices    notices.Policy
	due        redisstore.Notices   // notices that are not told yet
	support    *support             // for those who help customers
	clients    *clientip.Clients    // where requests come from
	redis      *redisWatch          // looks after Redis
	draining   atomic.Bool          // balancers should send requests to other servers
	stopping   chan struct{}        // closed when no more requests are taken
	switches   *dispatch.Dispatcher // tells the operator's switch of changed features; nil: there is none
	log        *slog.Logger
}

// outside is what an app takes from outside, so that tests can give their own.
type outside struct {
	db       *redisstore.DB
	now      func() time.Time
	log      *slog.Logger
	hash     hash.Params            // zero: the default
	onExit   func(ivr.Exit)         // told of every exit that a call takes; nil: nobody is
	post     http.RoundTripper      // to the operator's switch; nil: over the network
	queue    deliveries.Queue       // of attempts at deliveries; nil: in Redis
	help     func(*helpline.Config) // changes what calls to the help line go by; nil: nobody does
	mails    agents.Mailer          // of e-mails to agents; nil: by the mail server of the settings
	embedded bool                   // the Redis is one in this process, which keeps nothing
}

// newApp wires an app.
func newApp(c config, o outside) (*app, error) {
	if c.ProvisioningURL == "" {
		o.db = o.db.WithoutEvents()
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	hasher, err := hash.New(hash.Config{Keys: c.SecretKeys, Params: o.hash})
	if err != nil {
		return nil, fmt.Errorf("prepare hashing: %w", err)
	}
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "updatecenter_hashes_pending", Help: "PIN hashes that run or wait for their turn.",
	}, func() float64 { return float64(hasher.Pending()) }))
	a := &app{
		notices: notices.Policy{Method: c.notices(), Welcome: c.LettersDir != "", Calls: c.CallFrom != ""}, due: o.db.Notices(),
		log: o.log, features: newFeatures(c, o), stopping: make(chan struct{}), clients: clientip.New(c.TrustedProxies, o.log),
	}
	a.redis = newRedisWatch(c, o)
	registry.MustRegister(a.redis)
	if a.accounts, err = newAccounts(c, o, hasher, a.notices); err != nil {
		return nil, err
	}
	if a.deliveries, a.queue, err = newDeliveries(c, o, a, registry); err != nil {
		return nil, err
	}
	store := o.db.Lines()
	a.lines, err = pins.New(pins.Config{
		Store: store, Callers: store, Hasher: hasher, Policy: c.policy(), Unvouched: c.unvouched(), Now: o.now, Notice: a.notices.PIN,
	})
	if err != nil {
		return nil, err
	}
	registry.MustRegister(unvouchedLeft(a.lines))
	a.tickets = newTickets(c, o, a)
	if a.mailboxes, err = newMailboxes(c, o, a); err != nil {
		return nil, err
	}
	a.recoveries = recovery.New(recovery.Config{
		Accounts: a.accounts, Deliveries: a.deliveries, Mailboxes: a.mailboxes, Links: c.PasswordURL != "", Learns: c.ProvisioningURL != "",
	})
	if a.switches, err = newDispatcher(c, o, a, registry); err != nil {
		return nil, err
	}
	if a.support, err = newSupport(c, o, a); err != nil {
		return nil, err
	}
	edge, err := newEdge(c, o, a, voice.NewMetrics(registry))
	if err != nil {
		return nil, err
	}
	router := mux.NewRouter().SkipClean(true) // an odd path is refused, not redirected: it was signed as it is
	edge.Routes(router)
	api.New(api.Config{
		Lines: a.lines, Provisioning: provisioning(c, o, a), Features: a.features, Changed: a.wakeSwitches,
		Accounts: a.accounts, Deliveries: a.deliveries, Recoveries: a.recoveries, Tickets: a.tickets,
		Mailboxes: a.mailboxes, Desk: a.support.desk, Audit: a.support.audit,
		Keys: o.db.Keys(), Client: a.clients.Address, Now: o.now, Stopping: a.stopping, Log: o.log,
	}).Routes(router)
	a.support.routes(router)
	a.handler = a.closing(a.clients.Watch(router))
	if c.MetricsAddr != "" {
		router = mux.NewRouter()
		a.probes = router
	}
	edge.Probes(router)
	router.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{})).Methods(http.MethodGet)
	return a, nil
}

// newFeatures are the features of the lines.
func newFeatures(c config, o outside) *features.Lines {
	return features.New(features.Config{Store: o.db.Features(), Keys: c.SecretKeys, Now: o.now})
}

// newTickets are the repair tickets. Their events go the way of those of features.
func newTickets(c config, o outside, a *app) *tickets.Tickets {
	return tickets.New(tickets.Config{
		Store: o.db.Tickets(), Keys: c.SecretKeys, Accounts: a.accounts, Notices: a.notices,
		Destinations: c.CallDestinations, Now: o.now,
	})
}

// newMailboxes are the voice mailboxes and e-mail addresses. Their events go the same way.
func newMailboxes(c config, o outside, a *app) (*mailboxes.Mailboxes, error) {
	return mailboxes.New(mailboxes.Config{
		Store: o.db.Mailboxes(), Keys: c.SecretKeys, Accounts: a.accounts, Callers: a.lines, Digits: c.MailboxPasswordDigits,
		Notice: a.notices.Mailbox, EmailLocked: a.notices.EmailLocked, Now: o.now,
	})
}

// newDispatcher delivers the events of lines to the switch, if there is one.
func newDispatcher(c config, o outside, a *app, metrics prometheus.Registerer) (*dispatch.Dispatcher, error) {
	if c.ProvisioningURL == "" {
		return nil, nil
	}
	d, err := dispatch.New(dispatch.Config{
		Store: o.db.Outbox(), URL: c.ProvisioningURL, Secret: c.ProvisioningSecret, Parallel: c.ProvisioningParallel, Transport: o.post,
		Now: o.now, Log: background(o.log), Registerer: metrics,
		Open: func(stored []byte) (string, time.Time, []byte, error) { return openEvent(a, stored) },
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the delivery of events: %w", err)
	}
	return d, nil
}

// wakeSwitches has a change delivered at once.
func (a *app) wakeSwitches() {
	if a.switches != nil {
		a.switches.Wake()
	}
}

// run answers requests, brings deliveries and events on their way, until the context ends. The
// listener for probes, nil if there is none, is the last to end, so that the end can be watched.
func (a *app) run(ctx context.Context, listener, probes net.Listener) error {
	watched, unwatch := context.WithCancel(context.WithoutCancel(ctx))
	defer unwatch()
	ctx, stop := context.WithCancelCause(ctx)
	var jobs, watching sync.WaitGroup
	if probes != nil {
		watching.Go(func() {
			if err := serve(watched, probes, a.probes, a.log); err != nil {
				stop(err)
			}
		})
	}
	a.redis.db.AnnounceLost(a.redis.now)
	for _, job := range append(a.support.jobs(), a.tellSwitch, a.work, a.sweep, a.tell) {
		jobs.Go(func() { job(ctx) })
	}
	jobs.Go(func() {
		if err := a.redis.run(ctx); err != nil {
			stop(err)
		}
	})
	context.AfterFunc(ctx, func() {
		a.log.Info("stopping: the turns under way are finished")
		close(a.stopping)
	})
	err := serve(ctx, listener, a.handler, a.log)
	stop(err)
	jobs.Wait()
	unwatch()
	watching.Wait()
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}

// unready says why no calls can be taken; "": they can. However many ask, Redis is written to once a second
// for them. A queue that is paused, or can't be worked on, is no reason for a balancer to send calls
// elsewhere: no other server works on it either.
func (a *app) unready(ctx context.Context) string {
	if err := a.redis.writable(ctx, time.Now().Add(-writeEvery)); err != nil {
		return troubleOf(err)
	}
	return ""
}

// tellSwitch delivers events until the context ends. What it had to give up is delivered by
// whoever takes over.
func (a *app) tellSwitch(ctx context.Context) {
	if a.switches == nil {
		return
	}
	if err := a.switches.Run(ctx); err != nil {
		a.log.Warn("deliveries to the switch were given up", slog.Any("cause", err))
	}
}

// unvouchedLeft is asked of Redis whenever metrics are read, as all servers count together.
func unvouchedLeft(lines *pins.Lines) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "updatecenter_unvouched_failures_left",
		Help: "Wrong PINs that are left to callers for whom the network doesn't vouch; at 0 their PINs aren't taken. NaN: Redis doesn't say.",
	}, func() float64 {
		left, err := lines.UnvouchedLeft(context.Background())
		if err != nil {
			return math.NaN()
		}
		return float64(left)
	})
}

// turnTimes are longer where operations of Redis may take longer than a second.
func turnTimes(db *redisstore.DB) ivr.Times {
	return ivr.DefaultTimes.Slower(db.Within() / time.Second)
}

// unvouchedAlarm logs, once a minute at most, that PINs of callers for whom the network doesn't
// vouch aren't taken.
func unvouchedAlarm(o outside) func(ivr.Exit) {
	var mu sync.Mutex
	var last time.Time
	return func(exit ivr.Exit) {
		if o.onExit != nil {
			o.onExit(exit)
		}
		mu.Lock()
		defer mu.Unlock()
		if now := o.now(); exit.Name == string(pins.UnvouchedLocked) && now.Sub(last) >= time.Minute {
			last = now
			o.log.Error("callers for whom the network doesn't vouch have keyed too many wrong PINs: theirs are not taken")
		}
	}
}

func newEdge(c config, o outside, a *app, metrics *voice.Metrics) (*voice.Edge, error) {
	flow := updatecenter.Dial78(updatecenter.Config{
		Lines: a.lines, Features: a.features, Changed: a.wakeSwitches,
		Policy: c.policy(), Now: o.now, Repair: c.RepairNumber, Transfer: c.RepairTransfer, CallerID: c.callerID(),
	})
	help := helpLineFlow(c, o, a)
	recordings, err := openRecordings(c, slices.Concat(flow.Prompts(), help.Prompts(), callbackFlow(c, nil).Prompts()))
	if err != nil {
		return nil, err
	}
	engine, err := ivr.New(c.speaking(ivr.Config{
		Flow: flow, Store: o.db.Calls(), Keys: c.SecretKeys, Now: o.now, Times: turnTimes(o.db),
		TurnURL: c.PublicURL + voice.TurnPath, Recording: recordings.URL,
		OnExit: observe(metrics, unvouchedAlarm(o)), Log: o.log,
	}))
	if err != nil {
		return nil, err
	}
	helper, err := ivr.New(c.speaking(ivr.Config{
		Flow: help, Store: o.db.Calls(), Keys: c.SecretKeys, Now: o.now, Times: turnTimes(o.db),
		TurnURL: c.PublicURL + voice.HelpLineTurnPath, Recording: recordings.URL,
		OnExit: observe(metrics, o.onExit), Log: o.log,
	}))
	if err != nil {
		return nil, fmt.Errorf("prepare the help line: %w", err)
	}
	callbacks, err := newCallback(c, o, a, recordings, observe(metrics, o.onExit))
	if err != nil {
		return nil, err
	}
	return voice.New(voice.Config{
		Engine: engine, HelpLine: helper, HelpLines: c.helpLines(), Callback: callbacks, Statuses: a.deliveries, Detects: c.detects(), PublicURL: c.PublicURL,
		Accounts: c.TwilioAccounts, AuthTokens: c.TwilioAuthTokens, SharedKeys: c.WebhookKeys,
		SIPDomains: c.SIPDomains, Dial78: c.Dial78Numbers, Recordings: recordings,
		Unready: a.unready, Draining: a.draining.Load, Metrics: metrics, Log: o.log,
	}), nil
}

// openRecordings opens the directory of recordings, if there is one.
func openRecordings(c config, prompts []ivr.Prompt) (*voice.Recordings, error) {
	if c.RecordingsDir == "" {
		return nil, nil
	}
	return voice.OpenRecordings(os.DirFS(c.RecordingsDir), prompts, c.PublicURL)
}

// observe tells the metrics of an exit, and whoever else wants to know.
func observe(metrics *voice.Metrics, also func(ivr.Exit)) func(ivr.Exit) {
	return func(exit ivr.Exit) {
		metrics.OnExit(exit)
		if also != nil {
			also(exit)
		}
	}
}

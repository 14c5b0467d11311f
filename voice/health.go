package voice

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"updatecenter/ivr"
)

// readyTimeout bounds how long an answer to a probe may take.
const readyTimeout = 2 * time.Second

// healthy says whether balancers should send requests here.
func (e *Edge) healthy(w http.ResponseWriter, _ *http.Request) {
	if e.config.Draining != nil && e.config.Draining() {
		http.Error(w, "this server is about to stop", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// ready says whether calls can be taken.
func (e *Edge) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if why := e.config.Unready(ctx); why != "" {
		http.Error(w, why, http.StatusServiceUnavailable)
		return
	}
	e.healthy(w, r)
}

// Metrics counts what happens at the edge. No label holds anything of a caller.
type Metrics struct {
	webhooks          *prometheus.HistogramVec
	refusedSignatures prometheus.Counter
	apologies         prometheus.Counter
	statuses          *prometheus.CounterVec
	exits             *prometheus.CounterVec
}

// NewMetrics registers the edge's metrics.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		webhooks: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "updatecenter_webhook_seconds",
			Help:    "Time to answer a webhook, by route and HTTP status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15},
		}, []string{"route", "status"}),
		refusedSignatures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "updatecenter_refused_signatures_total",
			Help: "Webhooks refused for their signature.",
		}),
		apologies: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "updatecenter_apologies_total",
			Help: "Webhooks of calls that were answered by an apology alone, which ends the call: mostly as Redis could not be reached.",
		}),
		statuses: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "updatecenter_call_statuses_total",
			Help: "Status callbacks, by call status.",
		}, []string{"status"}),
		exits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "updatecenter_flow_exits_total",
			Help: "Exits that calls took, by step and exit of the flow.",
		}, []string{"step", "exit"}),
	}
	r.MustRegister(m.webhooks, m.refusedSignatures, m.apologies, m.statuses, m.exits)
	return m
}

// OnExit counts an exit of the flow.
func (m *Metrics) OnExit(exit ivr.Exit) {
	m.exits.WithLabelValues(string(exit.From), exit.Name).Inc()
}

func (m *Metrics) answered(route string, status int, took time.Duration) {
	m.webhooks.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

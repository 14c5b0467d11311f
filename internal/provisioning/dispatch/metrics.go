package dispatch

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count deliveries. No label holds anything of a lane or a message.
type metrics struct {
	delivered prometheus.Counter
	failed    *prometheus.CounterVec
	waiting   prometheus.Gauge
	oldest    prometheus.Gauge
}

// Why an attempt failed, as the metrics and the log say it.
const (
	becauseAway       = "away"
	becauseRefused    = "refused"
	becauseUnreadable = "unreadable"
)

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		delivered: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "updatecenter_events_delivered_total",
			Help: "Events that the receiver took.",
		}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "updatecenter_event_attempts_failed_total",
			Help: "Attempts to deliver an event that failed: the receiver was away, refused the event, or it was unreadable.",
		}, []string{"because"}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "updatecenter_event_lanes_waiting",
			Help: "Lines that are looked at for events to be delivered, of all servers: most have some.",
		}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "updatecenter_event_oldest_seconds",
			Help: "How long the oldest event waits, as far as this server knows.",
		}),
	}
	for _, because := range []string{becauseAway, becauseRefused, becauseUnreadable} {
		m.failed.WithLabelValues(because)
	}
	if r != nil {
		r.MustRegister(m.delivered, m.failed, m.waiting, m.oldest)
	}
	return m
}

// waits shows how many lanes wait, and for how long the oldest; a zero time is none.
func (m *metrics) waits(lanes int, now time.Time, since ...time.Time) {
	var longest time.Duration
	for _, at := range since {
		if !at.IsZero() {
			longest = max(longest, now.Sub(at))
		}
	}
	m.waiting.Set(float64(lanes))
	m.oldest.Set(longest.Seconds())
}

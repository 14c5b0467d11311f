package dispatch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/web"
)

// attemptFor is how long an attempt may take, answer included.
const attemptFor = 10 * time.Second

// mostAnswer is how much of an answer is read, in bytes, so that its connection can serve
// again. Nothing in it matters.
const mostAnswer = 4 << 10

// poster makes attempts to deliver.
type poster struct {
	config Config
	signer *standardwebhooks.Webhook
}

// outcome is how an attempt ended.
type outcome int

const (
	delivered outcome = iota
	away              // the receiver can't take anything at present
	refused           // it doesn't take this message
	gaveUp            // the dispatcher ended the attempt, as it stops
)

// result is how an attempt ended, and what goes with it.
type result struct {
	outcome    outcome
	status     int           // of the answer; 0: there was none
	retryAfter time.Duration // that the receiver asks for, with away
	err        error         // why there was no answer
}

// attribute says for the log what came of an attempt that failed: never what was answered,
// which may repeat what was sent.
func (r result) attribute() slog.Attr {
	if r.err != nil {
		return slog.Any("cause", r.err)
	}
	return slog.Int("status", r.status)
}

// post makes one attempt. Ctx ends it early, and then it is given up.
func (p *poster) post(ctx context.Context, id string, body []byte) result {
	attempt, cancel := context.WithTimeout(ctx, attemptFor)
	defer cancel()
	request, err := p.request(attempt, id, body)
	if err != nil {
		return result{outcome: refused, err: err}
	}
	// Not by an http.Client, which would follow redirects and name the URL in its errors.
	answer, err := p.config.Transport.RoundTrip(request)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return result{outcome: gaveUp, err: err}
	default:
		return result{outcome: away, err: err}
	}
	defer answer.Body.Close()
	// What counts is the status; whether the rest comes is no matter.
	_, _ = io.CopyN(io.Discard, answer.Body, mostAnswer)
	return p.judge(answer)
}

func (p *poster) request(ctx context.Context, id string, body []byte) (*http.Request, error) {
	at := p.config.Now()
	signature, err := p.signer.Sign(id, at, body)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.config.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("prepare the request: %w", ErrURL)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "updatecenter")
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return request, nil
}

func (p *poster) judge(answer *http.Response) result {
	status := answer.StatusCode
	switch {
	case status >= 200 && status <= 299:
		return result{outcome: delivered, status: status}
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		asked := min(web.RetryAfter(answer.Header, p.config.Now()), mostAsked)
		return result{outcome: away, status: status, retryAfter: asked}
	default:
		return result{outcome: refused, status: status}
	}
}

// usable says whether an id can stand in a header and in what is signed.
func usable(id string) bool {
	strange := func(c rune) bool { return c <= ' ' || c > '~' || c == '.' }
	return id != "" && len(id) <= 128 && !strings.ContainsFunc(id, strange)
}

// receiver is what is known of the receiver: there, or away. While it is away one attempt is
// made at a time, the probe, and none before a time.
type receiver struct {
	partitions int // that are worked on at once while it is there

	mu       sync.Mutex
	failures int       // of probes in a row, the failure that began it included; 0: the receiver is there
	until    time.Time // while away: the next probe
	probing  bool      // a probe is under way
	episode  int       // grows with every failure that counts
}

// try is an attempt under way.
type try struct {
	probe   bool
	episode int // of the receiver when the attempt began
}

// begin says whether an attempt may be made now. If so, end must be told how it ended.
func (r *receiver) begin(now time.Time) (try, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures == 0 {
		return try{episode: r.episode}, true
	}
	if r.probing || now.Before(r.until) {
		return try{}, false
	}
	r.probing = true
	return try{probe: true, episode: r.episode}, true
}

// A change is what an attempt has changed of the receiver.
type change int

const (
	asBefore change = iota
	wentAway        // or is still, as a probe found
	cameBack
)

// end notes how an attempt ended. Of attempts that were under way together the first failure
// alone counts; the others, and successes that it overtook, are of the time before it.
func (r *receiver) end(t try, was result, now time.Time) change {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.probe {
		r.probing = false
	}
	current := t.episode == r.episode
	switch was.outcome {
	case away:
		if current {
			r.failures++
			r.episode++
			r.until = now.Add(delayAfter(r.failures, mostAway))
		}
		r.until = later(r.until, now.Add(was.retryAfter))
		if current {
			return wentAway
		}
	case delivered, refused:
		if current && r.failures > 0 {
			r.failures = 0
			return cameBack
		}
	case gaveUp:
	}
	return asBefore
}

// room says how many partitions may be worked on at once, and from when on.
func (r *receiver) room() (partitions int, from time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures == 0 {
		return r.partitions, time.Time{}
	}
	return 1, r.until
}

// next returns when the next attempt may be made, and after how many failures. Zero: at any
// time.
func (r *receiver) next() (time.Time, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures == 0 {
		return time.Time{}, 0
	}
	return r.until, r.failures
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// troubles are the partitions whose first message could not be delivered at the last attempt, as
// far as this dispatcher made it.
type troubles struct {
	mu         sync.Mutex
	partitions map[string]trouble
}

// trouble is what is known of such a partition.
type trouble struct {
	failures int       // in a row
	since    time.Time // when the message was published, or, if it can't be read, first tried
	again    time.Time // when the partition is due again
}

// handedOver is how long after a partition was due again another dispatcher must have taken it.
const handedOver = 10 * time.Minute

// failed counts one more failure of a partition, whose message was published at the time since, and
// returns when it is due again: after a delay of its own, and not before the time from. Most
// bounds the delay.
func (t *troubles) failed(partition string, since, now, from time.Time, most time.Duration) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, before := t.partitions[partition]
	if before && known.since.Before(since) {
		since = known.since
	}
	known.failures++
	known.since = since
	known.again = later(from, now.Add(delayAfter(known.failures, most)))
	t.partitions[partition] = known
	return known.again
}

// over says that a partition is in no trouble any more.
func (t *troubles) over(partition string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.partitions, partition)
}

// oldest returns since when the oldest message of such a partition waits; zero: there is none. It
// forgets the partitions that others must have taken over.
func (t *troubles) oldest(now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	var oldest time.Time
	for partition, known := range t.partitions {
		switch {
		case now.After(known.again.Add(handedOver)):
			delete(t.partitions, partition)
		case oldest.IsZero() || known.since.Before(oldest):
			oldest = known.since
		}
	}
	return oldest
}

// metrics count deliveries. No label holds anything of a partition or a message.
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
	with := promauto.With(r) // nil: they are registered nowhere
	m := &metrics{
		delivered: with.NewCounter(prometheus.CounterOpts{
			Name: "updatecenter_events_delivered_total",
			Help: "Events that the receiver took.",
		}),
		failed: with.NewCounterVec(prometheus.CounterOpts{
			Name: "updatecenter_event_attempts_failed_total",
			Help: "Attempts to deliver an event that failed: the receiver was away, refused the event, or it was unreadable.",
		}, []string{"because"}),
		waiting: with.NewGauge(prometheus.GaugeOpts{
			Name: "updatecenter_event_lanes_waiting",
			Help: "Lines that are looked at for events to be delivered, of all servers: most have some.",
		}),
		oldest: with.NewGauge(prometheus.GaugeOpts{
			Name: "updatecenter_event_oldest_seconds",
			Help: "How long the oldest event waits, as far as this server knows.",
		}),
	}
	for _, because := range []string{becauseAway, becauseRefused, becauseUnreadable} {
		m.failed.WithLabelValues(because)
	}
	return m
}

// waits shows how many partitions wait, and for how long the oldest; a zero time is none.
func (m *metrics) waits(partitions int, now time.Time, since ...time.Time) {
	var longest time.Duration
	for _, at := range since {
		if !at.IsZero() {
			longest = max(longest, now.Sub(at))
		}
	}
	m.waiting.Set(float64(partitions))
	m.oldest.Set(longest.Seconds())
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/features"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/signature"
	"updatecenter/voice/simulator"
)

// callersAtOnce are how many calls are posted at once, with how many posts a round has.
var callersAtOnce = []struct{ callers, posts int }{{1, 300}, {16, 1200}, {256, 2000}}

// BenchmarkIncoming answers signed incoming calls of one line end to end, on a real Redis, beside a
// plain handler in turns: of-bare is the median of their ratios. See bareHandler.
func BenchmarkIncoming(b *testing.B) {
	compareWithBare(b, func(_ poster, calls []string) []webhook { return incomingCalls(calls) })
}

// BenchmarkNextTurn is the same for what goes on with these calls: nothing was keyed, and the question is
// asked once more. Each is claimed, read, committed.
func BenchmarkNextTurn(b *testing.B) {
	compareWithBare(b, func(p poster, calls []string) []webhook {
		p.postAll(b, incomingCalls(calls), 16)
		turns := make([]webhook, len(calls))
		for i, call := range calls {
			turns[i] = newWebhook("/voice/turn/1?lang=en", call, url.Values{"Digits": {""}, "msg": {"Gather End"}, "CallStatus": {"in-progress"}})
		}
		return turns
	})
}

// compareWithBare posts webhooks to our server and to a plain handler in turns, each b.N times.
func compareWithBare(b *testing.B, prepare func(p poster, calls []string) []webhook) {
	redisServer := redistest.Start(b)
	s := newStage(b, redisServer, nil)
	s.db = must(redisstore.Open(s.server.DirectURL()))(b)
	b.Cleanup(func() { s.db.Close() })
	quiet := slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelInfo}))
	redisstore.LogTo(quiet) // what it says at the end would stand in the line of the figures
	a := must(newApp(s.config, outside{db: s.db, now: time.Now, hash: cheap, log: quiet}))(b)
	ours, bare := newPoster(b, a.handler), newPoster(b, bareHandler(b, redisServer.DirectURL()))
	calls := 0
	for _, load := range callersAtOnce {
		b.Run(fmt.Sprintf("%dcallers", load.callers), func(b *testing.B) {
			var ratios []float64
			var took, tookBare time.Duration
			for b.Loop() {
				names := make([]string, load.posts)
				for i := range names {
					calls++
					names[i] = fmt.Sprintf("CA%032x", calls)
				}
				webhooks := prepare(ours, names)
				plain := bare.postAll(b, webhooks, load.callers)
				own := ours.postAll(b, webhooks, load.callers)
				ratios = append(ratios, plain.Seconds()/own.Seconds())
				took, tookBare = took+own, tookBare+plain
			}
			slices.Sort(ratios)
			posts := float64(load.posts * b.N)
			b.ReportMetric(posts/took.Seconds(), "calls/s")
			b.ReportMetric(posts/tookBare.Seconds(), "bare-calls/s")
			b.ReportMetric(ratios[len(ratios)/2], "of-bare")
		})
	}
}

// bareHandler is a plain handler of the same webhooks: it checks the same signature, reads and writes
// a session, and sends TwiML that never changes.
func bareHandler(b testing.TB, redisURL string) http.Handler {
	client := redis.NewClient(must(redis.ParseURL(redisURL))(b))
	b.Cleanup(func() { client.Close() })
	validator := signature.New(nil, secret.New(demoToken))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ParseForm() != nil || !validator.Valid("https://ivr.test"+r.RequestURI, r.PostForm, r.Header.Get(signature.Header), "") {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		key := "session:" + r.PostForm.Get("CallSid")
		session := map[string]string{}
		if stored, err := client.Get(r.Context(), key).Bytes(); err == nil {
			_ = json.Unmarshal(stored, &session)
		}
		session["step"], session["from"], session["pad"] = "ask-pin", r.PostForm.Get("From"), strings.Repeat("x", 400)
		encoded, _ := json.Marshal(session)
		if err := client.Set(r.Context(), key, encoded, time.Hour).Err(); err != nil {
			http.Error(w, "no session", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, fixedTwiML)
	})
}

const fixedTwiML = `<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="https://ivr.test/voice/turn/1?lang=en" ` +
	`numDigits="9" timeout="7" actionOnEmptyResult="true"><Say voice="Polly.Joanna-Neural" language="en-US">Welcome to the Update Center.</Say>` +
	`<Say voice="Polly.Joanna-Neural" language="en-US">Please enter your PIN, then press pound.</Say></Gather></Response>`

// A webhook is one as Twilio posts it.
type webhook struct{ path, body, signature string }

func newWebhook(path, call string, form url.Values) webhook {
	form.Set("CallSid", call)
	form.Set("AccountSid", "AC00000000000000000000000000000078")
	form.Set("From", "sip:6125550145@"+demoSIPDomain)
	form.Set("To", "sip:78@"+demoSIPDomain)
	form.Set("Direction", "inbound")
	form.Set("ApiVersion", "2010-04-01")
	return webhook{path, form.Encode(), signature.Sign(secret.New(demoToken), "https://ivr.test"+path, form)}
}

func incomingCalls(calls []string) []webhook {
	webhooks := make([]webhook, len(calls))
	for i, call := range calls {
		webhooks[i] = newWebhook("/voice/incoming", call, url.Values{"CallStatus": {"ringing"}})
	}
	return webhooks
}

// A poster posts webhooks to a server over the loopback.
type poster struct {
	base   string
	client *http.Client
}

func newPoster(b testing.TB, handler http.Handler) poster {
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	return poster{server.URL, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
}

// postAll posts webhooks, so many at once, and returns how long that took.
func (p poster) postAll(b testing.TB, webhooks []webhook, callers int) time.Duration {
	b.Helper()
	var posted atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range callers {
		group.Go(func() {
			for n := posted.Add(1); n <= int64(len(webhooks)); n = posted.Add(1) {
				if err := p.post(webhooks[n-1]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	return time.Since(began)
}

func (p poster) post(w webhook) error {
	r, err := http.NewRequest(http.MethodPost, p.base+w.path, strings.NewReader(w.body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(signature.Header, w.signature)
	answer, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("<Gather"))) {
		err = fmt.Errorf("answer %d: %s", answer.StatusCode, body)
	}
	return err
}

// importedLines is how many lines BenchmarkImport imports each time.
const importedLines = 200_000

// BenchmarkImport imports lines from CSV into a real Redis by the command line: new ones
// without and with features, and those that exist once more, with other features.
func BenchmarkImport(b *testing.B) {
	plain, featured := importFile("number,language", "en"), importFile("number,language,features", "en,dial-lock call-rejection")
	for _, kind := range []struct {
		name          string
		before, timed []byte
	}{
		{"plain", nil, plain}, {"features", nil, featured}, {"install", plain, featured},
	} {
		b.Run(kind.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				server := redistest.Start(b)
				if kind.before != nil {
					importCSV(b, server.DirectURL(), kind.before)
				}
				b.StartTimer()
				importCSV(b, server.DirectURL(), kind.timed)
			}
			b.ReportMetric(importedLines*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}

// importFile is a file of lines with the same words behind each number.
func importFile(header, behind string) []byte {
	csv := bytes.NewBufferString(header + "\n")
	for i := range importedLines {
		fmt.Fprintf(csv, "%d,%s\n", 2012000000+i, behind)
	}
	return csv.Bytes()
}

func importCSV(b *testing.B, url string, csv []byte) {
	b.Helper()
	status := run(b.Context(), []string{"lines", "import", "--redis-url", url, "-"},
		terminal{in: bytes.NewReader(csv), out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }})
	if status != exitOK {
		b.Fatalf("exit status %d", status)
	}
}

// switchTakes is how long the switch of BenchmarkEventsToSwitch takes for an event.
const switchTakes = 50 * time.Millisecond

// BenchmarkEventsToSwitch brings an event of each of many lines to a switch that takes 50 ms for it,
// from a real Redis, with the settings that a server has by default. It is events/s that says it.
func BenchmarkEventsToSwitch(b *testing.B) {
	const lines = 10_000
	s, _ := newLiveStage(b, redistest.Start(b).DirectURL())
	var took atomic.Int64
	all := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(switchTakes)
		w.WriteHeader(http.StatusNoContent)
		if took.Add(1)%lines == 0 {
			all <- struct{}{}
		}
	}))
	defer server.Close()
	s.config.ProvisioningURL, s.config.ProvisioningSecret = server.URL, secret.New("whsec_"+strings.Repeat("A", 43)+"=")
	s.app = must(newApp(s.config, outside{db: s.db, now: time.Now, hash: cheap, log: slog.New(slog.DiscardHandler)}))(b)
	for i := range lines {
		line := pins.NewLine{Number: customerPhone(i), Features: pins.FeaturesOf(pins.DoNotDisturb)}
		must(provisioning(s.config, outside{db: s.db, now: time.Now}, s.app).Add(b.Context(), []pins.NewLine{line}))(b)
	}
	on := false
	var worked time.Duration
	for b.Loop() {
		b.StopTimer()
		on = !on
		changeAll(b, s.app.features, lines, on)
		ctx, stop := context.WithCancel(b.Context())
		done := make(chan struct{})
		b.StartTimer()
		began := time.Now()
		go func() { defer close(done); s.app.tellSwitch(ctx) }()
		<-all
		worked += time.Since(began)
		stop()
		<-done
	}
	b.ReportMetric(float64(took.Load())/worked.Seconds(), "events/s")
}

// changeAll changes a feature of many lines.
func changeAll(b *testing.B, all *features.Lines, lines int, on bool) {
	b.Helper()
	var group sync.WaitGroup
	for part := range 16 {
		group.Go(func() {
			for i := part; i < lines; i += 16 {
				if _, err := all.Change(b.Context(), features.Request{
					Number: customerPhone(i), Feature: pins.DoNotDisturb, Edit: features.Switch(on), By: "test",
				}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// BenchmarkRequestDelivery asks for calls end to end, on a real Redis, from many connections:
// each is stored and queued when it is answered. Every customer asks as often as one may in an
// hour.
func BenchmarkRequestDelivery(b *testing.B) {
	s, _ := newLiveStage(b, redistest.Start(b).DirectURL())
	server := httptest.NewServer(s.app.handler)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	token, each := s.apiKey(b), s.config.limits().AnHour
	for i := range b.N/each + 1 {
		s.customer(b, i)
	}
	var requests atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(128)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			n := int(requests.Add(1)) - 1
			if err := requestCall(b.Context(), client, server.URL, token, n/each, n); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// requestCall asks for the code of a customer, in the request of that number.
func requestCall(ctx context.Context, client *http.Client, base, token string, customer, number int) error {
	answer, err := client.Do(deliveryRequest(ctx, base, customerNumber(customer), token, strconv.Itoa(number)))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("answer %d: %s", answer.StatusCode, body)
	}
	return err
}

// askedInTurn is of how many requests BenchmarkRequestToRinging tells.
const askedInTurn = 20

// BenchmarkRequestToRinging measures the time from a request until the telephone rings,
// through the queue and the exchange's REST API, on a system that has nothing else to do, and
// begins one call a second at most. It is p50-ms and p95-ms that say it; ns/op is that of all
// requests with the pauses between them.
func BenchmarkRequestToRinging(b *testing.B) {
	s, w := newLiveStage(b, redistest.Start(b).DirectURL())
	rang := make(chan time.Time, 1)
	w.answer = func(ctx context.Context, ring *simulator.Ringing, _ int) {
		rang <- time.Now()
		ring.Answer(ctx, simulator.Human).HangUp(ctx)
	}
	s.workOnQueue(b)
	server := httptest.NewServer(s.app.handler)
	defer server.Close()
	token := s.apiKey(b)
	var took []time.Duration
	for b.Loop() {
		for range askedInTurn {
			s.customer(b, len(took))
			time.Sleep(1100 * time.Millisecond) // the call before is over, and one may be begun again
			asked := time.Now()
			check.OK(b, requestCall(b.Context(), http.DefaultClient, server.URL, token, len(took), len(took)))
			select {
			case at := <-rang:
				took = append(took, at.Sub(asked))
			case <-time.After(10 * time.Second):
				b.Fatal("the telephone does not ring")
			}
		}
	}
	slices.Sort(took)
	for _, percent := range []int{50, 95} {
		rank := int(math.Ceil(float64(len(took)*percent)/100)) - 1
		b.ReportMetric(float64(took[rank])/float64(time.Millisecond), fmt.Sprintf("p%d-ms", percent))
	}
}

// workOnQueue makes attempts as a server does, until the test ends.
func (s *stage) workOnQueue(t testing.TB) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.app.work(ctx) }()
	t.Cleanup(func() { stop(); <-done })
}

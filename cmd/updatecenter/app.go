package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"updatecenter/internal/api"
	"updatecenter/internal/rdb"
	"updatecenter/ivr"
	"updatecenter/ivr/calls"
	"updatecenter/pins"
	"updatecenter/voice"
)

// app is the whole server but for its listener.
type app struct {
	handler http.Handler
	lines   *pins.Lines
}

// outside is what an app takes from outside, so that tests can give their own.
type outside struct {
	db   *rdb.DB
	now  func() time.Time
	log  *slog.Logger
	hash pins.Params    // zero: the default
	took func(ivr.Exit) // told of every exit that a call takes; nil: nobody is
}

// newApp wires an app.
func newApp(c config, o outside) (*app, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	hasher, err := pins.NewHasher(pins.HasherConfig{Keys: c.keys, Params: o.hash})
	if err != nil {
		return nil, fmt.Errorf("prepare hashing: %w", err)
	}
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "updatecenter_hashes_pending", Help: "PIN hashes that run or wait for their turn.",
	}, func() float64 { return float64(hasher.Pending()) }))
	lines, err := newLines(c, o, hasher)
	if err != nil {
		return nil, err
	}
	edge, err := newEdge(c, o, lines, voice.NewMetrics(registry))
	if err != nil {
		return nil, err
	}
	router := mux.NewRouter().SkipClean(true) // an odd path is refused, not redirected: it was signed as it is
	edge.Routes(router)
	api.New(api.Config{
		Lines: lines, Provisioning: pins.Provisioning{Registry: o.db.Lines(), Now: o.now},
		Keys: o.db.Keys(), Now: o.now, Log: o.log,
	}).Routes(router)
	router.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{})).Methods(http.MethodGet)
	return &app{handler: router, lines: lines}, nil
}

func newLines(c config, o outside, hasher *pins.Hasher) (*pins.Lines, error) {
	store := o.db.Lines()
	return pins.New(pins.Config{Store: store, Callers: store, Hasher: hasher, Policy: c.policy, Now: o.now})
}

func newEdge(c config, o outside, lines *pins.Lines, metrics *voice.Metrics) (*voice.Edge, error) {
	flow := calls.Dial78(calls.Config{
		Lines: lines, Policy: c.policy, Now: o.now, Repair: c.repair, Transfer: c.transfer,
	})
	recordings, err := openRecordings(c, flow)
	if err != nil {
		return nil, err
	}
	engine, err := ivr.New(ivr.Config{
		Flow: flow, Store: o.db.Calls(), Keys: c.keys, Now: o.now,
		TurnURL: c.publicURL + voice.TurnPath, Recording: recordings.URL,
		Took: observe(metrics, o.took), Log: o.log,
	})
	if err != nil {
		return nil, err
	}
	return voice.New(voice.Config{
		Engine: engine, PublicURL: c.publicURL, AuthTokens: c.authTokens,
		SIPDomains: c.sipDomains, Dial78: c.dial78, Recordings: recordings,
		Reachable: o.db.Ping, Metrics: metrics, Log: o.log,
	}), nil
}

// openRecordings opens the directory of recordings, if there is one.
func openRecordings(c config, flow *ivr.Flow) (*voice.Recordings, error) {
	if c.recordingsDir == "" {
		return nil, nil
	}
	return voice.OpenRecordings(os.DirFS(c.recordingsDir), flow.Prompts(), c.publicURL)
}

// observe tells the metrics of an exit, and whoever else wants to know.
func observe(metrics *voice.Metrics, also func(ivr.Exit)) func(ivr.Exit) {
	return func(exit ivr.Exit) {
		metrics.Took(exit)
		if also != nil {
			also(exit)
		}
	}
}

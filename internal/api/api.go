package api

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/features"
	"updatecenter/internal/apikey"
	"updatecenter/pins"
)

// Config is what an [API] is made of.
type Config struct {
	Lines        *pins.Lines
	Provisioning pins.Provisioning
	Features     *features.Lines
	Keys         apikey.Store
	Changed      func()           // called when settings of a feature were put, by many goroutines; nil: nobody
	Now          func() time.Time // nil: time.Now
	Log          *slog.Logger     // nil: nothing is logged
	Random       io.Reader        // names the instances of problems, by many goroutines; nil: the system's
}

// API answers /v1 and /openapi.yaml. Any number of goroutines may use it.
type API struct {
	lines        *pins.Lines
	provisioning pins.Provisioning
	features     *features.Lines
	keys         apikey.Store
	changed      func()
	now          func() time.Time
	log          *slog.Logger
	random       io.Reader
}

// New makes an API of its parts; Lines, Provisioning, Features and Keys must be given.
func New(config Config) *API {
	if config.Changed == nil {
		config.Changed = func() {}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	return &API{
		lines: config.Lines, provisioning: config.Provisioning, features: config.Features, keys: config.Keys,
		changed: config.Changed, now: config.Now, log: config.Log, random: config.Random,
	}
}

// Routes adds the API to a router: everything at and below /v1, and /openapi.yaml.
func (a *API) Routes(r *mux.Router) {
	r.Handle("/openapi.yaml", a.resource(methods{
		http.MethodGet: describe,
	}))
	r.Handle("/v1/lines/{number}", a.resource(methods{
		http.MethodGet: a.keyed(apikey.LinesRead, a.showLine),
		http.MethodPut: a.keyed(apikey.LinesWrite, a.putLine),
	}))
	r.Handle("/v1/lines/{number}/pin/reset", a.resource(methods{
		http.MethodPost: a.keyed(anyScope, a.resetPIN),
	}))
	r.Handle("/v1/lines/{number}/history", a.resource(methods{
		http.MethodGet: a.keyed(apikey.LinesRead, a.showHistory),
	}))
	r.Handle("/v1/lines/{number}/features", a.resource(methods{
		http.MethodGet: a.keyed(apikey.FeaturesRead, a.showFeatures),
	}))
	r.Handle("/v1/lines/{number}/features/{feature}", a.resource(methods{
		http.MethodGet: a.keyed(apikey.FeaturesRead, a.showFeature),
		http.MethodPut: a.keyed(apikey.FeaturesWrite, a.putFeature),
	}))
	r.Handle("/v1/access-numbers/{area_code}", a.resource(methods{
		http.MethodGet: a.keyed(anyScope, a.showAccessNumber),
	}))
	r.Handle("/v1", a.resource(nil))
	r.PathPrefix("/v1/").Handler(a.resource(nil))
}

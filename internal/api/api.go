package api

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/audited"
	"updatecenter/internal/clientip"
	"updatecenter/internal/features"
	"updatecenter/internal/sse"
	"updatecenter/pins"
)

// Config is what an [API] is made of.
type Config struct {
	Lines        *pins.Lines
	Provisioning pins.Provisioning
	Features     *features.Lines
	Accounts     *accounts.Accounts
	Deliveries   audited.Sending
	Desk         Desk
	Audit        audit.Recorder
	Keys         apikey.Store
	Changed      func() // called when settings of a feature were put, by many goroutines; nil: nobody
	// Client is the address that a request comes from, for the audit, also where there are
	// proxies in between. Nil: the address of who has connected.
	Client func(r *http.Request) string
	Now    func() time.Time // nil: time.Now
	// Wait passes the time between two looks at a delivery; it ends early, with an error, when
	// the context does. Nil: by the machine's clock.
	Wait     func(ctx context.Context, d time.Duration) error
	Stopping <-chan struct{} // closed when the server stops: streams of events then end; nil: never
	Log      *slog.Logger    // nil: nothing is logged
	Random   io.Reader       // names the instances of problems, by many goroutines; nil: the system's
}

// API answers /v1 and /openapi.yaml. Any number of goroutines may use it.
type API struct {
	lines      audited.Lines
	accounts   audited.Accounts
	deliveries audited.Deliveries
	desk       Desk
	audit      audit.Recorder
	shown      lookedUp
	keys       apikey.Store
	changed    func()
	client     func(r *http.Request) string
	now        func() time.Time
	wait       func(ctx context.Context, d time.Duration) error
	stopping   <-chan struct{}
	streams    atomic.Int64 // of events, that are open
	log        *slog.Logger
	random     io.Reader
}

// New makes an API of its parts; Lines, Provisioning, Features, Accounts, Deliveries, Desk, Audit
// and Keys must be given.
func New(config Config) *API {
	customers := audited.Accounts{Accounts: config.Accounts, Audit: config.Audit}
	a := &API{
		lines:      audited.Lines{Lines: config.Lines, Provisioning: config.Provisioning, Features: config.Features, Audit: config.Audit},
		accounts:   customers,
		deliveries: audited.Deliveries{Deliveries: config.Deliveries, Accounts: customers, Audit: config.Audit},
		desk:       config.Desk, audit: config.Audit,
		shown: lookedUp{config.Lines, config.Provisioning, config.Features},
		keys:  config.Keys, changed: config.Changed, client: config.Client,
		now: config.Now, wait: config.Wait, stopping: config.Stopping, log: config.Log, random: config.Random,
	}
	if a.changed == nil {
		a.changed = func() {}
	}
	if a.client == nil {
		a.client = clientip.New(nil, nil).Address
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.wait == nil {
		a.wait = sse.Wait
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.random == nil {
		a.random = rand.Reader
	}
	return a
}

// Routes adds the API to a router: everything at and below /v1, and /openapi.yaml.
func (a *API) Routes(r *mux.Router) {
	r.Handle("/openapi.yaml", a.resource(methods{
		http.MethodGet: describe,
	}))
	a.lineRoutes(r)
	a.accountRoutes(r)
	a.deliveryRoutes(r)
	a.deskRoutes(r)
	r.Handle("/v1/access-numbers/{area_code}", a.resource(methods{
		http.MethodGet: a.keyed(anyScope, a.showAccessNumber),
	}))
	r.Handle("/v1", a.resource(nil))
	r.PathPrefix("/v1/").Handler(a.resource(nil))
}

func (a *API) lineRoutes(r *mux.Router) {
	r.Handle("/v1/lines/{number}", a.resource(methods{
		http.MethodGet: a.keyed(apikey.LinesRead, a.showLine),
		http.MethodPut: a.keyed(apikey.LinesWrite, a.putLine),
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
}

func (a *API) accountRoutes(r *mux.Router) {
	r.Handle("/v1/accounts/{account}", a.resource(methods{
		http.MethodGet: a.keyed(apikey.AccountsRead, a.showAccount),
		http.MethodPut: a.keyed(apikey.AccountsWrite, a.putAccount),
	}))
	r.Handle("/v1/accounts/{account}/renumber", a.resource(methods{
		http.MethodPost: a.keyed(apikey.AccountsWrite, a.misses(a.renumberAccount)),
	}))
	r.Handle("/v1/accounts/{account}/security-code", a.resource(methods{
		http.MethodPost: a.keyed(apikey.AccountsWrite, a.misses(a.newCode)),
	}))
	r.Handle("/v1/accounts/{account}/security-question", a.resource(methods{
		http.MethodPut: a.keyed(apikey.AccountsWrite, a.misses(a.putQuestion)),
	}))
	r.Handle("/v1/accounts/{account}/verify", a.resource(methods{
		http.MethodPost: a.keyed(apikey.AccountsVerify, a.verifyAccount),
	}))
	r.Handle("/v1/accounts/{account}/verification/open", a.resource(methods{
		http.MethodPost: a.keyed(apikey.AccountsWrite, a.openAccount),
	}))
	r.Handle("/v1/enrollments", a.resource(methods{
		http.MethodPost: a.keyed(apikey.AccountsVerify, a.enroll),
	}))
	r.Handle("/v1/enrollments/{enrollment}", a.resource(methods{
		http.MethodGet: a.keyed(apikey.AccountsVerify, a.showEnrollment),
	}))
	r.Handle("/v1/enrollments/{enrollment}/accounts", a.resource(methods{
		http.MethodPost: a.keyed(apikey.AccountsVerify, a.addAccount),
	}))
}

func (a *API) deliveryRoutes(r *mux.Router) {
	r.Handle("/v1/accounts/{account}/deliveries", a.resource(methods{
		http.MethodPost: a.keyed(apikey.DeliveriesWrite, a.misses(a.requestDelivery)),
	}))
	r.Handle("/v1/deliveries/{delivery}", a.resource(methods{
		http.MethodGet:    a.keyed(apikey.DeliveriesRead, a.showDelivery),
		http.MethodDelete: a.keyed(apikey.DeliveriesWrite, a.cancelDelivery),
	}))
	r.Handle("/v1/deliveries/{delivery}/events", a.unbounded(methods{
		http.MethodGet: a.keyed(apikey.DeliveriesRead, a.showEvents),
	}))
}

// deskRoutes are of what agents do for customers.
func (a *API) deskRoutes(r *mux.Router) {
	r.Handle("/v1/lines/{number}/validations", a.resource(methods{
		http.MethodPost: a.keyed(anyScope, a.validate),
	}))
	r.Handle("/v1/validations/{validation}", a.resource(methods{
		http.MethodGet: a.keyed(apikey.ValidationsWrite, a.showValidation),
	}))
	r.Handle("/v1/validations/{validation}/code", a.resource(methods{
		http.MethodPost: a.keyed(apikey.ValidationsWrite, a.judgeCode),
	}))
	r.Handle("/v1/lines/{number}/pin/reset", a.resource(methods{
		http.MethodPost: a.keyed(anyScope, a.resetPIN),
	}))
	r.Handle("/v1/lines/{number}/unlock", a.resource(methods{
		http.MethodPost: a.keyed(anyScope, a.unlockLine),
	}))
}

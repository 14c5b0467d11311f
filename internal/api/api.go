// Package api is the REST API of the Update Center, /v1, for the phone company's own
// programs: the ordering system that provisions lines, the tools of repair agents, the
// customers' portal.
//
//	GET    /v1/lines/{number}                        lines:read       a line, its PIN's state, failures and locks, its features
//	PUT    /v1/lines/{number}                        lines:write      create it with the temporary PIN, set its language and its features
//	POST   /v1/lines/{number}/validations            validations:write, validations:photo-id  validate its customer, or call it for that
//	GET    /v1/validations/{validation}              validations:write how far the call is
//	POST   /v1/validations/{validation}/code         validations:write judge the code that it told
//	POST   /v1/lines/{number}/pin/reset              pins:reset       back to the temporary PIN, for a validated customer
//	POST   /v1/lines/{number}/unlock                 pins:reset       clear failures and locks, likewise
//	GET    /v1/lines/{number}/history                lines:read       what happened to its PIN and its features
//	GET    /v1/lines/{number}/features               features:read    how its features are set
//	GET    /v1/lines/{number}/features/{feature}     features:read    how one is set
//	PUT    /v1/lines/{number}/features/{feature}     features:write   set it
//	PUT    /v1/lines/{number}/last-caller            last-callers:write say who has called the line
//	GET    /v1/accounts/{account}                    accounts:read    an account, without its secret
//	PUT    /v1/accounts/{account}                    accounts:write   create it, or change what is given
//	POST   /v1/accounts/{account}/renumber           accounts:write   give it another number
//	POST   /v1/accounts/{account}/security-code      accounts:write   make a new code, which retires the code or the question
//	PUT    /v1/accounts/{account}/security-question  accounts:write   set the question that retires the code
//	POST   /v1/accounts/{account}/verify             accounts:verify  judge a claim that it is somebody's own
//	POST   /v1/accounts/{account}/verification/open  accounts:write   open what wrong claims have closed
//	GET    /v1/long-distance/{number}                accounts:read    a long-distance account, without its secrets
//	PUT    /v1/long-distance/{number}                accounts:write   create it, or change what is given
//	POST   /v1/recoveries                            recoveries:write have what a customer has forgotten sent
//	POST   /v1/recoveries/challenges                 recoveries:write what to ask whoever has forgotten an e-mail password
//	POST   /v1/passwords                             recoveries:write choose a password by a link that was sent
//	POST   /v1/enrollments                           accounts:verify  begin an enrollment by a claim to an account
//	GET    /v1/enrollments/{enrollment}              accounts:verify  its accounts
//	POST   /v1/enrollments/{enrollment}/accounts     accounts:verify  add an account to it by a claim
//	POST   /v1/accounts/{account}/deliveries         deliveries:write have its code or answer delivered
//	GET    /v1/deliveries/{delivery}                 deliveries:read  how far a delivery is
//	DELETE /v1/deliveries/{delivery}                 deliveries:write cancel it
//	GET    /v1/deliveries/{delivery}/events          deliveries:read  follow it, by server-sent events or as JSON
//	GET    /v1/tickets/{ticket}                      tickets:read     a repair ticket, and the newest test of its line
//	PUT    /v1/tickets/{ticket}                      tickets:write    create it, or write it anew
//	POST   /v1/service-tests/{test}/result           tickets:write    say what came of a test
//	GET    /v1/mailboxes/{number}                    mailboxes:read   the voice mailbox of a line
//	PUT    /v1/mailboxes/{number}                    mailboxes:write  say that a line has one, and whether it is set up
//	GET    /v1/emails/{number}                       mailboxes:read   the e-mail addresses of a line, without answers
//	PUT    /v1/emails/{number}/{address}             mailboxes:write  give it one, with two secret questions
//	DELETE /v1/emails/{number}/{address}             mailboxes:write  take it away
//	GET    /v1/access-numbers/{code}                 any key          the toll-free number of an area code
//	GET    /openapi.yaml                             no key           all this, as an OpenAPI 3.1 document
//
// openapi.yaml beside the code is the reference: every request and answer of the tests is
// checked against it, and every route must be in it. HEAD stands where GET does; OPTIONS
// tells the methods.
//
// # Serving it
//
//	api.New(api.Config{
//		Lines: lines, Provisioning: provisioning, Features: features,
//		Accounts: accounts, Deliveries: deliveries, Tickets: tickets,
//		Mailboxes: mailboxes, Desk: desk, Audit: audit, Keys: keys,
//	}).Routes(router)
//
// The router should be made with SkipClean(true), or it redirects odd paths instead of
// refusing them. The server bounds headers and the time for reading a request
// (MaxHeaderBytes, ReadTimeout); the API bounds bodies, at 64 KiB, and what it asks of the
// stores, at 3 seconds for a request.
//
// # Keys
//
// A client shows a key, "Authorization: Bearer uc_...", which package apikey makes and knows
// again; its scopes say what it may do. The key's name is who did it, in the history of a
// line and in the log.
//
// # Agents
//
// What repair agents do for customers goes through package repair, which holds all its rules, on
// the page and here alike. A request names the agent, by the client's own name for the person;
// in histories and in the audit that is "key/agent", such as "crm/77", which no agent of the
// console can be called. A validation counts for the key, the agent and the line alone. A reset
// without one is refused ([pins.ErrNotValidated]) by the store, whatever was asked here before.
//
// What shows or changes anything is recorded first, by the name of the key (Config.Audit), in
// packages repair and audited; what can't be recorded isn't done. But for who has called a line: the switch tells
// of every call. A line that is shown as the answer to
// a change of it is no look-up. Config.Client says where requests come from.
//
// # Features
//
// A PUT replaces all settings of a feature, and says in If-Match which revision of them its
// client has seen: it is the ETag of every answer that shows the feature. So two programs, or
// a program and a caller, who change one list at once lose nothing: the slower one is told
// (412), and starts over from what the other made of it. The rules are those of package
// features, and a refusal (422) names the same reason that a caller hears. A code can be sent
// and is never answered. The history shows what was changed only to keys that may read
// settings.
//
// # Tickets
//
// A PUT replaces a repair ticket, under the same rule of If-Match, as callers change tickets too; a new one is created
// with If-None-Match: *. What the operator's systems are told of callers' changes comes with the events of lines.
//
// # Accounts and deliveries
//
// No answer, problem or line of the log holds a security code or an answer. A claim to an
// account that doesn't exist is answered as any other, and its number is not logged, as it
// may be anything that somebody typed. All other operations tell a key which accounts exist and what they
// have; what a web site must keep from its visitors is said in openapi.yaml. Reading an account, and
// whatever else finds none with the number, counts as a look-up of the key, with those of lines.
// Wrong claims count for the key over all accounts (repair.WrongClaims).
//
// A delivery goes to where the account says; a request that names a number is refused. Its
// header Idempotency-Key stands, among the requests of its key's name, for one delivery.
//
// Events of a delivery are streamed (text/event-stream) by looking at the store several times
// a second. A stream extends the server's ReadTimeout and WriteTimeout for itself, and each of
// its looks has the 3 seconds that any other request has. It ends 5 seconds after the first
// final event, as what became of a call may be told more exactly until then; after half an
// hour; when Config.Stopping is closed; or when it can't go on. A client comes back with the
// header Last-Event-ID, and is told by 204 when there is nothing to come back for.
//
// # Errors
//
// Every refusal is a [Problem] (RFC 9457). A handler returns an error with two faces: what
// the client is told, and the cause, which only the log holds. Both name the same instance,
// so that a client's complaint finds its line in the log. What is logged of a request is
// its method and its route, never its path, headers or body.
//
// # Documents
//
// [LineDocument], [FeaturesDocument], [HistoryDocument], [AccountDocument], [ValidationDocument],
// [DeliveryDocument] and [TicketDocument] make what the API answers. The command line shows a line and an account
// by the same documents.
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
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/recovery"
	"updatecenter/internal/repair"
	"updatecenter/internal/sse"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// Config is what an [API] is made of.
type Config struct {
	Lines        *pins.Lines
	Provisioning pins.Provisioning
	Features     *features.Lines
	Accounts     *accounts.Accounts
	Deliveries   audited.Sending
	Recoveries   *recovery.Recoveries
	Tickets      *tickets.Tickets
	Mailboxes    *mailboxes.Mailboxes
	Desk         *repair.Desk
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
	config     Config // with its defaults
	lines      audited.Lines
	accounts   audited.Accounts
	deliveries audited.Deliveries
	recoveries audited.Recoveries
	tickets    audited.Tickets
	mailboxes  audited.Mailboxes
	streams    atomic.Int64 // of events, that are open
}

// New makes an API of its parts; Lines, Provisioning, Features, Accounts, Deliveries, Tickets, Mailboxes, Desk, Audit
// and Keys must be given.
func New(config Config) *API {
	customers := audited.Accounts{Accounts: config.Accounts, Audit: config.Audit}
	config.setDefaults()
	return &API{
		config:     config,
		lines:      audited.Lines{Lines: config.Lines, Provisioning: config.Provisioning, Features: config.Features, Audit: config.Audit},
		accounts:   customers,
		deliveries: audited.Deliveries{Deliveries: config.Deliveries, Accounts: customers, Audit: config.Audit},
		recoveries: audited.Recoveries{Recoveries: config.Recoveries, Accounts: customers, Audit: config.Audit},
		tickets:    audited.Tickets{Tickets: config.Tickets, Audit: config.Audit},
		mailboxes:  audited.Mailboxes{Mailboxes: config.Mailboxes, Audit: config.Audit},
	}
}

func (c *Config) setDefaults() {
	if c.Changed == nil {
		c.Changed = func() {}
	}
	if c.Client == nil {
		c.Client = clientip.New(nil, nil).Address
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wait == nil {
		c.Wait = sse.Wait
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
}

// An endpoint is a path, as mux has it, and what it answers.
type endpoint struct {
	path      string
	methods   methods
	unbounded bool // see resource
}

// endpoints are the paths of the API.
func (a *API) endpoints() []endpoint {
	const get, put, post = http.MethodGet, http.MethodPut, http.MethodPost
	const line, account, enrollments, delivery = "/v1/lines/{number}", "/v1/accounts/{account}", "/v1/enrollments", "/v1/deliveries/{delivery}"
	return []endpoint{
		{path: "/openapi.yaml", methods: methods{get: describe}},
		{path: "/v1/access-numbers/{area_code}", methods: methods{get: a.keyed(anyScope, a.showAccessNumber)}},
		{path: line, methods: methods{
			get: a.keyed(apikey.LinesRead, of(pathNumber, a.showLine)),
			put: a.keyed(apikey.LinesWrite, with(pathNumber, lineBody.check, a.putLine)),
		}},
		{path: line + "/history", methods: methods{get: a.keyed(apikey.LinesRead, of(pathNumber, a.showHistory))}},
		{path: line + "/features", methods: methods{get: a.keyed(apikey.FeaturesRead, of(pathNumber, a.showFeatures))}},
		{path: line + "/features/{feature}", methods: methods{
			get: a.keyed(apikey.FeaturesRead, of(pathFeature, a.showFeature)),
			put: a.keyed(apikey.FeaturesWrite, of(pathFeature, a.putFeature)),
		}},
		{path: line + "/last-caller", methods: methods{
			put: a.keyed(apikey.LastCallersWrite, with(pathNumber, lastCallerBody.check, a.putLastCaller)),
		}},
		{path: account, methods: methods{
			get: a.keyed(apikey.AccountsRead, of(pathAccount, a.showAccount)),
			put: a.keyed(apikey.AccountsWrite, with(pathAccount, a.checkAccount, a.putAccount)),
		}},
		{path: account + "/renumber", methods: methods{
			post: a.keyed(apikey.AccountsWrite, a.misses(with(pathAccount, renumberBody.check, a.renumberAccount))),
		}},
		{path: account + "/security-code", methods: methods{post: a.keyed(apikey.AccountsWrite, a.misses(of(pathAccount, a.newCode)))}},
		{path: account + "/security-question", methods: methods{
			put: a.keyed(apikey.AccountsWrite, a.misses(with(pathAccount, questionBody.check, a.putQuestion))),
		}},
		{path: account + "/verify", methods: methods{post: a.keyed(apikey.AccountsVerify, with(pathAccount, claimBody.check, a.verifyAccount))}},
		{path: account + "/verification/open", methods: methods{
			post: a.keyed(apikey.AccountsWrite, with(pathAccount, helpBody.checkOfAgent, a.openAccount)),
		}},
		{path: "/v1/long-distance/{number}", methods: methods{
			get: a.keyed(apikey.AccountsRead, of(pathBTN, a.showLongDistance)),
			put: a.keyed(apikey.AccountsWrite, with(pathBTN, a.checkLongDistance, a.putLongDistance)),
		}},
		{path: "/v1/recoveries", methods: methods{post: a.keyed(apikey.RecoveriesWrite, a.recover)}},
		{path: "/v1/recoveries/challenges", methods: methods{post: a.keyed(apikey.RecoveriesWrite, a.challenge)}},
		{path: "/v1/passwords", methods: methods{post: a.keyed(apikey.RecoveriesWrite, a.choosePassword)}},
		{path: enrollments, methods: methods{post: a.keyed(apikey.AccountsVerify, a.enroll)}},
		{path: enrollments + "/{enrollment}", methods: methods{get: a.keyed(apikey.AccountsVerify, of(pathEnrollment, a.showEnrollment))}},
		{path: enrollments + "/{enrollment}/accounts", methods: methods{
			post: a.keyed(apikey.AccountsVerify, with(pathEnrollment, enrollBody.check, a.addAccount)),
		}},
		{path: account + "/deliveries", methods: methods{post: a.keyed(apikey.DeliveriesWrite, a.misses(of(pathAccount, a.requestDelivery)))}},
		{path: delivery, methods: methods{
			get:               a.keyed(apikey.DeliveriesRead, of(pathDelivery, a.showDelivery)),
			http.MethodDelete: a.keyed(apikey.DeliveriesWrite, of(pathDelivery, a.cancelDelivery)),
		}},
		{path: delivery + "/events", methods: methods{get: a.keyed(apikey.DeliveriesRead, of(pathDelivery, a.showEvents))}, unbounded: true},
		{path: "/v1/tickets/{ticket}", methods: methods{
			get: a.keyed(apikey.TicketsRead, of(pathTicket, a.showTicket)),
			put: a.keyed(apikey.TicketsWrite, a.misses(with(pathTicket, ticketBody.check, a.putTicket))),
		}},
		{path: "/v1/mailboxes/{number}", methods: methods{
			get: a.keyed(apikey.MailboxesRead, of(pathNumber, a.showMailbox)),
			put: a.keyed(apikey.MailboxesWrite, with(pathNumber, mailboxBody.check, a.putMailbox)),
		}},
		{path: "/v1/emails/{number}", methods: methods{get: a.keyed(apikey.MailboxesRead, of(pathNumber, a.showEmails))}},
		{path: "/v1/emails/{number}/{address:.+}", methods: methods{ // an address may have a slash in it
			put:               a.keyed(apikey.MailboxesWrite, with(pathEmail, emailBody.check, a.putEmail)),
			http.MethodDelete: a.keyed(apikey.MailboxesWrite, of(pathEmail, a.removeEmail)),
		}},
		{path: "/v1/service-tests/{service_test}/result", methods: methods{
			post: a.keyed(apikey.TicketsWrite, with(pathTest, resultBody.check, a.endTest)),
		}},

		// What agents do for customers.
		{path: line + "/validations", methods: methods{post: a.keyed(anyScope, a.validate)}},
		{path: line + "/pin/reset", methods: methods{post: a.keyed(anyScope, a.helps("PIN reset", a.config.Desk.Reset))}},
		{path: line + "/unlock", methods: methods{post: a.keyed(anyScope, a.helps("line unlocked", a.config.Desk.Unlock))}},
		{path: "/v1/validations/{validation}", methods: methods{get: a.keyed(apikey.ValidationsWrite, of(pathValidation, a.showValidation))}},
		{path: "/v1/validations/{validation}/code", methods: methods{
			post: a.keyed(apikey.ValidationsWrite, with(pathValidation, codeBody.check, a.judgeCode)),
		}},
	}
}

// Routes adds the API to a router: everything at and below /v1, and /openapi.yaml.
func (a *API) Routes(r *mux.Router) {
	for _, e := range a.endpoints() {
		r.Handle(e.path, resource{a, e.methods, e.unbounded})
	}
	r.Handle("/v1", resource{api: a})
	r.PathPrefix("/v1/").Handler(resource{api: a})
}

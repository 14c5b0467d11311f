package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

const (
	coded   accounts.Number = "MN-1000-4" // has a code
	missing accounts.Number = "MN-9999-9" // is no account's

	code = "826517"
	luz  = "Doña Luz, of St. Paul"

	enrolled accounts.EnrollmentID = "enr_aaaaaaaaaaaaaaaaaaaaaaaaaa" // has coded
	followed deliveries.ID         = "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa" // calls the telephone of coded

	accountPath    = "/v1/accounts/" + string(coded)
	enrollmentPath = "/v1/enrollments/" + string(enrolled)
	deliveryPath   = "/v1/deliveries/" + string(followed)

	newAccount = `{"phone":"612-555-0142","language":"es","name":"Pat Larsen","address":{"street":["12 Elm Street","Apt. 3"],` +
		`"city":"Minneapolis","state":"mn","zip":"55403"},"email":"pat@mail.example.com","email_since":"2026-01-02T03:04:05Z",` +
		`"security_code":"` + code + `"}`
)

// customers are the accounts of the rig.
func (r *rig) customers() *accounts.Accounts {
	r.Helper()
	all, err := accounts.New(accounts.Config{
		Store: r.billing, Attempts: r.billing, Enrollments: r.billing, Keys: keyring(r.T),
		Notices: func(update accounts.Update) [][]byte {
			r.billing.update = update
			return [][]byte{[]byte("a notice")}
		},
		Now: func() time.Time { return r.now },
	})
	if err != nil {
		r.Fatal(err)
	}
	return all
}

// outbound are the deliveries of the rig. No task of theirs is ever run.
func (r *rig) outbound(all *accounts.Accounts) *deliveries.Deliveries {
	return deliveries.New(deliveries.Config{
		Store: r.sent, Phones: r.sent, Queue: &testkit.Queue{}, Dialer: r, Printer: r, Accounts: all,
		Mailer: r, Now: func() time.Time { return r.now },
		Codes: repair.Codes{Store: r.codes.Desk, Keys: keyring(r.T), Now: func() time.Time { return r.now }},
	})
}

// desk is the repair desk of the rig.
func (r *rig) desk(provisioning pins.Provisioning, limits repair.Limits) *repair.Desk {
	return repair.New(repair.Config{
		Lines: r.config.Lines, Provisioning: provisioning, Accounts: r.config.Accounts, Deliveries: r.outbound(r.config.Accounts),
		Store: r.codes, Audit: r.trail, Keys: keyring(r.T), Limits: limits, Now: func() time.Time { return r.now },
		Alert: func(_ context.Context, alert repair.Alert) { r.alerts = append(r.alerts, alert) },
	})
}

var errNotHere = errors.New("nothing leaves a test")

// The rig stands for the ways out, which no request of the API goes by itself.

func (r *rig) Dial(context.Context, deliveries.Ring) (string, error) { return "", errNotHere }
func (r *rig) HangUp(context.Context, string) error                  { return errNotHere }
func (r *rig) Print(context.Context, deliveries.Letter) error        { return errNotHere }
func (r *rig) Send(context.Context, deliveries.Mail) error           { return errNotHere }
func (r *rig) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, errNotHere
}

// pass lets time pass between two looks at a delivery, and things happen meanwhile.
func (r *rig) pass(ctx context.Context, d time.Duration) error {
	r.now = r.now.Add(d)
	if r.passing != nil {
		r.passing()
	}
	return ctx.Err()
}

// provision creates the account coded, an enrollment and a delivery. The account's secrets
// must turn up nowhere from now on.
func (r *rig) provision() {
	r.Helper()
	r.secrets = append(r.secrets, code, luz)
	r.ask(http.MethodPut, accountPath, newAccount).is(http.StatusCreated, "")
	account, err := r.config.Accounts.Get(r.Context(), coded)
	if err == nil {
		err = r.billing.Begin(r.Context(), accounts.Enrollment{ID: enrolled, Accounts: []accounts.ID{account.ID}, Since: r.now})
	}
	if err == nil {
		_, err = r.sent.Create(r.Context(), deliveries.NewDelivery{Delivery: deliveries.Delivery{
			ID: followed, Account: account.ID, Topic: deliveries.SecurityCode, Method: deliveries.Voice,
			Status: deliveries.Queued, Attempt: 1, Due: r.now, Created: r.now,
			Events: []deliveries.Event{{At: r.now, Status: deliveries.Queued, Attempt: 1}},
		}})
	}
	if err != nil {
		r.Fatal(err)
	}
	r.notices = nil
}

// validated has an agent of a key ("ordering/77") validate the customer of the line.
func (r *rig) validated(by string) {
	r.Helper()
	v := pins.Validation{By: by, From: from, Method: pins.ByCall, At: r.now, Until: r.now.Add(pins.ValidFor)}
	record := pins.Record{At: r.now, Event: pins.CustomerValidated, By: by, From: from, Method: pins.ByCall}
	if err := r.store.Lines.Validate(r.Context(), line, v, record); err != nil {
		r.Fatal(err)
	}
}

// becomes gives the followed delivery another status.
func (r *rig) becomes(status deliveries.Status, detail string) {
	r.Helper()
	delivery, err := r.sent.Deliveries.Get(r.Context(), followed)
	if err != nil {
		r.Fatal(err)
	}
	delivery.Status = status
	event := deliveries.Event{At: r.now, Status: status, Attempt: delivery.Attempt, Detail: detail}
	if err := r.sent.Update(r.Context(), delivery, event); err != nil {
		r.Fatal(err)
	}
}

// A store fails while fault is set.
type store struct {
	redisstore.Lines
	fault func(context.Context) error
}

var errRefused = errors.New("dial tcp 10.0.0.7:6379: connection refused")

// away is the fault of a store that is not there, and hanging that of one that is silent.
func away(context.Context) error { return errRefused }

func hanging(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func (s *store) trouble(ctx context.Context) error {
	if s.fault == nil {
		return nil
	}
	return s.fault(ctx)
}

func (s *store) Line(ctx context.Context, number nanp.Number) (pins.Line, error) {
	if err := s.trouble(ctx); err != nil {
		return pins.Line{}, err
	}
	return s.Lines.Line(ctx, number)
}

func (s *store) SetLanguage(ctx context.Context, number nanp.Number, language string) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	return s.Lines.SetLanguage(ctx, number, language)
}

func (s *store) Add(ctx context.Context, lines []pins.NewLine, now time.Time) ([]bool, error) {
	if err := s.trouble(ctx); err != nil {
		return nil, err
	}
	return s.Lines.Add(ctx, lines, now)
}

func (s *store) Validate(ctx context.Context, number nanp.Number, v pins.Validation, record pins.Record) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	return s.Lines.Validate(ctx, number, v, record)
}

func (s *store) Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	return s.Lines.Reset(ctx, number, record, notice)
}

func (s *store) Append(ctx context.Context, number nanp.Number, record pins.Record) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	return s.Lines.Append(ctx, number, record)
}

func (s *store) History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error) {
	if err := s.trouble(ctx); err != nil {
		return nil, err
	}
	return s.Lines.History(ctx, number, limit)
}

// A settingStore has the troubles of the store of its lines, and can be overtaken at every
// change.
type settingStore struct {
	features.Store
	trouble   func(context.Context) error
	overtaken bool
}

func (s *settingStore) Features(ctx context.Context, number nanp.Number, turn pins.Turn) (features.Stored, error) {
	if err := s.trouble(ctx); err != nil {
		return features.Stored{}, err
	}
	return s.Store.Features(ctx, number, turn)
}

func (s *settingStore) Change(ctx context.Context, change features.Change) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	if s.overtaken {
		return storage.ErrStale
	}
	return s.Store.Change(ctx, change)
}

func (s *settingStore) Install(ctx context.Context, lines []features.Installation, record pins.Record, removal features.Removal) ([]bool, error) {
	if err := s.trouble(ctx); err != nil {
		return nil, err
	}
	return s.Store.Install(ctx, lines, record, removal)
}

// A billingStore has the troubles of the store of lines, and tells of which updates it keeps notices.
type billingStore struct {
	redisstore.Accounts
	trouble func(context.Context) error
	update  accounts.Update // that is to be stored
	notices *[]accounts.Update
}

func (s *billingStore) noted(notices [][]byte, err error) error {
	if err == nil && len(notices) > 0 {
		*s.notices = append(*s.notices, s.update)
	}
	return err
}

func (s *billingStore) Create(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	return s.noted(notices, s.Accounts.Create(ctx, account, records, notices))
}

func (s *billingStore) Change(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	return s.noted(notices, s.Accounts.Change(ctx, account, records, notices))
}

func (s *billingStore) Find(ctx context.Context, number accounts.Number) (accounts.Stored, error) {
	if err := s.trouble(ctx); err != nil {
		return accounts.Stored{}, err
	}
	return s.Accounts.Find(ctx, number)
}

func (s *billingStore) Enrollment(ctx context.Context, id accounts.EnrollmentID) (accounts.Enrollment, error) {
	if err := s.trouble(ctx); err != nil {
		return accounts.Enrollment{}, err
	}
	return s.Accounts.Enrollment(ctx, id)
}

// A deliveryStore has the troubles of the store of lines.
type deliveryStore struct {
	redisstore.Deliveries
	trouble func(context.Context) error
}

func (s *deliveryStore) Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	if err := s.trouble(ctx); err != nil {
		return deliveries.Delivery{}, err
	}
	return s.Deliveries.Get(ctx, id)
}

// A deskStore has the troubles of the store of lines.
type deskStore struct {
	redisstore.Desk
	trouble func(context.Context) error
}

func (s *deskStore) Load(ctx context.Context, id repair.ID) (repair.Stored, error) {
	if err := s.trouble(ctx); err != nil {
		return repair.Stored{}, err
	}
	return s.Desk.Load(ctx, id)
}

func (s *deskStore) Count(ctx context.Context, count repair.Count) (repair.Counted, error) {
	if err := s.trouble(ctx); err != nil {
		return repair.Counted{}, err
	}
	return s.Desk.Count(ctx, count)
}

// A trail is an audit that takes what the real one would take, and fails while fault is set.
type trail struct {
	mu     sync.Mutex
	events []audit.Event
	fault  error
}

func (t *trail) Record(_ context.Context, event audit.Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fault != nil {
		return t.fault
	}
	if !slices.Contains(audit.Actions(), event.Action) || event.By == "" || utf8.RuneCountInString(event.By) > audit.MaxName {
		return audit.ErrInvalidEvent
	}
	t.events = append(t.events, event)
	return nil
}

// told returns what was recorded since it was last called.
func (t *trail) told() []audit.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	events := t.events
	t.events = nil
	return events
}

// A keyStore counts the questions for keys, and fails while fault is set.
type keyStore struct {
	apikey.Store
	fault func(context.Context) error
	asked atomic.Int64
}

func (s *keyStore) Key(ctx context.Context, id string) (apikey.Key, error) {
	s.asked.Add(1)
	if s.fault != nil {
		return apikey.Key{}, s.fault(ctx)
	}
	return s.Store.Key(ctx, id)
}

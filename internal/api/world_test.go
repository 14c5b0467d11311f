package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
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
		Store: r.billing, Attempts: r.billing, Enrollments: r.billing, Keys: r.world.Keys,
		Notices: func(update accounts.Update) [][]byte {
			r.billing.update = update
			return [][]byte{[]byte("a notice")}
		},
		Now: r.world.Now,
	})
	check.OK(r, err)
	return all
}

// outbound are the deliveries of the rig. No task of theirs is ever run.
func (r *rig) outbound(all *accounts.Accounts) *deliveries.Deliveries {
	return deliveries.New(deliveries.Config{
		Store: r.world.Deliveries(), Phones: r.world.Deliveries(), Queue: &testkit.Queue{}, Dialer: r, Printer: r, Accounts: all,
		Mailer: r, Now: r.world.Now,
		Codes: repair.Codes{Store: r.world.DB.Desk(), Keys: r.world.Keys, Now: r.world.Now},
	})
}

// desk is the repair desk of the rig.
func (r *rig) desk(provisioning pins.Provisioning, limits repair.Limits) *repair.Desk {
	return repair.New(repair.Config{
		Lines: r.config.Lines, Provisioning: provisioning, Accounts: r.config.Accounts, Deliveries: r.outbound(r.config.Accounts),
		Store: r.world.Desk(), Audit: r.world.Audit, Keys: r.world.Keys, Limits: limits, Now: r.world.Now,
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
	r.world.Pass(d)
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
		err = r.world.DB.Accounts().Begin(r.Context(), accounts.Enrollment{ID: enrolled, Accounts: []accounts.ID{account.ID}, Since: r.now()})
	}
	if err == nil {
		_, err = r.world.DB.Deliveries().Create(r.Context(), deliveries.NewDelivery{Delivery: deliveries.Delivery{
			ID: followed, Account: account.ID, Topic: deliveries.SecurityCode, Method: deliveries.Voice,
			Status: deliveries.Queued, Attempt: 1, Due: r.now(), Created: r.now(),
			Events: []deliveries.Event{{At: r.now(), Status: deliveries.Queued, Attempt: 1}},
		}})
	}
	check.OK(r, err)
	r.notices = nil
}

// validated has an agent of a key ("ordering/77") validate the customer of the line.
func (r *rig) validated(by string) {
	r.Helper()
	v := pins.Validation{By: by, From: from, Method: pins.ByCall, At: r.now(), Until: r.now().Add(pins.ValidFor)}
	record := pins.Record{At: r.now(), Event: pins.CustomerValidated, By: by, From: from, Method: pins.ByCall}
	check.OK(r, r.world.DB.Lines().Validate(r.Context(), line, v, record))
}

// becomes gives the followed delivery another status.
func (r *rig) becomes(status deliveries.Status, detail string) {
	r.Helper()
	delivery, err := r.world.DB.Deliveries().Get(r.Context(), followed)
	check.OK(r, err)
	delivery.Status = status
	event := deliveries.Event{At: r.now(), Status: status, Attempt: delivery.Attempt, Detail: detail}
	check.OK(r, r.world.DB.Deliveries().Update(r.Context(), delivery, event))
}

var errRefused = errors.New("dial tcp 10.0.0.7:6379: connection refused")

// away is the fault of a store that is not there, and hanging that of one that is silent.
func away(context.Context) error { return errRefused }

func hanging(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// A billingStore tells of which updates it keeps notices.
type billingStore struct {
	testkit.Accounts
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

package repair

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// Lines finds lines, as [pins.Lines] does.
type Lines interface {
	Find(ctx context.Context, number nanp.Number) (pins.Line, error)
}

// Accounts judges what customers know of their account, as [accounts.Accounts] does.
type Accounts interface {
	Get(ctx context.Context, number accounts.Number) (accounts.Account, error)
	Verify(ctx context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error)
	Known(ctx context.Context, number accounts.Number) (bool, error)
	Open(ctx context.Context, number accounts.Number, note accounts.Note) error
}

// Deliveries has lines called, as [deliveries.Deliveries] does.
type Deliveries interface {
	RequestValidation(ctx context.Context, ask deliveries.ValidationAsk) (deliveries.Delivery, error)
	Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error)
}

// Audit records what is about to be done. After an error it must not be done.
type Audit interface {
	Record(ctx context.Context, event audit.Event) error
}

// Config is what a [Desk] is made of.
type Config struct {
	Lines        Lines
	Provisioning pins.Provisioning // with Validations; its clock is to be the same as Now
	Accounts     Accounts
	Deliveries   Deliveries
	Store        Store
	Audit        Audit
	Keys         secret.Keyring // that seal codes; at least one
	Limits       Limits         // zero: [DefaultLimits]
	// Alert tells supervisors that a limit was met, once in an hour for each limit and agent, key,
	// or line. It must not fail, nor take long. Nil: nobody is told.
	Alert  func(ctx context.Context, alert Alert)
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // nil: crypto/rand's
	Log    *slog.Logger     // nil: none
}

// Desk is the repair desk. Any number of goroutines may use it, if they may use Config's Random,
// and any number of servers over the same stores.
type Desk struct {
	lines        Lines
	provisioning pins.Provisioning
	accounts     Accounts
	deliveries   Deliveries
	codes        Codes
	audit        Audit
	limits       Limits
	alert        func(ctx context.Context, alert Alert)
	random       io.Reader
	log          *slog.Logger
}

// New fills in what may be left out.
func New(config Config) *Desk {
	d := &Desk{
		lines: config.Lines, provisioning: config.Provisioning, accounts: config.Accounts,
		deliveries: config.Deliveries, audit: config.Audit, limits: config.Limits,
		codes: Codes{Store: config.Store, Keys: config.Keys, Now: config.Now},
		alert: config.Alert, random: config.Random, log: config.Log,
	}
	if d.limits == (Limits{}) {
		d.limits = DefaultLimits()
	}
	if d.alert == nil {
		d.alert = func(context.Context, Alert) {}
	}
	if d.random == nil {
		d.random = rand.Reader
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	return d
}

// ValidationCode is that of [Codes], for deliveries that are made after the desk.
func (d *Desk) ValidationCode(ctx context.Context, ref string) (secret.Text, error) {
	return d.codes.ValidationCode(ctx, ref)
}

func (d *Desk) now() time.Time { return d.codes.now() }

// record records what who is about to do, or what was refused.
func (d *Desk) record(ctx context.Context, who Who, action audit.Action, number nanp.Number, detail string) error {
	if err := d.audit.Record(ctx, who.event(action, number, detail)); err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

// afterwards bounds the time for what must be noted although the request was given up.
const afterwards = 5 * time.Second

// begun is for what must not be left half done: who has hung up by then must not leave an audit
// that tells of what was not done, nor a customer who is not told of what was.
func begun(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), afterwards)
}

// failed records what came to nothing, also for a request that was given up by then: who hangs up
// early must not stay out of the audit.
func (d *Desk) failed(ctx context.Context, who Who, action audit.Action, number nanp.Number, detail string) error {
	ctx, cancel := begun(ctx)
	defer cancel()
	return d.record(ctx, who, action, number, detail)
}

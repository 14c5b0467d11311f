package api

import (
	"context"
	"errors"
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
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// A store fails while fault is set.
type store struct {
	*pins.Memory
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
	return s.Memory.Line(ctx, number)
}

func (s *store) SetLanguage(ctx context.Context, number nanp.Number, language string) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	return s.Memory.SetLanguage(ctx, number, language)
}

func (s *store) Add(ctx context.Context, lines []pins.NewLine, now time.Time) ([]bool, error) {
	if err := s.trouble(ctx); err != nil {
		return nil, err
	}
	return s.Memory.Add(ctx, lines, now)
}

func (s *store) Validate(ctx context.Context, number nanp.Number, v pins.Validation, record pins.Record) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	return s.Memory.Validate(ctx, number, v, record)
}

func (s *store) Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	return s.Memory.Reset(ctx, number, record, notice)
}

func (s *store) Append(ctx context.Context, number nanp.Number, record pins.Record) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	return s.Memory.Append(ctx, number, record)
}

func (s *store) History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error) {
	if err := s.trouble(ctx); err != nil {
		return nil, err
	}
	return s.Memory.History(ctx, number, limit)
}

// A settingStore has the troubles of the store of its lines, and can be overtaken at every
// change.
type settingStore struct {
	*features.Memory
	trouble   func(context.Context) error
	overtaken bool
}

func (s *settingStore) Features(ctx context.Context, number nanp.Number, turn pins.Turn) (features.Stored, error) {
	if err := s.trouble(ctx); err != nil {
		return features.Stored{}, err
	}
	return s.Memory.Features(ctx, number, turn)
}

func (s *settingStore) Change(ctx context.Context, change features.Change) error {
	if err := s.trouble(ctx); err != nil {
		return err
	}
	if s.overtaken {
		return features.ErrStale
	}
	return s.Memory.Change(ctx, change)
}

func (s *settingStore) Install(ctx context.Context, lines []features.Installation, record pins.Record, removal features.Removal) ([]bool, error) {
	if err := s.trouble(ctx); err != nil {
		return nil, err
	}
	return s.Memory.Install(ctx, lines, record, removal)
}

// A billingStore has the troubles of the store of lines, and tells of which updates it keeps notices.
type billingStore struct {
	*accounts.Memory
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
	return s.noted(notices, s.Memory.Create(ctx, account, records, notices))
}

func (s *billingStore) Change(ctx context.Context, account accounts.Stored, records []accounts.Record, notices [][]byte) error {
	return s.noted(notices, s.Memory.Change(ctx, account, records, notices))
}

func (s *billingStore) Find(ctx context.Context, number accounts.Number) (accounts.Stored, error) {
	if err := s.trouble(ctx); err != nil {
		return accounts.Stored{}, err
	}
	return s.Memory.Find(ctx, number)
}

func (s *billingStore) Enrollment(ctx context.Context, id accounts.EnrollmentID) (accounts.Enrollment, error) {
	if err := s.trouble(ctx); err != nil {
		return accounts.Enrollment{}, err
	}
	return s.Memory.Enrollment(ctx, id)
}

// A deliveryStore has the troubles of the store of lines.
type deliveryStore struct {
	*deliveries.Memory
	trouble func(context.Context) error
}

func (s *deliveryStore) Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	if err := s.trouble(ctx); err != nil {
		return deliveries.Delivery{}, err
	}
	return s.Memory.Get(ctx, id)
}

// A deskStore has the troubles of the store of lines.
type deskStore struct {
	*repair.Memory
	trouble func(context.Context) error
}

func (s *deskStore) Load(ctx context.Context, id repair.ID) (repair.Stored, error) {
	if err := s.trouble(ctx); err != nil {
		return repair.Stored{}, err
	}
	return s.Memory.Load(ctx, id)
}

func (s *deskStore) Count(ctx context.Context, count repair.Count) (repair.Counted, error) {
	if err := s.trouble(ctx); err != nil {
		return repair.Counted{}, err
	}
	return s.Memory.Count(ctx, count)
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
	apikey.Memory
	fault func(context.Context) error
	asked atomic.Int64
}

func (s *keyStore) Key(ctx context.Context, id string) (apikey.Key, error) {
	s.asked.Add(1)
	if s.fault != nil {
		return apikey.Key{}, s.fault(ctx)
	}
	return s.Memory.Key(ctx, id)
}

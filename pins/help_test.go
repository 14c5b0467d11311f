package pins_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

var note = pins.Note{By: "ann", From: "console", Reason: "forgot it"}

// records wants the newest records of a number to be of these events, by the note, now.
func (f *fixture) records(t *testing.T, number nanp.Number, want ...pins.Record) {
	t.Helper()
	for i := range want {
		want[i].At, want[i].By, want[i].From, want[i].Reason = f.Now(), note.By, note.From, note.Reason
	}
	got, err := provisioning(f).History(t.Context(), number, len(want))
	check.OK(t, err)
	check.Same(t, got, want)
}

// validate validates the customer of a line by the note.
func (f *fixture) validate(t *testing.T, number nanp.Number) {
	t.Helper()
	if _, err := provisioning(f).Validate(t.Context(), number, pins.ByCall, note); err != nil {
		t.Fatal(err)
	}
}

func TestProvisioningValidate(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	want := pins.Validation{
		By: note.By, From: note.From, Method: pins.ByPhotoID,
		At: f.Now(), Until: f.Now().Add(15 * time.Minute), Note: note.Reason,
	}
	got, err := p.Validate(t.Context(), personal, pins.ByPhotoID, note)
	if got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	f.records(t, personal, pins.Record{Event: pins.CustomerValidated, Method: pins.ByPhotoID})
	for _, wait := range []time.Duration{0, pins.ValidFor - 1, pins.ValidFor} {
		counts := wait < pins.ValidFor
		p.Now = func() time.Time { return f.Now().Add(wait) }
		got, err := p.Validation(t.Context(), personal, note.By, note.From)
		if counts && (got != want || err != nil) || !counts && !errors.Is(err, pins.ErrNotValidated) {
			t.Errorf("after %v: %+v, %v", wait, got, err)
		}
	}
	if _, err := p.Validate(t.Context(), missing, pins.ByCall, note); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("%v, want ErrNoLine", err)
	}
	if _, err := p.Validate(t.Context(), personal, pins.ByCall, pins.Note{By: note.By}); err != nil {
		t.Errorf("without a reason: %v", err)
	}
}

func TestProvisioningReset(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	p.Notice = func(number nanp.Number, event pins.Event, name string) []byte { return []byte(name) }
	due := func(want ...string) {
		t.Helper()
		if got := slices.Concat(testkit.Notices(t, f.DB, string(personal)), testkit.Notices(t, f.DB, string(missing))); fmt.Sprintf("%s", got) != fmt.Sprintf("%s", want) {
			t.Errorf("due %s, want %s", got, want)
		}
	}
	check.Is(t, p.Reset(t.Context(), personal, note), pins.ErrNotValidated)
	due()
	f.records(t, personal, pins.Record{Event: pins.ResetRefused})
	proved := f.check(t, f.attempt(personal, pins.Remote), rightPIN).Line
	f.wrong(t, personal, pins.Remote, 5, pins.LockedForNow)
	f.validate(t, personal)
	check.OK(t, p.Reset(t.Context(), personal, note))
	due(fmt.Sprintf("pin-reset of %s at %d", personal, f.Now().UnixNano()))
	f.records(t, personal, pins.Record{Event: pins.Reset})
	f.outcome(t, personal, pins.FromLine, temporaryPIN, pins.RightTemporary)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Wrong)
	check.Is(t, f.Change(t.Context(), f.request(personal, proved.Revision, wrongPIN)), storage.ErrStale)
	check.Is(t, p.Reset(t.Context(), missing, note), pins.ErrNoLine)
	due(fmt.Sprintf("pin-reset of %s at %d", personal, f.Now().UnixNano()))
	f.records(t, missing, pins.Record{Event: pins.ResetRefused})
}

func TestProvisioningResetByOperator(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	check.OK(t, p.ResetByOperator(t.Context(), personal, note))
	f.records(t, personal, pins.Record{Event: pins.Reset}, pins.Record{Event: pins.CustomerValidated, Method: pins.ByOperator})
	f.outcome(t, personal, pins.FromLine, temporaryPIN, pins.RightTemporary)
	check.Is(t, p.ResetByOperator(t.Context(), missing, note), pins.ErrNoLine)
	f.records(t, missing, pins.Record{Event: pins.ResetRefused})
}

func TestProvisioningUnlock(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	p.Notice = func(nanp.Number, pins.Event, string) []byte { t.Error("a notice of a PIN that stays"); return nil }
	f.wrong(t, personal, pins.Remote, 5, pins.LockedForNow)
	check.Is(t, p.Unlock(t.Context(), personal, note), pins.ErrNotValidated)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.LockedForNow)
	before := f.revision(t, personal)
	f.validate(t, personal)
	check.OK(t, p.Unlock(t.Context(), personal, note))
	f.records(t, personal, pins.Record{Event: pins.PINUnlocked})
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
	if after := f.revision(t, personal); after != before {
		t.Errorf("revision %d became %d", before, after)
	}
}

func TestNote(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	f.validate(t, personal)
	validate := func(ctx context.Context, number nanp.Number, note pins.Note) error {
		_, err := p.Validate(ctx, number, pins.ByCall, note)
		return err
	}
	for name, note := range map[string]pins.Note{
		"no name":       {Reason: "why"},
		"long name":     {By: strings.Repeat("é", 101), Reason: "why"},
		"long from":     {By: "ann", From: strings.Repeat("x", 101), Reason: "why"},
		"long reason":   {By: "ann", Reason: strings.Repeat("x", 501)},
		"line break":    {By: "ann", Reason: "why\nnot"},
		"escape":        {By: "ann\x1b[2J", Reason: "why"},
		"invalid UTF-8": {By: "ann", Reason: "\xff"},
	} {
		for what, do := range map[string]func(context.Context, nanp.Number, pins.Note) error{
			"reset": p.Reset, "reset by operator": p.ResetByOperator, "unlock": p.Unlock, "remove": p.Remove, "validate": validate,
		} {
			if err := do(t.Context(), personal, note); !errors.Is(err, pins.ErrNote) {
				t.Errorf("%s, %s: %v; want ErrNote", what, name, err)
			}
		}
	}
	for what, do := range map[string]func(context.Context, nanp.Number, pins.Note) error{
		"reset": p.Reset, "reset by operator": p.ResetByOperator, "unlock": p.Unlock,
	} {
		if err := do(t.Context(), personal, pins.Note{By: note.By, From: note.From}); !errors.Is(err, pins.ErrNote) {
			t.Errorf("%s without a reason: %v; want ErrNote", what, err)
		}
	}
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
	longest := pins.Note{By: strings.Repeat("é", 100), From: "command line", Reason: strings.Repeat("é", 500)}
	if err := p.ResetByOperator(t.Context(), personal, longest); err != nil {
		t.Error(err)
	}
}

// hasher makes a hasher, a cheap one unless config has parameters.
func hasher(t testing.TB, config hash.Config) *hash.Hasher {
	t.Helper()
	if config.Keys == nil {
		config.Keys = testkit.Keys("2026a")
	}
	if config.Params == (hash.Params{}) {
		config.Params = testkit.Cheap()
	}
	h, err := hash.New(config)
	check.OK(t, err)
	return h
}

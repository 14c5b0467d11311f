package pins_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

func provisioning(f *fixture) pins.Provisioning {
	return pins.Provisioning{Registry: f.store, Now: func() time.Time { return f.now }}
}

func TestProvisioningAdd(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	created, err := p.Add(t.Context(), []pins.NewLine{{Number: missing, Language: "es"}, {Number: personal, Language: "es"}})
	if diff := cmp.Diff([]bool{true, false}, created); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	line, err := f.Find(t.Context(), missing)
	if want := (pins.Line{Number: missing, Language: "es", Since: f.now, Revision: f.now.UnixMilli()}); line != want || err != nil {
		t.Errorf("line %+v, %v; want %+v", line, err, want)
	}
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)

	_, err = p.Add(t.Context(), []pins.NewLine{{Number: "+16125550777"}, {Number: "+16125550778", Language: "fr"}})
	if !errors.Is(err, pins.ErrLanguage) {
		t.Errorf("%v; want ErrLanguage", err)
	}
	if _, err := f.Find(t.Context(), "+16125550777"); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("half of it was done: %v", err)
	}
}

func TestProvisioningReset(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	proved := f.check(t, f.attempt(personal, pins.Remote), rightPIN).Line
	f.wrong(t, personal, pins.Remote, 5, pins.LockedForNow)
	note := pins.Note{By: "Ann", From: "command line", Reason: "forgot it; ZIP and bill shown"}
	if err := p.Reset(t.Context(), personal, note); err != nil {
		t.Fatal(err)
	}
	f.outcome(t, personal, pins.FromLine, temporaryPIN, pins.RightTemporary)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Wrong)
	if err := f.Change(t.Context(), f.request(personal, proved.Revision, wrongPIN)); !errors.Is(err, pins.ErrStale) {
		t.Errorf("proved before the reset: %v; want ErrStale", err)
	}
	if err := p.Reset(t.Context(), missing, note); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("%v; want ErrNoLine", err)
	}
	for number, want := range map[nanp.Number]pins.Event{personal: pins.Reset, missing: pins.ResetRefused} {
		history, err := p.History(t.Context(), number, 1)
		if err != nil {
			t.Fatal(err)
		}
		record := pins.Record{At: f.now, Event: want, By: note.By, From: note.From, Reason: note.Reason}
		if diff := cmp.Diff([]pins.Record{record}, history); diff != "" {
			t.Errorf("history (-want +got)\n%s", diff)
		}
	}
}

func TestProvisioningRemove(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	note := pins.Note{By: "Ann", From: "command line"}
	if err := p.Remove(t.Context(), personal, note); err != nil {
		t.Fatal(err)
	}
	if err := p.Remove(t.Context(), personal, note); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("%v; want ErrNoLine", err)
	}
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Wrong)
	history, err := p.History(t.Context(), personal, 0)
	if err != nil || len(history) != 2 || history[0].Event != pins.Removed {
		t.Errorf("%+v, %v", history, err)
	}
}

func TestNote(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	for name, note := range map[string]pins.Note{
		"no name":       {Reason: "why"},
		"long name":     {By: strings.Repeat("é", 101), Reason: "why"},
		"long from":     {By: "Ann", From: strings.Repeat("x", 101), Reason: "why"},
		"long reason":   {By: "Ann", Reason: strings.Repeat("x", 501)},
		"line break":    {By: "Ann", Reason: "why\nnot"},
		"escape":        {By: "Ann\x1b[2J", Reason: "why"},
		"invalid UTF-8": {By: "Ann", Reason: "\xff"},
	} {
		if err := p.Reset(t.Context(), personal, note); !errors.Is(err, pins.ErrNote) {
			t.Errorf("reset, %s: %v; want ErrNote", name, err)
		}
		if err := p.Remove(t.Context(), personal, note); !errors.Is(err, pins.ErrNote) {
			t.Errorf("remove, %s: %v; want ErrNote", name, err)
		}
	}
	if err := p.Reset(t.Context(), personal, pins.Note{By: "Ann"}); !errors.Is(err, pins.ErrNote) {
		t.Errorf("reset without a reason: %v; want ErrNote", err)
	}
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
	longest := pins.Note{By: strings.Repeat("é", 100), From: "command line", Reason: strings.Repeat("é", 500)}
	if err := p.Reset(t.Context(), personal, longest); err != nil {
		t.Error(err)
	}
}

package pins_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/nanp"
	"updatecenter/internal/rows"
	"updatecenter/pins"
)

func provisioning(f *fixture) pins.Provisioning {
	return pins.Provisioning{Registry: f.store, Validations: f.store, Now: func() time.Time { return f.now }}
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
	_, err = p.Add(t.Context(), []pins.NewLine{{Number: "+16125550777"}, {Number: "+19005550142"}})
	if !errors.Is(err, nanp.ErrNotCalled) {
		t.Errorf("%v; want ErrNotCalled", err)
	}
	if _, err := f.Find(t.Context(), "+16125550777"); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("half of it was done: %v", err)
	}
}

// Numbers that are not called become no lines, one by one in a file, unless they are listed.
func TestProvisioningReadCSV(t *testing.T) {
	const file = "number,language\n787-555-0142,\n876-555-0142,\n612-555-0142,\n612-976-0142,\n"
	var err error
	var p pins.Provisioning
	if p.Destinations, err = nanp.ParseDestinations("PR"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line, err := range p.ReadCSV(strings.NewReader(file)) {
		var row *rows.Error
		if errors.As(err, &row) {
			got = append(got, fmt.Sprint("bad ", row.Line))
			continue
		}
		got = append(got, string(line.Number))
	}
	if diff := cmp.Diff([]string{"+17875550142", "bad 3", "+16125550142", "bad 5"}, got); diff != "" {
		t.Error(diff)
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

package features_test

import (
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"updatecenter/features"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEvents(t *testing.T) {
	f := newFixture(t)
	first := f.change(t, dnd, features.SetCode(secret.New("4821")))
	second := f.change(t, rej, features.Add("612"))
	events := f.events(t)
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	for i, setting := range []features.Setting{first, second} {
		same(t, "event", events[i], features.Event{
			ID: events[i].ID, At: f.now, Number: line, Feature: setting.Feature, Revision: setting.Revision,
			By: pins.ByCaller, Settings: setting.Settings,
		})
		drawn, found := strings.CutPrefix(events[i].ID, "evt_")
		if id, err := hex.DecodeString(drawn); !found || err != nil || len(id) != 16 {
			t.Errorf("id %q", events[i].ID)
		}
	}
	if events[0].ID == events[1].ID {
		t.Error("two events have one id")
	}
}

func TestPayloads(t *testing.T) {
	f := newFixture(t)
	f.change(t, noSol, features.Add("6125550199"), features.Switch(true))
	f.change(t, scr, features.Switch(true))
	f.change(t, dnd, features.SetCode(secret.New("4821")), features.AddSchedule(schedule(t, "weekend 22:30-00:00")))
	f.change(t, dnd, features.DropCode())
	f.change(t, lock, features.SetCode(secret.New("0042")), features.Add("011442079460018"))
	f.change(t, rej, features.Add("612555"))
	f.change(t, fwd, features.Add("6125550199"), features.ForwardTo("+16125550177"), features.Switch(true))
	var got []string
	for _, event := range f.events(t) {
		payload, err := event.Payload()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(payload))
	}
	golden(t, "payloads.jsonl", strings.Join(got, "\n")+"\n")
}

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	same(t, name, got, string(want))
}

func TestUnreadableEvents(t *testing.T) {
	f := newFixture(t)
	f.change(t, lock, features.SetCode(secret.New("4821")))
	good := string(f.store.Events(line)[0])
	for name, bad := range map[string]string{
		"empty": "", "cut": good[:len(good)-1], "null": "null", "newer": strings.Replace(good, `"v":1`, `"v":2`, 1),
		"of another line":    strings.Replace(good, string(line), string(bare), 1),
		"of another feature": strings.Replace(good, `"dial-lock"`, `"do-not-disturb"`, 1),
		"of no feature":      strings.Replace(good, `"dial-lock"`, `"caller-id"`, 1),
		"of no line":         strings.Replace(good, string(line), "", 1),
	} {
		event, err := f.OpenEvent([]byte(bad))
		if !errors.Is(err, pins.ErrUnreadable) || event.ID != "" {
			t.Errorf("%s: %+v, %v; want ErrUnreadable", name, event, err)
		}
	}
}

func FuzzOpenEvent(f *testing.F) {
	world := newFixture(f)
	world.change(f, lock, features.SetCode(secret.New("4821")), features.Add("6125550199"))
	world.change(f, dnd, features.AddSchedule(schedule(f, "weekdays 21:00-07:00")))
	for _, stored := range world.store.Events(line) {
		f.Add(stored)
	}
	f.Add([]byte(`{"v":1,"id":"evt_1","number":"+16125550142","feature":"dial-lock","settings":{"v":1,"code":"AA=="}}`))
	f.Fuzz(func(t *testing.T, stored []byte) {
		event, err := world.OpenEvent(stored)
		if err != nil {
			if !errors.Is(err, pins.ErrUnreadable) {
				t.Fatal(err)
			}
			return
		}
		if _, err := event.Payload(); err != nil {
			t.Fatal(err)
		}
	})
}

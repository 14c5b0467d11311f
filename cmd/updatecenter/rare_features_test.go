package main

import (
	"maps"
	"testing"

	"updatecenter/features"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// rareFeatureCalls are the rare calls about calling features: somebody takes a feature, a line
// or the numbers of a list away while the customer listens.
var rareFeatureCalls = map[string]func(*testing.T, *stage){
	"line removed while a feature is managed": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		c.press("1")
		s.remove(t, demoAll)
		c.press("*")
		c.hears("not set up for the Update Center any more")
	},
	"line removed at the main menu": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		s.remove(t, demoAll)
		c.press("1")
		c.hears("not set up for the Update Center any more")
	},
	"list emptied while it is heard": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNearFull.Display())
		c.press("4071#")
		c.press("1")
		c.press("1")
		c.hears("6 5 1 5 5 5 0 1 0 0")
		_, err := s.app.features.Change(t.Context(), features.Request{
			Number: demoNearFull, Feature: pins.DialLock, Edit: features.Replace(features.Settings{}, true), By: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
		c.press("#")
		c.hears("Your list is empty")
	},
	"feature taken away: no solicitation":           goneAt("1"),
	"feature taken away: security screen":           goneAt("2"),
	"feature taken away: do not disturb":            goneAt("3"),
	"feature taken away: dial lock":                 goneAt("4"),
	"feature taken away: call rejection":            goneAt("5", "1"),
	"feature taken away: selective call forwarding": goneAt("5", "2"),
}

// goneAt takes all features away before the last of the keys that lead to one.
func goneAt(keys ...string) func(*testing.T, *stage) {
	return func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		last := len(keys) - 1
		for _, key := range keys[:last] {
			c.press(key)
		}
		_, err := s.app.features.Install(t.Context(), []features.Installation{{Number: demoAll}}, pins.Note{By: "test"})
		if err != nil {
			t.Fatal(err)
		}
		c.press(keys[last])
		c.hears("That feature is not on your line any more.")
		c.hears("To change your PIN, press 1.")
	}
}

func (s *stage) remove(t *testing.T, number nanp.Number) {
	t.Helper()
	if err := (pins.Provisioning{Registry: s.db.Lines()}).Remove(t.Context(), number, pins.Note{By: "test"}); err != nil {
		t.Fatal(err)
	}
}

// allRareCalls are those of both tables.
func allRareCalls() map[string]func(*testing.T, *stage) {
	all := maps.Clone(rareCalls)
	maps.Copy(all, rareFeatureCalls)
	return all
}

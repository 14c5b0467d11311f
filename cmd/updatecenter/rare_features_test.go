package main

import (
	"maps"
	"strings"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// rareFeatureCalls are the rare calls about calling features: somebody takes a feature, a line,
// the entries of a list or the PIN away while the customer listens.
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
		s.empty(t)
		c.press("#")
		c.hears("Your list is empty")
	},
	"entry deleted while it is chosen": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNearFull.Display())
		c.press("4071#")
		c.press("1")
		c.press("1")
		c.press("1")
		s.empty(t)
		c.press("1")
		c.hears("That was deleted before.")
		c.hears("Your list is empty")
	},
	"PIN reset while a feature is managed": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		c.press("1")
		s.resetPIN(t, demoAll)
		c.press("*")
		c.hears("changed by someone else")
		c.hears("8 0 0 5 7 3 1 3 1 1")
		c.lacks("Main menu")
	},
	"PIN reset before an act": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		c.press("2")
		s.resetPIN(t, demoAll)
		c.press("3")
		c.hears("That is not possible any more.")
		c.hears("changed by someone else")
		c.lacks("turned it on")
	},
	"PIN reset: no solicitation":                    resetAt("1"),
	"PIN reset: security screen":                    resetAt("2"),
	"PIN reset: do not disturb":                     resetAt("3"),
	"PIN reset: dial lock":                          resetAt("4"),
	"PIN reset: call rejection":                     resetAt("5", "1"),
	"PIN reset: selective call forwarding":          resetAt("5", "2"),
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
		check.OK(t, err)
		c.press(keys[last])
		c.hears("That feature is not on your line any more.")
		c.hears("To change your PIN, press 1.")
	}
}

// resetAt resets the PIN before the last of the keys that lead to a feature: nothing is told of
// it any more.
func resetAt(keys ...string) func(*testing.T, *stage) {
	return func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		last := len(keys) - 1
		for _, key := range keys[:last] {
			c.press(key)
		}
		s.resetPIN(t, demoAll)
		c.press(keys[last])
		c.hears("changed by someone else")
		c.lacks("is off")
	}
}

// empty empties the list of the line that has a long one.
func (s *stage) empty(t *testing.T) {
	t.Helper()
	_, err := s.app.features.Change(t.Context(), features.Request{
		Number: demoNearFull, Feature: pins.DialLock, Edit: features.Replace(features.Settings{}, true), By: "test",
	})
	check.OK(t, err)
}

// resetPIN gives a line its temporary PIN again.
func (s *stage) resetPIN(t *testing.T, number nanp.Number) {
	t.Helper()
	note := pins.Note{By: "test", Reason: "test"}
	lines := pins.Provisioning{Registry: s.db.Lines(), Validations: s.db.Lines()}
	check.OK(t, lines.ResetByOperator(t.Context(), number, note))
}

// lacks checks that words were not said.
func (p *phone) lacks(words string) {
	p.t.Helper()
	for _, event := range p.heard {
		if spoken, ok := event.(simulator.Spoken); ok && strings.Contains(spoken.Words, words) {
			p.t.Errorf("heard %q", spoken.Words)
		}
	}
}

func (s *stage) remove(t *testing.T, number nanp.Number) {
	t.Helper()
	check.OK(t, (pins.Provisioning{Registry: s.db.Lines()}).Remove(t.Context(), number, pins.Note{By: "test"}))
}

// allRareCalls are those of both tables.
func allRareCalls() map[string]func(*testing.T, *stage) {
	all := maps.Clone(rareCalls)
	maps.Copy(all, rareFeatureCalls)
	return all
}

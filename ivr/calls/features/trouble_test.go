package features_test

import (
	"strings"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// TestChangedByAnother takes the feature off the line, or has its PIN reset, at every depth of the call: nothing is
// done any more, and of a PIN that is another nothing is told either.
func TestChangedByAnother(t *testing.T) {
	for name, talk := range map[string]struct {
		feature pins.Feature
		before  string
		after   string
	}{
		"turning it on":         {pins.DialLock, "", "3"},
		"hearing the list":      {pins.DialLock, "", "1"},
		"hearing more":          {pins.DialLock, "1", "#"},
		"adding to the list":    {pins.DialLock, "", "# 6515550199 1"},
		"deleting an entry":     {pins.DialLock, "1 1", "1"},
		"keeping an entry":      {pins.DialLock, "1 1", "2"},
		"setting the code":      {pins.DialLock, "2 1 4821", "4821"},
		"hearing the schedules": {pins.DoNotDisturb, "", "1"},
		"adding a schedule":     {pins.DoNotDisturb, "", "# 1 2130 0700 1"},
		"choosing a greeting":   {pins.DoNotDisturb, "2", "1"},
		"letting calls through": {pins.DoNotDisturb, "4", "2"},
		"setting the target":    {pins.SelectiveCallForwarding, "2", "6515550101 1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t)
			h.list(pins.DialLock, 6)
			c := h.dial(talk.feature, ivr.English).keys(strings.Fields(talk.before)...)
			registry := pins.Provisioning{Registry: h.world.Lines(), Validations: h.world.Lines()}
			check.OK(t, registry.ResetByOperator(t.Context(), home, pins.Note{By: "ann", Reason: "forgot it"}))
			c.keys(strings.Fields(talk.after)...).hears("That is not possible any more.", "The end: overtaken.")
			if strings.Contains(c.heard, "list") || strings.Contains(c.heard, " is o") {
				t.Errorf("heard %q", c.heard)
			}
			h.proved = h.world.Line(t, home).Revision
			c = h.dial(talk.feature, ivr.English).keys(strings.Fields(talk.before)...)
			taken := []features.Installation{{Number: home, Features: pins.FeaturesOf(pins.NoSolicitation)}}
			check.OK(t, check.Err(h.features.Install(t.Context(), taken, pins.Note{By: "ann"})))
			c.keys(strings.Fields(talk.after)...).hears("That is not possible any more.", "The end: gone.")
			if h.changes != 0 {
				t.Errorf("%d changes", h.changes)
			}
		})
	}
}

func TestTooManyChangesWait(t *testing.T) {
	h := newHousehold(t)
	h.world.Calls.Fail("Features.Change", features.ErrBacklog)
	h.dial(pins.DialLock, ivr.English).press("3").hears("can not be changed right now", "Dial Lock is off.", "To turn it on, press 3.")
	h.dial(pins.DialLock, ivr.Spanish).press("3").hears("no se puede cambiar en este momento")
	if h.changes != 0 {
		t.Errorf("%d changes", h.changes)
	}
}

// TestTellsOfChangesAlone turns off what somebody else has turned off before: the words are the
// same, but there is nothing to tell anybody of.
func TestTellsOfChangesAlone(t *testing.T) {
	h := newHousehold(t)
	h.edit(pins.SecurityScreen, features.Switch(true))
	c := h.dial(pins.SecurityScreen, ivr.English).hears("To turn it off, press 3.")
	h.edit(pins.SecurityScreen, features.Switch(false))
	c.press("3").hears("We turned it off.")
	if h.changes != 0 {
		t.Errorf("%d changes", h.changes)
	}
}

package features_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// TestFeatureTakenAway takes a feature off the line at every depth of the call.
func TestFeatureTakenAway(t *testing.T) {
	for name, talk := range map[string]struct {
		feature pins.Feature
		before  []string
		after   []string
	}{
		"turning it on":         {pins.DialLock, nil, []string{"3"}},
		"hearing the list":      {pins.DialLock, nil, []string{"1"}},
		"adding to the list":    {pins.DialLock, nil, []string{"#", "6515550101", "1"}},
		"deleting an entry":     {pins.DialLock, []string{"1", "1"}, []string{"1"}},
		"keeping an entry":      {pins.DialLock, []string{"1", "1"}, []string{"2"}},
		"setting the code":      {pins.DialLock, []string{"2", "1", "4821"}, []string{"4821"}},
		"hearing the schedules": {pins.DoNotDisturb, nil, []string{"1"}},
		"adding a schedule":     {pins.DoNotDisturb, nil, []string{"#", "1", "2130", "0700", "1"}},
		"choosing a greeting":   {pins.DoNotDisturb, []string{"2"}, []string{"1"}},
		"setting the target":    {pins.SelectiveCallForwarding, []string{"2"}, []string{"6515550101", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t)
			h.edit(pins.DialLock, features.Add("+16515550100"))
			c := h.dial(talk.feature, ivr.English).keys(talk.before...)
			taken := []features.Installation{{Number: home, Features: pins.FeaturesOf(pins.NoSolicitation)}}
			if _, err := h.features.Install(t.Context(), taken, pins.Note{By: "ann"}); err != nil {
				t.Fatal(err)
			}
			c.keys(talk.after...).hears("That is not possible any more.", "The end: gone.")
			if h.changes != 0 {
				t.Errorf("%d changes", h.changes)
			}
		})
	}
}

func TestLineRemoved(t *testing.T) {
	h := newHousehold(t)
	c := h.dial(pins.NoSolicitation, ivr.English)
	check.OK(t, h.world.DB.Lines().Remove(t.Context(), home, pins.Record{}))
	c.press("3").hears("That is not possible any more.", "The end: gone.")
}

// TestPINChangedByAnother has somebody else reset the PIN of the line at every depth of the
// call: nothing is done any more, and nothing told.
func TestPINChangedByAnother(t *testing.T) {
	for name, talk := range map[string]struct {
		feature pins.Feature
		before  []string
		after   []string
	}{
		"turning it on":         {pins.DialLock, nil, []string{"3"}},
		"hearing the list":      {pins.DialLock, nil, []string{"1"}},
		"hearing more":          {pins.DialLock, []string{"1"}, []string{"#"}},
		"adding to the list":    {pins.DialLock, nil, []string{"#", "6515550100", "1"}},
		"deleting an entry":     {pins.DialLock, []string{"1", "1"}, []string{"1"}},
		"going back":            {pins.DialLock, []string{"2"}, []string{"*"}},
		"setting the code":      {pins.DialLock, []string{"2", "1", "4821"}, []string{"4821"}},
		"hearing the schedules": {pins.DoNotDisturb, nil, []string{"1"}},
		"adding a schedule":     {pins.DoNotDisturb, nil, []string{"#", "1", "2130", "0700", "1"}},
		"letting calls through": {pins.DoNotDisturb, []string{"4"}, []string{"2"}},
		"setting the target":    {pins.SelectiveCallForwarding, []string{"2"}, []string{"6515550101", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t)
			for i := range 6 {
				h.edit(pins.DialLock, features.Add(features.Entry("+165155501"+"0"+string(rune('0'+i)))))
			}
			c := h.dial(talk.feature, ivr.English).keys(talk.before...)
			registry := pins.Provisioning{Registry: h.world.Lines(), Validations: h.world.Lines()}
			check.OK(t, registry.ResetByOperator(t.Context(), home, pins.Note{By: "ann", Reason: "forgot it"}))
			c.keys(talk.after...).hears("The end: overtaken.")
			if strings.Contains(c.heard, "list") || strings.Contains(c.heard, " is o") || h.changes != 0 {
				t.Errorf("%d changes, heard %q", h.changes, c.heard)
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

// forgetful is a store that fails to commit while it is told to: the server has died between
// the work and the commit.
type forgetful struct {
	ivr.Store
	fails bool
}

func (f *forgetful) Commit(ctx context.Context, commit ivr.Commit) error {
	if f.fails {
		return errors.New("lost")
	}
	return f.Store.Commit(ctx, commit)
}

// TestActsOnce has a server die after an act, and another one take the turn over.
func TestActsOnce(t *testing.T) {
	h := newHousehold(t)
	store := &forgetful{Store: h.world.DB.Calls()}
	c := h.dialOn(store, pins.NoSolicitation, ivr.English).keys("#", "6515550101")
	store.fails = true
	event := ivr.Event{Call: c.sid, Turn: c.turn + 1, Input: ivr.Input{Keys: "1"}}
	if _, err := c.engine.Turn(t.Context(), event); err == nil {
		t.Fatal("the turn was committed")
	}
	store.fails = false
	h.world.Pass(time.Minute)
	c.press("1").hears("It was added.", "Your list has one number.")
	history, err := h.world.DB.Lines().History(t.Context(), home, 10)
	if err != nil || len(history) != 1 {
		t.Errorf("history %+v, %v", history, err)
	}
}

// TestNobodyAnswers is silent at every question.
func TestNobodyAnswers(t *testing.T) {
	for name, talk := range map[string]struct {
		feature pins.Feature
		before  []string
		zero    bool // 0 is an answer
	}{
		"menu":              {pins.DialLock, nil, false},
		"list":              {pins.DialLock, []string{"1"}, false},
		"entry":             {pins.DialLock, []string{"1", "1"}, false},
		"number":            {pins.DialLock, []string{"#"}, false},
		"number again":      {pins.DialLock, []string{"#", "6515550101"}, false},
		"code menu":         {pins.DialLock, []string{"2"}, false},
		"code":              {pins.DialLock, []string{"2", "1"}, false},
		"code again":        {pins.DialLock, []string{"2", "1", "4821"}, false},
		"schedules":         {pins.DoNotDisturb, []string{"1"}, false},
		"schedule":          {pins.DoNotDisturb, []string{"1", "1"}, false},
		"days":              {pins.DoNotDisturb, []string{"#"}, false},
		"start":             {pins.DoNotDisturb, []string{"#", "1"}, true},
		"half of the day":   {pins.DoNotDisturb, []string{"#", "1", "9"}, false},
		"end":               {pins.DoNotDisturb, []string{"#", "1", "2130"}, true},
		"schedule, at last": {pins.DoNotDisturb, []string{"#", "1", "2130", "2230"}, false},
		"greeting":          {pins.DoNotDisturb, []string{"2"}, false},
		"through":           {pins.DoNotDisturb, []string{"4"}, false},
		"code through":      {pins.DoNotDisturb, []string{"4", "1"}, false},
		"target":            {pins.SelectiveCallForwarding, []string{"2"}, false},
		"target again":      {pins.SelectiveCallForwarding, []string{"2", "6515550101"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t)
			h.edit(pins.DialLock, features.Add("+16515550100"))
			h.edit(pins.DoNotDisturb, features.AddSchedule(features.Schedule{Days: features.Weekend, Start: 60, End: 120}))
			h.dial(talk.feature, ivr.Spanish).keys(talk.before...).keys("", "", "").hears("silence", "Fin: nobody.")
			if !talk.zero {
				h.dial(talk.feature, ivr.English).keys(talk.before...).press("0").hears("The end: help.")
			}
		})
	}
}

// TestSpanish goes through each part in Spanish.
func TestSpanish(t *testing.T) {
	h := newHousehold(t)
	c := h.dial(pins.DoNotDisturb, ivr.Spanish).hears("No Molestar está desactivado.", "No hay ningún horario.", "oprima el signo de número", "Para activarlo, oprima el tres.")
	c.keys("#", "1", "9", "2", "7", "1").hears("El horario: de lunes a viernes, de las 9 de la noche a las 7 de la mañana del día siguiente.").press("1").hears("Se guardó.", "Hay un horario, que no funciona hasta que lo active.")
	c = h.dial(pins.CallRejection, ivr.Spanish).keys("#", "612").hears("Usted ingresó: El código de área 612.").press("1").hears("Se agregó.", "Su lista tiene una entrada.")
	c.press("1").hears("Para borrar una entrada, oprima su tecla. uno: código de área 612. Para volver").keys("1", "1").hears("Se borró.", "Su lista está vacía.")
}

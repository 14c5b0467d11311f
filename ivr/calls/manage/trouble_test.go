package manage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"updatecenter/features"
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
			h := newHouse(t)
			h.edit(pins.DialLock, features.Add("+16515550100"))
			c := h.dial(talk.feature, ivr.English).keys(talk.before...)
			h.lines.SetFeatures(home, pins.FeaturesOf(pins.NoSolicitation))
			c.keys(talk.after...).hears("That is not possible any more.", "The end: gone.")
			if h.changes != 0 {
				t.Errorf("%d changes", h.changes)
			}
		})
	}
}

func TestLineRemoved(t *testing.T) {
	h := newHouse(t)
	c := h.dial(pins.NoSolicitation, ivr.English)
	if err := h.lines.Remove(t.Context(), home, pins.Record{}); err != nil {
		t.Fatal(err)
	}
	c.press("3").hears("That is not possible any more.", "The end: gone.")
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
	h := newHouse(t)
	store := &forgetful{Store: &ivr.Memory{}}
	c := h.dialOn(store, pins.NoSolicitation, ivr.English).keys("#", "6515550101")
	store.fails = true
	event := ivr.Event{Call: c.sid, Turn: c.turn + 1, Heard: ivr.Heard{Keys: "1"}}
	if _, err := c.engine.Turn(t.Context(), event); err == nil {
		t.Fatal("the turn was committed")
	}
	store.fails, h.now = false, h.now.Add(time.Minute)
	c.press("1").hears("It was added.", "Your list has one number.")
	history, err := h.lines.History(t.Context(), home, 10)
	if err != nil || len(history) != 1 {
		t.Errorf("history %+v, %v", history, err)
	}
}

// TestNobodyAnswers is silent at every question.
func TestNobodyAnswers(t *testing.T) {
	for name, talk := range map[string]struct {
		feature pins.Feature
		before  []string
	}{
		"menu":              {pins.DialLock, nil},
		"list":              {pins.DialLock, []string{"1"}},
		"entry":             {pins.DialLock, []string{"1", "1"}},
		"number":            {pins.DialLock, []string{"#"}},
		"number again":      {pins.DialLock, []string{"#", "6515550101"}},
		"code menu":         {pins.DialLock, []string{"2"}},
		"code":              {pins.DialLock, []string{"2", "1"}},
		"code again":        {pins.DialLock, []string{"2", "1", "4821"}},
		"schedules":         {pins.DoNotDisturb, []string{"1"}},
		"schedule":          {pins.DoNotDisturb, []string{"1", "1"}},
		"days":              {pins.DoNotDisturb, []string{"#"}},
		"start":             {pins.DoNotDisturb, []string{"#", "1"}},
		"half of the day":   {pins.DoNotDisturb, []string{"#", "1", "9"}},
		"end":               {pins.DoNotDisturb, []string{"#", "1", "2130"}},
		"schedule, at last": {pins.DoNotDisturb, []string{"#", "1", "2130", "2230"}},
		"greeting":          {pins.DoNotDisturb, []string{"2"}},
		"through":           {pins.DoNotDisturb, []string{"4"}},
		"code through":      {pins.DoNotDisturb, []string{"4", "1"}},
		"target":            {pins.SelectiveCallForwarding, []string{"2"}},
		"target again":      {pins.SelectiveCallForwarding, []string{"2", "6515550101"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.edit(pins.DialLock, features.Add("+16515550100"))
			h.edit(pins.DoNotDisturb, features.AddSchedule(features.Schedule{Days: features.Weekend, Start: 60, End: 120}))
			h.dial(talk.feature, ivr.Spanish).keys(talk.before...).keys("", "", "").hears("silence", "Fin: nobody.")
			h.dial(talk.feature, ivr.English).keys(talk.before...).press("0").hears("The end: help.")
		})
	}
}

// TestSpanish goes through each part in Spanish.
func TestSpanish(t *testing.T) {
	h := newHouse(t)
	c := h.dial(pins.DoNotDisturb, ivr.Spanish).hears("No Molestar está desactivado.", "No hay ningún horario.", "oprima el signo de número", "Para activarlo, oprima el tres.")
	c.keys("#", "1", "9", "2", "7", "1").hears("De lunes a viernes, de las 9 de la noche a las 7 de la mañana del día siguiente.").press("1").hears("Se guardó.", "Hay un horario.")
	c = h.dial(pins.CallRejection, ivr.Spanish).keys("#", "612").hears("Usted ingresó: El código de área 612.").press("1").hears("Se agregó.", "Su lista tiene un número.")
	c.press("1").hears("El código de área 612: para borrarlo, oprima el uno.").keys("1", "1").hears("Se borró.", "Su lista está vacía.")
}

package repair_test

import (
	"fmt"
	"time"

	"updatecenter/internal/repair"
)

// The rules of the tests.
var (
	hourly  = repair.Rule{Most: 3, Within: time.Hour}
	resting = repair.Rule{Most: 3, Within: 24 * time.Hour, Rest: 24 * time.Hour}
)

const ms = time.Millisecond

var countTests = map[string]func(play){
	"an entry counts once, and again when it is old": func(p play) {
		p.counts(hourly, "s", 0, "a", "a", "a", "a", "b", "c", "a")
		p.refuses(hourly, "s", "d", 0, time.Hour)
		p.counts(hourly, "s", time.Hour, "a", "a", "b", "c")
		p.refuses(hourly, "s", "d", time.Hour, 2*time.Hour)
	},
	"without an entry it is only asked": func(p play) {
		p.counts(hourly, "s", 0, "", "", "", "", "a", "b", "", "c")
		p.refuses(hourly, "s", "", 0, time.Hour)
		p.counts(hourly, "s", time.Hour, "", "", "", "", "d", "e", "f")
	},
	"each subject is counted alone": func(p play) {
		for _, subject := range []string{"s", "s ", "S", "look-ups:console:ann", "look-ups:api:ann", "añb {x} \n\"", ""} {
			p.counts(hourly, subject, 0, "a", "b", "c")
			p.refuses(hourly, subject, "d", 0, time.Hour)
		}
	},
	"a rule of none counts none": func(p play) {
		none := repair.Rule{Most: 0, Within: time.Hour}
		p.refuses(none, "s", "a", 0, time.Hour)
		p.refuses(none, "s", "a", 2*time.Hour, 3*time.Hour)
	},
}

var restTests = map[string]func(play){
	"the last entry begins the rest": func(p play) {
		p.counts(resting, "s", 0, "a")
		p.counts(resting, "s", 10*time.Hour, "b")
		p.counts(resting, "s", 20*time.Hour, "c")
		p.refuses(resting, "s", "d", 20*time.Hour, 44*time.Hour)
		p.refuses(resting, "s", "d", 34*time.Hour, 44*time.Hour)
		p.refuses(resting, "s", "", 44*time.Hour-ms, 44*time.Hour)
		p.counts(resting, "s", 44*time.Hour, "d", "e", "f")
		p.refuses(resting, "s", "g", 44*time.Hour, 68*time.Hour)
	},
	"what is asked and refused makes the rest no longer": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c")
		for n := range 20 {
			p.refuses(resting, "s", fmt.Sprint(n), time.Duration(n)*time.Hour, 24*time.Hour)
		}
		p.counts(resting, "s", 24*time.Hour, "d")
	},
	"entries that are old begin none": func(p play) {
		p.counts(resting, "s", 0, "a")
		p.counts(resting, "s", 12*time.Hour, "b")
		p.counts(resting, "s", 24*time.Hour, "c")
		p.counts(resting, "s", 24*time.Hour, "")
		p.counts(resting, "s", 35*time.Hour, "d")
		p.refuses(resting, "s", "e", 35*time.Hour, 59*time.Hour)
	},
	"who takes the last entry back ends the rest": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c")
		p.uncount("s", "never")
		p.refuses(resting, "s", "d", 0, 24*time.Hour)
		p.uncount("s", "c")
		p.counts(resting, "s", time.Hour, "")
		p.counts(resting, "s", time.Hour, "d")
		p.refuses(resting, "s", "e", time.Hour, 25*time.Hour)
	},
	"the entry that began it is counted again while it lasts": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c", "c", "a")
		p.counts(resting, "s", 24*time.Hour-ms, "c")
	},
}

var firstTests = map[string]func(play){
	"one refusal in an hour is the first": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c")
		for _, c := range []struct {
			after time.Duration
			first bool
		}{
			{0, true}, {0, false}, {time.Minute, false}, {repair.RefusalPause - ms, false},
			{repair.RefusalPause, true}, {repair.RefusalPause, false}, {2*repair.RefusalPause - ms, false}, {2*repair.RefusalPause + ms, true}, {3 * repair.RefusalPause, false},
		} {
			p.t.Same(p.count(resting, "s", "d", c.after), repair.Counted{Refused: true, Until: p.start.Add(24 * time.Hour), First: c.first})
		}
	},
	"also of those that only ask": func(p play) {
		p.counts(resting, "s", 0, "a", "b", "c")
		p.t.Same(p.count(resting, "s", "", 0).First, true)
		p.t.Same(p.count(resting, "s", "d", 0).First, false)
	},
	"what is counted in between makes no other first": func(p play) {
		p.counts(hourly, "s", 0, "a", "b", "c")
		p.t.Same(p.count(hourly, "s", "d", 50*time.Minute).First, true)
		p.counts(hourly, "s", time.Hour, "d", "e", "f")
		p.t.Same(p.count(hourly, "s", "g", time.Hour).First, false)
		p.t.Same(p.count(hourly, "s", "g", 50*time.Minute+repair.RefusalPause).First, true)
	},
	"each subject has its own": func(p play) {
		none := repair.Rule{Within: time.Hour}
		p.t.Same(p.count(none, "s", "a", 0).First, true)
		p.t.Same(p.count(none, "r", "a", 0).First, true)
	},
}

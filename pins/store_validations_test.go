package pins_test

import (
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// help is a reset or an unlocking of the known line, by the record of p.record at a time.
type help struct {
	do     func(p play, number nanp.Number, record pins.Record) error
	record pins.Event
}

// helps are the two that want a validation.
var helps = []help{
	{func(p play, number nanp.Number, record pins.Record) error {
		return p.lines.Reset(p.t.Context(), number, record, nil)
	}, pins.Reset},
	{func(p play, number nanp.Number, record pins.Record) error {
		return p.lines.Unlock(p.t.Context(), number, record)
	}, pins.PINUnlocked},
}

var validationTests = map[string]func(play){
	"a validation is returned as it was made, and recorded": func(p play) {
		v := p.validation()
		v.Note = "driver's license 1 2 3: ¿sí? \"\n"
		p.t.OK(p.validate(known, v))
		got := check.Must(p.lines.Validation(p.t.Context(), known, v.By, v.From, v.Until.Add(-time.Millisecond)))(p.t)
		p.t.Same(got, v)
		p.history(known, p.validated())
		p.t.Same(p.line(known).Temporary(), true)
	},
	"a validation can be without a note, and by anybody": func(p play) {
		for _, by := range []string{"", "a b", "\"", "añb", "crm/77"} {
			v := p.validation()
			v.By, v.From, v.Note = by, "a p i\n", ""
			p.t.OK(p.validate(known, v))
			got := check.Must(p.lines.Validation(p.t.Context(), known, v.By, v.From, v.At))(p.t)
			p.t.Same(got, v)
		}
	},
	"who validated can reset until the last millisecond": func(p play) {
		p.t.OK(p.validate(known, p.validation()))
		for _, h := range helps {
			for _, at := range []time.Time{p.validation().At, p.validation().Until.Add(-time.Millisecond)} {
				record := p.recordAt(h.record, at)
				p.t.OK(h.do(p, known, record))
				p.newest(known, record)
			}
		}
	},
	"a notice is due of a reset, and of none that is refused": func(p play) {
		record := p.record(pins.Reset)
		p.t.Is(p.lines.Reset(p.t.Context(), known, record, []byte("refused")), pins.ErrNotValidated)
		p.t.Is(p.lines.Reset(p.t.Context(), unknown, record, []byte("refused")), pins.ErrNoLine)
		p.t.OK(p.validate(known, p.validation()))
		p.t.OK(p.lines.Unlock(p.t.Context(), known, p.record(pins.PINUnlocked)))
		p.due(known)
		p.t.OK(p.lines.Reset(p.t.Context(), known, record, []byte("reset")))
		p.set("a hash", 1)
		p.due(known, "reset", "change 1\x00\xff")
		p.due(unknown)
	},
	"nobody resets without a validation": func(p play) {
		p.unhelped(p.validation().At)
	},
	"a validation ends by the millisecond": func(p play) {
		p.t.OK(p.validate(known, p.validation()))
		p.unhelped(p.validation().Until)
		p.unhelped(p.validation().Until.Add(time.Millisecond))
		p.unhelped(p.validation().Until.Add(300 * 24 * time.Hour))
	},
	"the validation of another agent is none": func(p play) {
		for _, by := range []string{"bob", "Ann", "", "ann ", "annn"} {
			v := p.validation()
			v.By = by
			p.t.OK(p.validate(known, v))
		}
		p.unhelped(p.validation().At)
	},
	"the validation of the same name by another interface is none": func(p play) {
		for _, from := range []string{"api", "console", "", "Command line"} {
			v := p.validation()
			v.From = from
			p.t.OK(p.validate(known, v))
		}
		p.unhelped(p.validation().At)
	},
	"name and interface can't be told apart wrongly": func(p play) {
		for _, who := range [][2]string{
			{"anncommand line", ""}, {"", "anncommand line"}, {"ann command", "line"}, {"ann\x00command line", ""},
			{"ann/command line", ""}, {"ann\ncommand line", ""}, {"ann\" \"command line", ""}, {"ann command line", ""},
		} {
			v := p.validation()
			v.By, v.From = who[0], who[1]
			p.t.OK(p.validate(known, v))
		}
		p.unhelped(p.validation().At)
	},
	"the validation of another line is none": func(p play) {
		p.add(other)
		p.t.OK(p.validate(other, p.validation()))
		p.unhelped(p.validation().At)
		p.t.OK(p.lines.Reset(p.t.Context(), other, p.record(pins.Reset), nil))
	},
	"several have validations of one line, each its own": func(p play) {
		first, second := p.validation(), p.validation()
		second.By, second.Method, second.Until = "bob", pins.ByPhotoID, first.Until.Add(time.Hour)
		p.t.OK(p.validate(known, second))
		p.t.OK(p.validate(known, first))
		for _, v := range []pins.Validation{first, second} {
			got := check.Must(p.lines.Validation(p.t.Context(), known, v.By, v.From, v.At))(p.t)
			p.t.Same(got, v)
		}
		p.unhelped(first.Until)
		record := p.recordAt(pins.Reset, first.Until)
		record.By = "bob"
		p.t.OK(p.lines.Reset(p.t.Context(), known, record, nil))
	},
	"the same validation twice is one, recorded twice": func(p play) {
		p.t.OK(p.validate(known, p.validation()))
		p.t.OK(p.validate(known, p.validation()))
		p.history(known, p.validated(), p.validated())
		p.unhelped(p.validation().Until)
		p.t.OK(p.lines.Reset(p.t.Context(), known, p.record(pins.Reset), nil))
	},
	"a validation is renewed": func(p play) {
		first, second := p.validation(), p.validation()
		second.Method, second.At, second.Until = pins.BySecret, first.Until, first.Until.Add(pins.ValidFor)
		p.t.OK(p.validate(known, first))
		p.t.OK(p.validate(known, second))
		got := check.Must(p.lines.Validation(p.t.Context(), known, first.By, first.From, first.Until))(p.t)
		p.t.Same(got, second)
		p.t.OK(p.lines.Reset(p.t.Context(), known, p.recordAt(pins.Reset, second.Until.Add(-time.Millisecond)), nil))
		p.unhelped(second.Until)
	},
	"a validation that has run out is renewed": func(p play) {
		v := p.validation()
		p.t.OK(p.validate(known, v))
		p.unhelped(v.Until)
		v.At, v.Until = v.At.Add(48*time.Hour), v.Until.Add(48*time.Hour)
		record := p.recordAt(pins.CustomerValidated, v.At)
		p.t.OK(p.lines.Validate(p.t.Context(), known, v, record))
		p.t.OK(p.lines.Reset(p.t.Context(), known, p.recordAt(pins.Reset, v.At), nil))
	},
	"a validation isn't used up": func(p play) {
		p.t.OK(p.validate(known, p.validation()))
		for range 3 {
			p.t.OK(p.lines.Unlock(p.t.Context(), known, p.record(pins.PINUnlocked)))
			p.t.OK(p.lines.Reset(p.t.Context(), known, p.record(pins.Reset), nil))
		}
	},
	"a number that is no line has no validations": func(p play) {
		p.t.Is(p.validate(unknown, p.validation()), pins.ErrNoLine)
		p.history(unknown)
		_, err := p.lines.Validation(p.t.Context(), unknown, "ann", "command line", p.start)
		p.t.Is(err, pins.ErrNotValidated)
		for n, h := range helps {
			p.t.Is(h.do(p, unknown, p.record(h.record)), pins.ErrNoLine)
			p.newest(unknown, p.record(pins.ResetRefused))
			records := check.Must(p.lines.History(p.t.Context(), unknown, 100))(p.t)
			p.t.Same(len(records), n+1)
		}
	},
	"a line that is removed loses its validations": func(p play) {
		p.t.OK(p.validate(known, p.validation()))
		p.t.OK(p.lines.Remove(p.t.Context(), known, p.record(pins.Removed)))
		for _, h := range helps {
			p.t.Is(h.do(p, known, p.record(h.record)), pins.ErrNoLine)
		}
		_, err := p.lines.Validation(p.t.Context(), known, "ann", "command line", p.start)
		p.t.Is(err, pins.ErrNotValidated)
		p.add(known)
		p.unhelped(p.validation().At)
	},
	"unlock clears strikes on both sides and leaves the PIN": func(p play) {
		p.t.OK(p.lines.SetLanguage(p.t.Context(), known, "es"))
		p.set("hash one", 1)
		before := p.line(known)
		p.lockHardBoth()
		p.t.OK(p.validate(known, p.validation()))
		p.t.OK(p.lines.Unlock(p.t.Context(), known, p.record(pins.PINUnlocked)))
		p.t.Same(p.line(known), before)
		p.newest(known, p.record(pins.PINUnlocked))
		p.admitted(p.attempt(known, pins.Remote, 99, afterSoft), true)
		p.admitted(p.attempt(known, pins.FromLine, 99, afterSoft), true)
		p.t.OK(p.change(before.Revision, "hash two", 100)) // who proved the PIN goes on
	},
	"without a validation locks stay": func(p play) {
		p.set("hash one", 1)
		p.lockHardBoth()
		p.unhelped(p.validation().At)
		p.admitted(p.attempt(known, pins.Remote, 99, afterSoft), false)
		p.admitted(p.attempt(known, pins.FromLine, 99, afterSoft), false)
	},
	"only who validated can reset, of many at once": func(p play) {
		p.t.OK(p.validate(known, p.validation()))
		check.AtOnce(100, func(i int) {
			record := p.record(pins.Reset)
			if i%10 > 0 {
				record.By = "bob"
			}
			err := p.lines.Reset(p.t.Context(), known, record, nil)
			if i%10 == 0 && err != nil || i%10 > 0 && err == nil {
				p.t.Errorf("reset by %s: %v", record.By, err)
			}
		})
		records := check.Must(p.lines.History(p.t.Context(), known, 200))(p.t)
		p.t.Same(len(records), 101)
		for _, record := range records {
			want := pins.ResetRefused
			switch {
			case record.Event == pins.CustomerValidated:
				continue
			case record.By == "ann":
				want = pins.Reset
			}
			p.t.Same(record.Event, want)
		}
	},
}

// validation is one by the maker of p.record, from the start on for two hours.
func (p play) validation() pins.Validation {
	return pins.Validation{
		By: "ann", From: "command line", Method: pins.ByCall, At: p.start, Until: p.start.Add(2 * time.Hour), Note: "knew it",
	}
}

func (p play) validate(number nanp.Number, v pins.Validation) error {
	return p.lines.Validate(p.t.Context(), number, v, p.validated())
}

// validated is what validate records.
func (p play) validated() pins.Record {
	record := p.recordAt(pins.CustomerValidated, p.start)
	record.Method = pins.ByCall
	return record
}

func (p play) recordAt(event pins.Event, at time.Time) pins.Record {
	record := p.record(event)
	record.At = at
	return record
}

// unhelped wants the maker of p.record to have no validation of the known line at a time, and
// nothing to become of resetting and unlocking it but records of the refusals.
func (p play) unhelped(at time.Time) {
	p.t.Helper()
	before := p.line(known)
	records := check.Must(p.lines.History(p.t.Context(), known, 100))(p.t)
	p.t.Is(check.Err(p.lines.Validation(p.t.Context(), known, "ann", "command line", at)), pins.ErrNotValidated)
	for _, h := range helps {
		p.t.Is(h.do(p, known, p.recordAt(h.record, at)), pins.ErrNotValidated)
		p.t.Same(p.line(known), before)
		records = append([]pins.Record{p.recordAt(pins.ResetRefused, at)}, records...)
		p.history(known, records...)
	}
}

// newest wants the newest record of a number to be this.
func (p play) newest(number nanp.Number, want pins.Record) {
	p.t.Helper()
	records := check.Must(p.lines.History(p.t.Context(), number, 1))(p.t)
	p.t.Same(records, []pins.Record{want})
}

package tickets

import (
	"context"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Test is a service test of a line, which the operator's system makes.
type Test struct {
	ID       string    `json:"id"`     // "tst_" and 32 hexadecimal digits
	Ticket   Number    `json:"ticket"` // for which it was asked
	At       time.Time `json:"at"`     // when it was asked for
	Result   Result    `json:"result,omitempty"`
	Ended    time.Time `json:"ended,omitzero"`
	CallBack bool      `json:"call_back,omitempty"` // the result is told by a call
	Told     bool      `json:"told,omitempty"`      // the caller has heard it: no call tells it any more
}

// Result is what came of a test.
type Result string

// The results. Empty: the test is under way.
const (
	LineGood     Result = "good"
	TroubleFound Result = "trouble_found"
	NotTested    Result = "not_tested" // it could not be made, or nothing was heard of it in time
)

// Known says whether it is a result.
func (r Result) Known() bool { return r == LineGood || r == TroubleFound || r == NotTested }

const (
	// TestLasts is how long a test is under way, at the most: one that has not ended by then could not be made.
	TestLasts = 30 * time.Minute
	// MaxTests is how many tests of a line can be asked for in a day.
	MaxTests = 3
	// MaxContacts is how often callers can change contacts of the tickets of a line in a day.
	MaxContacts = 3
	// testKnown is how long a result can be sent, if the line isn't tested again.
	testKnown = 7 * 24 * time.Hour
)

// within are those of some times that are less than a day before now.
func within(times []time.Time, now time.Time) []time.Time {
	return slices.DeleteFunc(slices.Clone(times), func(at time.Time) bool { return now.Sub(at) >= 24*time.Hour })
}

// ResultAt is the result of a test at a time; empty while it is under way.
func (t Test) ResultAt(now time.Time) Result {
	if t.Result == "" && !now.Before(t.At.Add(TestLasts)) {
		return NotTested
	}
	return t.Result
}

// RequestTest has the line of a ticket tested, unless a test of it is under way. It returns that test. Outcomes: Done,
// Gone, TooMany, Overtaken, Busy.
func (t *Tickets) RequestTest(ctx context.Context, r Request) (_ Test, _ Outcome, err error) {
	defer wrap.Error(&err, "request service test")
	id, err := t.newID(testPrefix)
	if err != nil {
		return Test{}, "", err
	}
	// A hint that the record doesn't come to agree with costs nothing.
	if err := t.claim(ctx, id, r.Line, testKnown, func(*line) bool { return false }); err != nil {
		return Test{}, "", err
	}
	line, outcome, err := t.change(ctx, r, func(l *line, e *effect) Outcome {
		at := l.find(r.Ticket)
		if at < 0 || l.Tickets[at].Status.Ended() {
			return Gone
		}
		if l.Test != nil && l.Test.ResultAt(e.at) == "" {
			return Done
		}
		if l.Tested = within(l.Tested, e.at); len(l.Tested) >= MaxTests {
			return TooMany
		}
		l.Tested = append(l.Tested, e.at)
		l.Test = &Test{ID: id, Ticket: r.Ticket, At: e.at}
		e.record(pins.ServiceTestRequested, "service test "+id)
		e.event = &Event{Type: TestRequested, EventData: EventData{Ticket: r.Ticket, Revision: l.Tickets[at].Revision, Test: id}}
		return Done
	})
	if err != nil || outcome != Done {
		return Test{}, outcome, err
	}
	if line.Test == nil { // asked for by this turn before, and the line was removed since
		return Test{}, Gone, nil
	}
	return *line.Test, Done, nil
}

// Test returns the newest test of a line, if it is that one: for a caller who waits for its result. The error
// is [ErrNoTest] if it is another one.
func (t *Tickets) Test(ctx context.Context, number nanp.Number, id string) (_ Test, err error) {
	defer wrap.Error(&err, "look for the result of a service test")
	lines, err := t.load(ctx, number)
	if err != nil {
		return Test{}, err
	}
	return lines[0].test(id)
}

func (l *line) test(id string) (Test, error) {
	if l.Test == nil || l.Test.ID != id {
		return Test{}, ErrNoTest
	}
	return *l.Test, nil
}

// CallBack has the contact of the ticket for which a test was asked called, once there is a result, and told it. Asked
// again it changes nothing. Outcomes: Done, Gone, NotCalled, Overtaken.
func (t *Tickets) CallBack(ctx context.Context, r Request, id string) (_ Outcome, err error) {
	defer wrap.Error(&err, "request a call with the result of a service test")
	_, outcome, err := t.change(ctx, r, func(l *line, e *effect) Outcome {
		test, err := l.test(id)
		at := l.find(test.Ticket)
		if err != nil || at < 0 {
			return Gone
		}
		if test.CallBack {
			return Done
		}
		notice := t.config.Notices.TestResult(l.Tickets[at].Account, l.Tickets[at].Contact, refOf(l.Number, id), id)
		if notice == nil {
			return NotCalled
		}
		test.CallBack, test.Told = true, false
		l.Test = &test
		e.record(pins.ServiceTestCallAsked, "service test "+id)
		e.notify(notice)
		return Done
	})
	return outcome, err
}

// Heard notes that the caller has heard the result of a test, so that no call tells it. A test that is gone is no
// error.
func (t *Tickets) Heard(ctx context.Context, r Request, id string) (err error) {
	defer wrap.Error(&err, "note that a result was heard")
	_, _, err = t.change(ctx, r, func(l *line, e *effect) Outcome {
		test, err := l.test(id)
		if err != nil || test.Told || !test.CallBack {
			return Done
		}
		test.Told = true
		l.Test = &test
		e.record(pins.ServiceTestHeard, "service test "+id)
		return Done
	})
	return err
}

// ValidTestID says whether a text can be the ID of a test.
func ValidTestID(s string) bool {
	rest, found := strings.CutPrefix(s, testPrefix)
	return found && len(rest) == 32 && strings.Trim(rest, "0123456789abcdef") == ""
}

// refOf is what a result that a call tells is asked for by.
func refOf(number nanp.Number, id string) string { return string(number) + "/" + id }

// TestResult returns the result that a call is to tell, by the reference of its notice; empty while the test is
// under way. The error is [ErrNoTest] if there is no such test any more, or the caller has heard the result.
func (t *Tickets) TestResult(ctx context.Context, ref string) (_ Result, err error) {
	defer wrap.Error(&err, "find the result of a service test")
	number, id, _ := strings.Cut(ref, "/")
	test, err := t.Test(ctx, nanp.Number(number), id)
	switch {
	case err != nil:
		return "", err
	case !test.CallBack || test.Told:
		return "", ErrNoTest
	}
	return test.ResultAt(t.now()), nil
}

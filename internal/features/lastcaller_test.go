package features_test

import (
	"strings"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// caller wants who called the line last; empty: nobody.
func (f *fixture) caller(t testing.TB, want features.Entry) {
	t.Helper()
	check.Same(t, check.Must(f.LastCaller(t.Context(), line))(t), want)
}

func TestLastCaller(t *testing.T) {
	for _, test := range []struct {
		written features.Entry
		want    features.Entry
		refused features.Reason
	}{
		{"+16515550177", "+16515550177", ""},
		{"(651) 555-0177", "+16515550177", ""},
		{"16515550177", "+16515550177", ""},
		{"+442079460018", "+442079460018", ""},
		{"011 44 20 7946 0018", "+442079460018", ""},
		{"800-555-0177", "+18005550177", ""},
		{"", "", ""}, // withheld
		{"911", "", features.AlwaysDialed},
		{"651", "", features.NotANumber}, // the list of Call Rejection takes it, and no area code calls
		{"651555", "", features.NotANumber},
		{"78", "", features.NotANumber},
		{"+4412", "", features.NotANumber},
		{"anonymous", "", features.NotANumber},
		{" ", "", features.NotANumber},
	} {
		f := newFixture(t)
		err := f.SetLastCaller(t.Context(), line, test.written, time.Time{})
		refused(t, string(test.written), err, test.refused)
		f.caller(t, test.want)
	}
}

// TestLastCallerIsListed: what a caller is noted as, the lists take.
func TestLastCallerIsListed(t *testing.T) {
	f := newFixture(t)
	check.OK(t, f.SetLastCaller(t.Context(), line, "651-555-0177", time.Time{}))
	last := check.Must(f.LastCaller(t.Context(), line))(t)
	for _, feature := range []pins.Feature{pins.NoSolicitation, lock, rej, fwd} {
		check.Same(t, f.change(t, feature, features.Add(last)).List, []features.Entry{"+16515550177"})
	}
}

func TestLastCallerByTime(t *testing.T) {
	f := newFixture(t)
	minute := func(n int) time.Time { return f.Now().Add(time.Duration(n-60) * time.Minute) }
	for _, test := range []struct {
		caller features.Entry
		at     time.Time
		want   features.Entry
	}{
		{"+16515550101", minute(10), "+16515550101"},
		{"+16515550102", minute(9), "+16515550101"},
		{"+16515550103", minute(11), "+16515550103"},
		{"", minute(10), "+16515550103"},
		{"", minute(12), ""}, // nobody is better than who didn't call last
		{"+16515550104", minute(11), ""},
		{"+16515550105", time.Time{}, "+16515550105"},
		{"+16515550106", minute(59), "+16515550105"},
		{"+16515550107", minute(61), "+16515550107"}, // by a clock that is ahead: it is now
		{"+16515550108", time.Time{}, "+16515550108"},
		{"+16515550109", minute(60).In(time.FixedZone("CST", -6*3600)), "+16515550109"},
	} {
		check.OK(t, f.SetLastCaller(t.Context(), line, test.caller, test.at))
		f.caller(t, test.want)
	}
}

func TestLastCallerIsForgotten(t *testing.T) {
	f := newFixture(t)
	check.OK(t, f.SetLastCaller(t.Context(), line, "+16515550177", f.Now().Add(-time.Hour)))
	f.Pass(features.LastCallerKept - time.Hour - time.Millisecond)
	f.caller(t, "+16515550177")
	f.Pass(time.Millisecond)
	f.caller(t, "")
	check.OK(t, f.SetLastCaller(t.Context(), line, "+16515550178", f.Now().Add(-features.LastCallerKept)))
	f.caller(t, "")
}

func TestLastCallerOfNoLine(t *testing.T) {
	f := newFixture(t)
	check.Is(t, f.SetLastCaller(t.Context(), missing, "+16515550177", time.Time{}), pins.ErrNoLine)
	check.Same(t, check.Must(f.LastCaller(t.Context(), missing))(t), features.Entry(""))
}

// TestLastCallerIsSealed: nobody reads it in the store, without its key, or as that of another line.
func TestLastCallerIsSealed(t *testing.T) {
	f := newFixture(t)
	check.OK(t, f.SetLastCaller(t.Context(), line, "+16515550177", time.Time{}))
	if stored := string(f.Redis.Contents(t)); strings.Contains(stored, "5550177") || !strings.Contains(stored, "uc:last-caller:") {
		t.Errorf("the store holds\n%s", stored)
	}
	check.Is(t, check.Err(f.lines(testkit.Keys("2027a")).LastCaller(t.Context(), line)), storage.ErrUnreadable)

	stored := check.Must(f.store.LastCaller(t.Context(), line))(t)
	for _, number := range []nanp.Number{bare, line} {
		stored.Number = number
		check.OK(t, f.store.SetLastCaller(t.Context(), stored))
	}
	check.Is(t, check.Err(f.LastCaller(t.Context(), bare)), storage.ErrUnreadable)
	f.caller(t, "+16515550177")
}

// TestLastCallerIsOneQuestion: the switch tells of every call.
func TestLastCallerIsOneQuestion(t *testing.T) {
	f := newFixture(t)
	f.Calls.Made("")
	check.OK(t, f.SetLastCaller(t.Context(), line, "+16515550177", time.Time{}))
	check.Same(t, f.Calls.Made(""), []string{"Features.SetLastCaller"})
	f.caller(t, "+16515550177")
	check.Same(t, f.Calls.Made(""), []string{"Features.LastCaller"})
	f.Calls.Fail("Features", errStore)
	check.Is(t, f.SetLastCaller(t.Context(), line, "+16515550178", time.Time{}), errStore)
	check.Is(t, check.Err(f.LastCaller(t.Context(), line)), errStore)
}

package features

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// TestRefusals holds the sentences to the reasons: there is one for each that a caller can
// cause, and for no other.
func TestRefusals(t *testing.T) {
	never := []features.Reason{features.NoSuchGreeting, features.NotACode, features.NotOfFeature}
	for _, reason := range features.Reasons {
		why, known := refusals[reason]
		told := why != ivr.Prompt{}
		if !known || told == slices.Contains(never, reason) {
			t.Errorf("%s: known %v, a sentence %v", reason, known, told)
		}
		if told && why.Name != "refused-"+string(reason) {
			t.Errorf("%s: the sentence is named %s", reason, why.Name)
		}
	}
	if len(refusals) != len(features.Reasons) {
		t.Error("there are sentences for reasons that are none")
	}
}

// TestNames holds the phrases that are found by a name of the domain to it.
func TestNames(t *testing.T) {
	named := func(b ivr.Variable, name string) bool {
		return slices.ContainsFunc(choices()[b], func(p ivr.Prompt) bool { return p.Name == name })
	}
	for i, part := range Parts(Config{}) {
		if part.Feature != pins.AllFeatures[i] || part.Subflow.Name != string(part.Feature) || !named(feature, string(part.Feature)) {
			t.Errorf("%s: the subflow is %s, the phrase is there: %v", part.Feature, part.Subflow.Name, named(feature, string(part.Feature)))
		}
	}
	for _, on := range []features.Days{features.Weekdays, features.Weekend} {
		if !named(days, string(on)) {
			t.Errorf("no phrase says %s", on)
		}
	}
}

func TestReadTime(t *testing.T) {
	for digits, want := range map[string]string{
		"9": "09:00 21:00", "930": "09:30 21:30", "12": "00:00 12:00", "1230": "00:30 12:30", "1": "01:00 13:00",
		"1159": "11:59 23:59", "2130": "21:30", "0930": "09:30", "05": "05:00", "00": "00:00", "0000": "00:00",
		"030": "00:30", "13": "13:00", "2359": "23:59", "2400": "", "24": "", "0": "00:00", "960": "", "1299": "", "99": "",
	} {
		if got := readAll(t, digits); got != want {
			t.Errorf("%s: got %q, want %q", digits, got, want)
		}
	}
}

// readAll returns what digits can mean, separated by a space.
func readAll(t *testing.T, digits string) string {
	t.Helper()
	c := &ivr.Call{}
	c.Fill(keyed, digits)
	c.FillPhrase(whichTime, whenItStarts)
	outcome := check.Must(readTime(t.Context(), c))(t)
	switch outcome {
	case isClear:
		return c.Text(start)
	case eitherHalf:
		return c.Text(morning) + " " + c.Text(evening)
	case noTime:
		if c.Text(news) != refusals[features.NotATime].Name {
			t.Errorf("the news is %q", c.Text(news))
		}
	}
	return ""
}

// TestEnds: of two ends that digits can mean it is the one that comes first after the start, and the other is kept.
func TestEnds(t *testing.T) {
	for _, test := range []struct{ start, keyed, end, other string }{
		{"09:00", "5", "17:00", "05:00"},
		{"21:30", "7", "07:00", "19:00"},
		{"09:00", "930", "09:30", "21:30"},
		{"21:00", "930", "21:30", "09:30"},
		{"00:00", "12", "12:00", ""},
		{"12:00", "12", "00:00", ""},
		{"23:00", "11", "11:00", ""},
		{"09:00", "1700", "17:00", ""},
	} {
		c := &ivr.Call{}
		c.Fill(keyed, test.keyed)
		c.Fill(start, test.start)
		c.FillPhrase(whichTime, whenItEnds)
		if outcome := check.Must(readTime(t.Context(), c))(t); outcome != isClear || c.Text(end) != test.end || c.Text(otherEnd) != test.other {
			t.Errorf("%+v: %s, %s, or else %s", test, outcome, c.Text(end), c.Text(otherEnd))
		}
	}
}

// FuzzReadTime holds whatever a Gather takes to be a time, two, or none.
func FuzzReadTime(f *testing.F) {
	f.Add(uint16(930), 3)
	f.Add(uint16(0), 4)
	f.Fuzz(func(t *testing.T, n uint16, length int) {
		if length < 1 || length > 4 {
			return
		}
		digits := strings.Repeat("0", 4)
		for i := 3; n > 0 && i >= 0; i-- {
			digits = digits[:i] + string(rune('0'+n%10)) + digits[i+1:]
			n /= 10
		}
		for _, at := range strings.Fields(readAll(t, digits[4-length:])) {
			if _, err := features.ParseClock(at); err != nil {
				t.Errorf("%q is no time of day", at)
			}
		}
	})
}

// TestCodesAreErased looks into the call after each way out of a code.
func TestCodesAreErased(t *testing.T) {
	erased := func(c *ivr.Call) bool { return c.Secret(firstCode).IsZero() && c.Secret(nextCode).IsZero() }
	filled := func() *ivr.Call {
		c := &ivr.Call{}
		c.Fill(firstCode, "4821")
		c.Fill(nextCode, "4822")
		return c
	}
	c := filled()
	if outcome, err := compareCodes(t.Context(), c); err != nil || outcome != otherCode || !erased(c) {
		t.Errorf("different: %q, %v, erased %v", outcome, err, erased(c))
	}
	c = filled()
	c.Erase(nextCode)
	if _, err := forgetCode(t.Context(), c); err != nil || !erased(c) {
		t.Errorf("forgotten: %v, erased %v", err, erased(c))
	}
	db := testkit.Redis(t)
	number := nanp.Number("+16125550149")
	set := pins.FeaturesOf(pins.DialLock)
	if _, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: number, Features: set}}, someTime); err != nil {
		t.Fatal(err)
	}
	added := check.Must(db.Lines().Line(t.Context(), number))(t)
	line := ivr.Variable{Name: "line", Kind: ivr.Phone}
	proved := ivr.Variable{Name: "proved", Kind: ivr.Count}
	d := actions{Config{Line: line, Proved: proved, Changed: func() {}, Features: features.New(features.Config{Store: db.Features(), Keys: someKeys(t)})}}
	weigh := func(code string, want weighing) *ivr.Call {
		c := &ivr.Call{SID: "CA1"}
		c.Fill(line, string(number))
		c.Fill(proved, strconv.FormatInt(added.Revision, 10))
		c.Fill(feature, string(pins.DialLock))
		c.Fill(firstCode, code)
		outcome, err := d.weighCode(t.Context(), c)
		if err != nil || outcome != want || erased(c) != (want == refused) {
			t.Errorf("weighed: %q, %v, erased %v", outcome, err, erased(c))
		}
		return c
	}
	weigh("1111", refused)
	c = weigh("4821", accepted)
	if _, err := d.saveCode(t.Context(), c); err != nil || !erased(c) {
		t.Errorf("saved: %v, erased %v", err, erased(c))
	}
}

// TestLostCode tells of a code that can't be opened as of any other: it can be replaced.
func TestLostCode(t *testing.T) {
	for _, lost := range []bool{true, false} {
		c := &ivr.Call{}
		c.Fill(feature, string(pins.DialLock))
		tell(c, features.Settings{CodeLost: lost})
		if set := c.Text(codeState) == hasCode.Name; set != lost {
			t.Errorf("lost %v, told as set %v", lost, set)
		}
	}
}

var someTime = time.Date(2031, 3, 4, 12, 0, 0, 0, time.UTC)

func someKeys(t *testing.T) secret.Keyring {
	t.Helper()
	keys := check.Must(secret.ParseKeyring("test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="))(t)
	return keys
}

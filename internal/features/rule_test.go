package features_test

import (
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// ruleOf is the rule of a feature that there is.
func ruleOf(t testing.TB, f pins.Feature) features.Rule {
	t.Helper()
	rule, known := features.RuleOf(f)
	if !known {
		t.Fatalf("no rule of %s", f)
	}
	return rule
}

// refused wants an error for that reason; an empty reason wants none.
func refused(t testing.TB, what string, err error, want features.Reason) {
	t.Helper()
	got, is := features.ReasonOf(err)
	if got != want || is != (err != nil) {
		t.Errorf("%s: error %v, want reason %q", what, err, want)
	}
}

func TestRules(t *testing.T) {
	for f, want := range map[pins.Feature]string{
		pins.NoSolicitation:          "list 25",
		pins.SecurityScreen:          "",
		pins.DoNotDisturb:            "schedules greetings breakthrough code",
		pins.DialLock:                "list 20 international code",
		pins.CallRejection:           "list 25 areas",
		pins.SelectiveCallForwarding: "list 25 target",
	} {
		rule := ruleOf(t, f)
		var parts []string
		if l := rule.List; l != nil {
			parts = append(parts, fmt.Sprint("list ", l.Most))
			parts = append(parts, only(map[string]bool{"areas": l.AreaCodes, "international": l.International})...)
		}
		for _, part := range []map[string]bool{
			{"schedules": rule.Schedules}, {"greetings": rule.Greetings}, {"breakthrough": rule.Breakthrough},
			{"code": rule.Code}, {"target": rule.Target},
		} {
			parts = append(parts, only(part)...)
		}
		if got := strings.Join(parts, " "); got != want || rule.Feature != f {
			t.Errorf("%s has %s, want %s", f, got, want)
		}
	}
	if _, known := features.RuleOf("caller-id"); known {
		t.Error("a feature that is none has a rule")
	}
}

func only(parts map[string]bool) []string {
	var names []string
	for name, has := range parts {
		if has {
			names = append(names, name)
		}
	}
	return names
}

func TestParseEntry(t *testing.T) {
	for _, c := range []struct {
		feature pins.Feature
		keyed   string
		want    features.Entry
		reason  features.Reason
	}{
		{pins.NoSolicitation, "6125550199", "+16125550199", ""},
		{pins.NoSolicitation, "16125550199", "+16125550199", ""},
		{pins.NoSolicitation, "+1 (612) 555-0199", "+16125550199", ""},
		{pins.NoSolicitation, "9005550199", "+19005550199", ""}, // bars nothing
		{pins.NoSolicitation, "", "", features.NotANumber},
		{pins.NoSolicitation, "612", "", features.NotANumber},
		{pins.NoSolicitation, "5550199", "", features.NotANumber},
		{pins.NoSolicitation, "61255501999", "", features.NotANumber},
		{pins.NoSolicitation, "911", "", features.Barred},
		{pins.NoSolicitation, "111", "", features.NotANumber},
		{pins.NoSolicitation, "9115550199", "", features.NotANumber},
		{pins.NoSolicitation, "011442079460018", "", features.NotANumber},
		{pins.NoSolicitation, "+442079460018", "", features.NotANumber},
		{pins.NoSolicitation, "anonymous", "", features.NotANumber},
		{pins.SecurityScreen, "6125550199", "", features.NotOfFeature},
		{pins.DoNotDisturb, "6125550199", "", features.NotOfFeature},

		{pins.DialLock, "6125550199", "+16125550199", ""},
		{pins.DialLock, "9005550199", "+19005550199", ""},
		{pins.DialLock, "011442079460018", "+442079460018", ""},
		{pins.DialLock, "+44 20 7946 0018", "+442079460018", ""},
		{pins.DialLock, "01123456789", "+23456789", ""},        // 8 digits
		{pins.DialLock, "0112345678", "", features.NotANumber}, // 7
		{pins.DialLock, "911", "", features.AlwaysDialed},
		{pins.DialLock, "9 1 1", "", features.AlwaysDialed},
		{pins.DialLock, "9-1-1", "", features.AlwaysDialed},
		{pins.DialLock, "411", "", features.Barred},
		{pins.DialLock, "4-1-1", "", features.Barred},                   //
		{pins.DialLock, "011234567890123456", "+234567890123456", ""},   // 15
		{pins.DialLock, "0112345678901234567", "", features.NotANumber}, // 16
		{pins.DialLock, "01116125550199", "+16125550199", ""},           // country code 1
		{pins.DialLock, "0111234567", "", features.NotANumber},          // not in its plan
		{pins.DialLock, "+1612555", "", features.NotANumber},            //
		{pins.DialLock, "0110442079460018", "", features.NotANumber},    // no country code
		{pins.DialLock, "442079460018", "", features.NotANumber},        // without prefix
		{pins.DialLock, "++442079460018", "", features.NotANumber},      //
		{pins.DialLock, "01144207946001٣", "+442079460013", ""},         // other digits
		{pins.DialLock, "+44" + strings.Repeat(" ", 30) + "2079460018", "+442079460018", ""},
		{pins.DialLock, "612", "", features.NotANumber},

		{pins.CallRejection, "6125550199", "+16125550199", ""},
		{pins.CallRejection, "612", "612", ""},
		{pins.CallRejection, "612555", "612555", ""},
		{pins.CallRejection, "612-555", "612555", ""},
		{pins.CallRejection, "612155", "", features.NotANumber}, // no exchange
		{pins.CallRejection, "612911", "", features.Barred},     // no exchange of theirs
		{pins.CallRejection, "612411", "", features.Barred},
		{pins.CallRejection, "6129110199", "", features.Barred},
		{pins.CallRejection, "+16124110199", "", features.Barred},
		{pins.CallRejection, "612912", "612912", ""},
		{pins.CallRejection, "800311", "800311", ""},
		{pins.CallRejection, "8883110199", "+18883110199", ""},
		{pins.CallRejection, "890311", "", features.Barred},
		{pins.CallRejection, "8XX", "", features.NotANumber},
		{pins.CallRejection, "123", "", features.NotANumber},
		{pins.CallRejection, "61", "", features.NotANumber},
		{pins.CallRejection, "6125", "", features.NotANumber},
		{pins.CallRejection, "91155", "", features.NotANumber},
		{pins.CallRejection, "011442079460018", "", features.NotANumber},
		{pins.CallRejection, "800", "800", ""},
		{pins.CallRejection, "888", "888", ""},
		{pins.CallRejection, "8005550199", "+18005550199", ""},

		{pins.SelectiveCallForwarding, "6125550199", "+16125550199", ""},
		{pins.SelectiveCallForwarding, "8005550199", "+18005550199", ""}, // only a target is barred
		{pins.SelectiveCallForwarding, "612", "", features.NotANumber},
	} {
		got, err := ruleOf(t, c.feature).ParseEntry(c.keyed)
		refused(t, fmt.Sprintf("%s, %q", c.feature, c.keyed), err, c.reason)
		if got != c.want {
			t.Errorf("%s: %q is %q, want %q", c.feature, c.keyed, got, c.want)
		}
	}
}

func TestBarredEntries(t *testing.T) {
	barred := strings.Fields("000 111 211 311 411 500 511 611 711 811 900 911 950")
	rule := ruleOf(t, pins.CallRejection)
	for _, three := range every() {
		want := features.Reason("")
		switch {
		case contains(barred, three):
			want = features.Barred
		case !nanp.IsAreaCode(three):
			want = features.NotANumber
		}
		for _, keyed := range []string{three, three + "555", three + "5550199", "1" + three + "5550199", "+1" + three + "5550199"} {
			_, err := rule.ParseEntry(keyed)
			refused(t, keyed, err, want)
		}
	}
}

func TestBarredTargets(t *testing.T) {
	barred := strings.Fields(`211 311 411 500 511 611 700 711 800 811 822 833 844 855 866 877
		880 881 882 883 884 885 886 887 888 889 900 911 950`)
	rule := ruleOf(t, pins.SelectiveCallForwarding)
	for _, three := range every() {
		want := features.Reason("")
		switch {
		case contains(barred, three):
			want = features.Barred
		case !nanp.IsAreaCode(three):
			want = features.NotANumber
		}
		for _, keyed := range []string{three + "5550199", "1" + three + "5550199", "+1 " + three + "-555-0199"} {
			target, err := rule.ParseTarget(line, keyed)
			refused(t, keyed, err, want)
			if err == nil && target != nanp.Number("+1"+three+"5550199") {
				t.Errorf("%s is %s", keyed, target)
			}
		}
	}
}

// every three digits.
func every() []string {
	all := make([]string, 1000)
	for i := range all {
		all[i] = fmt.Sprintf("%03d", i)
	}
	return all
}

func contains(all []string, one string) bool {
	return strings.Contains(" "+strings.Join(all, " ")+" ", " "+one+" ")
}

func TestParseTarget(t *testing.T) {
	rule := ruleOf(t, pins.SelectiveCallForwarding)
	for keyed, want := range map[string]features.Reason{
		"6125550199": "", line.National(): features.OwnNumber, string(line): features.OwnNumber,
		"911": features.Barred, "8": features.NotANumber, "": features.NotANumber,
		"011442079460018": features.NotANumber,
	} {
		_, err := rule.ParseTarget(line, keyed)
		refused(t, keyed, err, want)
	}
	for _, f := range pins.AllFeatures {
		if f != pins.SelectiveCallForwarding {
			_, err := ruleOf(t, f).ParseTarget(line, "6125550199")
			refused(t, string(f), err, features.NotOfFeature)
		}
	}
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, reason := range features.Reasons {
		sentence := reason.Sentence()
		if !strings.HasSuffix(sentence, ".") || seen[sentence] {
			t.Errorf("%s: %q", reason, sentence)
		}
		seen[sentence] = true
		wrapped := fmt.Errorf("change feature: %w", &features.Refusal{Reason: reason})
		refused(t, string(reason), wrapped, reason)
	}
	if got := features.Reason("other").Sentence(); got != "" {
		t.Errorf("an unknown reason says %q", got)
	}
	if reason, is := features.ReasonOf(storage.ErrStale); is || reason != "" {
		t.Errorf("ErrStale has the reason %q", reason)
	}
}

func FuzzParseEntry(f *testing.F) {
	for _, s := range []string{
		"6125550199", "+1 (612) 555-0199", "911", "612", "612555", "011442079460018", "+44 20 7946 0018", "", "1", "\x00", "+1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, keyed string) {
		for _, feature := range pins.AllFeatures {
			rule := ruleOf(t, feature)
			entry, err := rule.ParseEntry(keyed)
			if _, is := features.ReasonOf(err); err != nil && !is || (err == nil) == (entry == "") {
				t.Fatalf("%s: %q is %q, %v", feature, keyed, entry, err)
			}
			if again, err := rule.ParseEntry(string(entry)); entry != "" && (again != entry || err != nil) {
				t.Errorf("%s: %q is %q, and that %q, %v", feature, keyed, entry, again, err)
			}
			target, err := rule.ParseTarget(line, keyed)
			if _, is := features.ReasonOf(err); err != nil && !is || (err == nil) == (target == "") || target == line {
				t.Fatalf("%s: target %q is %q, %v", feature, keyed, target, err)
			}
		}
	})
}

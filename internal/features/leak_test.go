package features_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/internal/logtest"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// codes stand nowhere else, so that finding one is finding a leak. The last two are refused.
var codes = []string{"4821", "9376", "7777", "48213"}

// mustHide fails when text holds a code, as digits, hexadecimal, base64 or a list of bytes.
func mustHide(t *testing.T, where, text string) {
	t.Helper()
	for _, code := range codes {
		for _, form := range []string{
			code, fmt.Sprintf("%x", code), fmt.Sprint([]byte(code)),
			strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(code)), "="),
		} {
			if strings.Contains(text, form) {
				t.Errorf("%s holds %s: %s", where, code, text)
			}
		}
	}
}

func TestCodesStayHidden(t *testing.T) {
	f := newFixture(t)
	var shown []any
	for _, feature := range []pins.Feature{dnd, lock} {
		for _, code := range codes[:2] {
			request := f.request(feature, features.SetCode(secret.New(code)))
			setting, err := f.Change(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			shown = append(shown, request, &request, setting, features.DocumentOf(setting.Setting))
		}
	}
	found, err := f.Find(t.Context(), line)
	if err != nil {
		t.Fatal(err)
	}
	given := features.Document{}
	if err := json.Unmarshal([]byte(`{"code":"4821"}`), &given); err != nil {
		t.Fatal(err)
	}
	shown = append(shown, found, f.events(t), f.records(t), given, f.Lines, *f.Lines,
		features.Replace(features.Settings{Code: secret.New("4821")}, false))
	for _, value := range shown {
		mustHide(t, fmt.Sprintf("%T", value), logtest.Shown(value))
	}
}

func TestStoredFormsHoldNoCode(t *testing.T) {
	f := newFixture(t)
	f.change(t, dnd, features.SetCode(secret.New(codes[0])), features.SetCode(secret.New(codes[1])), features.Switch(true))
	f.change(t, lock, features.SetCode(secret.New(codes[0])), features.DropCode())
	if len(f.store.changes) != 5 {
		t.Fatalf("%d changes", len(f.store.changes))
	}
	for _, change := range f.store.changes {
		mustHide(t, "a change", logtest.Shown(change.Record))
		for _, stored := range [][]byte{change.Settings, innerSettings(t, change.Event)} {
			var fields map[string]any
			if err := json.Unmarshal(stored, &fields); err != nil {
				t.Fatal(err)
			}
			if sealed, has := fields["code"].(string); has {
				opened, err := base64.StdEncoding.DecodeString(sealed)
				if err != nil {
					t.Fatal(err)
				}
				mustHide(t, "what is sealed", string(opened))
			}
			mustHide(t, "what is stored", string(stored))
		}
	}
}

// innerSettings are the settings within a stored event.
func innerSettings(t *testing.T, event []byte) []byte {
	t.Helper()
	var fields struct{ Settings json.RawMessage }
	if err := json.Unmarshal(event, &fields); err != nil {
		t.Fatal(err)
	}
	return fields.Settings
}

func TestErrorsHoldNothingKeyed(t *testing.T) {
	f := newFixture(t)
	var errs []error
	for _, code := range codes {
		for _, feature := range pins.AllFeatures {
			rule := ruleOf(t, feature)
			_, entryErr := rule.ParseEntry("99" + code)
			_, targetErr := rule.ParseTarget(line, "99"+code)
			_, clockErr := features.ParseClock(code)
			_, readErr := rule.Read(features.Document{List: &[]string{code}})
			errs = append(errs, entryErr, targetErr, clockErr, readErr)
			for _, number := range []features.Request{{Number: line}, {Number: bare}, {Number: missing}} {
				for _, edit := range []features.Edit{
					features.SetCode(secret.New(code)), features.Add(features.Entry(code)), features.Drop(features.Entry(code)),
				} {
					number.Feature, number.Edit = feature, edit
					_, err := f.Change(t.Context(), number)
					errs = append(errs, err, f.Weigh(t.Context(), number.Number, feature, edit))
				}
			}
		}
	}
	text := errors.Join(errs...).Error()
	if !strings.Contains(text, "change feature: not accepted: not-four-digits") || !strings.Contains(text, "weigh edit") {
		t.Fatalf("too few errors to tell: %s", text)
	}
	mustHide(t, "an error", text)
}

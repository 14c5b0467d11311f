package pins_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/rows"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// read returns what ReadCSV yields, an error as "error: ...".
func read(r io.Reader) (all []string) {
	for line, err := range pins.ReadCSV(r) {
		if err != nil {
			all = append(all, "error: "+err.Error())
			continue
		}
		row := strings.TrimSpace(string(line.Number) + " " + line.Language)
		if line.FeaturesGiven {
			row += " [" + line.Features.String() + "]"
		}
		all = append(all, row)
	}
	return all
}

const (
	notNANP  = ": not a North American telephone number: want ten digits, with or without +1"
	features = "no-solicitation, security-screen, do-not-disturb, dial-lock, call-rejection, selective-call-forwarding"
)

func TestReadCSV(t *testing.T) {
	tests := map[string]struct {
		file string
		want []string
	}{
		"plain":       {"number,language\n6125550142,en\n6125550143,es\n6125550144,\n", []string{"+16125550142 en", "+16125550143 es", "+16125550144"}},
		"as written":  {"Number;LANGUAGE\n(612) 555\u20110142;EN\n\u202a+1 612 555 0143\u202c;Es\n", []string{"+16125550142 en", "+16125550143 es"}},
		"duplicates":  {"number,language\n6125550142,en\n612-555-0142,es\n", []string{"+16125550142 en", "+16125550142 es"}},
		"header only": {"number,language\n", nil},
		"features": {
			"features,number,language\ndial-lock call-rejection,6125550142,en\n,6125550143,\nDial Lock; Call_Rejection,6125550144,\n" +
				"\"Do Not Disturb,selective‑call‑forwarding\",6125550145,\n",
			[]string{"+16125550142 en [dial-lock call-rejection]", "+16125550143 []", "+16125550144 [dial-lock call-rejection]", "+16125550145 [do-not-disturb selective-call-forwarding]"},
		},
		"bad rows": {
			"number,language,features\n911,en,\n6125550142,fr,\n,en,\n6125550143,en,dial-lock caller-id\n6125550144,,call-rejekshun\n6125550145,en\n6125550146,en,\n",
			[]string{
				`error: line 2: number "911"` + notNANP,
				`error: line 3: language "fr": want en, es or nothing`,
				"error: line 4: number" + notNANP,
				`error: line 5: features "dial-lock caller-id": "caller-id" is not a calling feature; want any of ` + features,
				`error: line 6: features "call-rejekshun": "call-rejekshun" is not a calling feature, did you mean call-rejection?; want any of ` + features,
				"error: line 7: want 3 fields, this has 2",
				"+16125550146 en []",
			},
		},
		"no header": {"6125550142,en\n", []string{"error: the first row must name the columns: want number, language, and perhaps features"}},
		"another column": {"number,language,feature\n", []string{
			`error: the first row must name the columns: "feature" is none, did you mean features?; want number, language, and perhaps features`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			check.Same(t, read(strings.NewReader(test.file)), test.want)
		})
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("number,language\n6125550142,en\n"))
	f.Add([]byte("\ufefflanguage,number\r\nes,\"612-555-0142\"\r\n\r\n,911\r\n"))
	f.Add([]byte("number,language\n\"6125550142,en\n\"\"\"\",\n,,,\n"))
	f.Add([]byte("number,language\n" + strings.Repeat("9", 2000)))
	f.Add([]byte("number,language,features\n6125550142,en,dial-lock call-rejection\n6125550143,,\n6125550144,,caller-id\n"))
	f.Add([]byte("features,number,language\n\"dial-lock\" ,6125550142\n,,,,\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		lastLine, ended := 0, false
		for line, err := range pins.ReadCSV(strings.NewReader(string(file))) {
			if ended {
				t.Fatal("went on after its end")
			}
			if bad := (*rows.Error)(nil); errors.As(err, &bad) {
				if bad.Line <= lastLine || bad.Reason == "" {
					t.Fatalf("line %d after %d: %q", bad.Line, lastLine, bad.Reason)
				}
				lastLine = bad.Line
				continue
			}
			if ended = err != nil; ended {
				continue
			}
			if parsed, err := nanp.Parse(string(line.Number)); parsed != line.Number || err != nil {
				t.Fatalf("number %q: %v", line.Number, err)
			}
			if line.Language != "" && line.Language != "en" && line.Language != "es" {
				t.Fatalf("language %q", line.Language)
			}
			if !line.FeaturesGiven && line.Features.Len() > 0 {
				t.Fatalf("features %v out of nowhere", line.Features)
			}
		}
	})
}

func BenchmarkReadCSV(b *testing.B) {
	for name, form := range map[string]struct{ header, row string }{
		"plain":    {"number,language", "612%07d,en"},
		"features": {"number,language,features", "612%07d,en,do-not-disturb dial-lock call-rejection"},
	} {
		b.Run(name, func(b *testing.B) { benchmarkReadCSV(b, form.header, form.row) })
	}
}

func benchmarkReadCSV(b *testing.B, header, row string) {
	const rows = 100_000
	var file strings.Builder
	file.WriteString(header + "\n")
	for i := range rows {
		fmt.Fprintf(&file, row+"\n", 2_000_000+i)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		got := 0
		for _, err := range pins.ReadCSV(strings.NewReader(file.String())) {
			check.OK(b, err)
			got++
		}
		if got != rows {
			b.Fatal(got)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

func ExampleReadCSV() {
	file := strings.NewReader("number,language,features\n612-555-0142,es,dial-lock\n911,en,\n6125550143,,\n")
	for line, err := range pins.ReadCSV(file) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(line.Number, line.Language, line.Features)
	}
	// Output:
	// +16125550142 es dial-lock
	// line 3: number "911": not a North American telephone number: want ten digits, with or without +1
	// +16125550143
}

func provisioning(f *fixture) pins.Provisioning {
	return pins.Provisioning{Registry: f.World.Lines(), Validations: f.World.Lines(), Now: f.Now}
}

func TestProvisioningAdd(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	created, err := p.Add(t.Context(), []pins.NewLine{{Number: missing, Language: "es"}, {Number: personal, Language: "es"}})
	if diff := cmp.Diff([]bool{true, false}, created); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	line, err := f.Find(t.Context(), missing)
	if want := (pins.Line{Number: missing, Language: "es", Since: f.Now(), Revision: f.Now().UnixMilli()}); line != want || err != nil {
		t.Errorf("line %+v, %v; want %+v", line, err, want)
	}
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)

	_, err = p.Add(t.Context(), []pins.NewLine{{Number: "+16125550777"}, {Number: "+16125550778", Language: "fr"}})
	check.Is(t, err, pins.ErrLanguage)
	_, err = p.Add(t.Context(), []pins.NewLine{{Number: "+16125550777"}, {Number: "+19005550142"}})
	check.Is(t, err, nanp.ErrNotCalled)
	if _, err := f.Find(t.Context(), "+16125550777"); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("half of it was done: %v", err)
	}
}

// Numbers that are not called become no lines, one by one in a file, unless they are listed.
func TestProvisioningReadCSV(t *testing.T) {
	const file = "number,language\n787-555-0142,\n876-555-0142,\n612-555-0142,\n612-976-0142,\n"
	var err error
	var p pins.Provisioning
	if p.Destinations, err = nanp.ParseDestinations("PR"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line, err := range p.ReadCSV(strings.NewReader(file)) {
		var row *rows.Error
		if errors.As(err, &row) {
			got = append(got, fmt.Sprint("bad ", row.Line))
			continue
		}
		got = append(got, string(line.Number))
	}
	check.Same(t, got, []string{"+17875550142", "bad 3", "+16125550142", "bad 5"})
}

func TestProvisioningRemove(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	note := pins.Note{By: "Ann", From: "command line"}
	check.OK(t, p.Remove(t.Context(), personal, note))
	check.Is(t, p.Remove(t.Context(), personal, note), pins.ErrNoLine)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Wrong)
	history, err := p.History(t.Context(), personal, 0)
	if err != nil || len(history) != 2 || history[0].Event != pins.Removed {
		t.Errorf("%+v, %v", history, err)
	}
}

var note = pins.Note{By: "ann", From: "console", Reason: "forgot it"}

// records wants the newest records of a number to be of these events, by the note, now.
func (f *fixture) records(t *testing.T, number nanp.Number, want ...pins.Record) {
	t.Helper()
	for i := range want {
		want[i].At, want[i].By, want[i].From, want[i].Reason = f.Now(), note.By, note.From, note.Reason
	}
	got := check.Must(provisioning(f).History(t.Context(), number, len(want)))(t)
	check.Same(t, got, want)
}

// validate validates the customer of a line by the note.
func (f *fixture) validate(t *testing.T, number nanp.Number) {
	t.Helper()
	if _, err := provisioning(f).Validate(t.Context(), number, pins.ByCall, note); err != nil {
		t.Fatal(err)
	}
}

func TestProvisioningValidate(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	want := pins.Validation{
		By: note.By, From: note.From, Method: pins.ByPhotoID,
		At: f.Now(), Until: f.Now().Add(15 * time.Minute), Note: note.Reason,
	}
	got, err := p.Validate(t.Context(), personal, pins.ByPhotoID, note)
	if got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	f.records(t, personal, pins.Record{Event: pins.CustomerValidated, Method: pins.ByPhotoID})
	for _, wait := range []time.Duration{0, pins.ValidFor - 1, pins.ValidFor} {
		counts := wait < pins.ValidFor
		p.Now = func() time.Time { return f.Now().Add(wait) }
		got, err := p.Validation(t.Context(), personal, note.By, note.From)
		if counts && (got != want || err != nil) || !counts && !errors.Is(err, pins.ErrNotValidated) {
			t.Errorf("after %v: %+v, %v", wait, got, err)
		}
	}
	if _, err := p.Validate(t.Context(), missing, pins.ByCall, note); !errors.Is(err, pins.ErrNoLine) {
		t.Errorf("%v, want ErrNoLine", err)
	}
	if _, err := p.Validate(t.Context(), personal, pins.ByCall, pins.Note{By: note.By}); err != nil {
		t.Errorf("without a reason: %v", err)
	}
}

func TestProvisioningReset(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	p.Notice = func(number nanp.Number, event pins.Event, name string) []byte { return []byte(name) }
	due := func(want ...string) {
		t.Helper()
		if got := slices.Concat(testkit.Notices(t, f.DB, string(personal)), testkit.Notices(t, f.DB, string(missing))); fmt.Sprintf("%s", got) != fmt.Sprintf("%s", want) {
			t.Errorf("due %s, want %s", got, want)
		}
	}
	check.Is(t, p.Reset(t.Context(), personal, note), pins.ErrNotValidated)
	due()
	f.records(t, personal, pins.Record{Event: pins.ResetRefused})
	proved := f.check(t, f.attempt(personal, pins.Remote), rightPIN).Line
	f.wrong(t, personal, pins.Remote, 5, pins.LockedForNow)
	f.validate(t, personal)
	check.OK(t, p.Reset(t.Context(), personal, note))
	due(fmt.Sprintf("pin-reset of %s at %d", personal, f.Now().UnixNano()))
	f.records(t, personal, pins.Record{Event: pins.Reset})
	f.outcome(t, personal, pins.FromLine, temporaryPIN, pins.RightTemporary)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Wrong)
	check.Is(t, f.Change(t.Context(), f.request(personal, proved.Revision, wrongPIN)), storage.ErrStale)
	check.Is(t, p.Reset(t.Context(), missing, note), pins.ErrNoLine)
	due(fmt.Sprintf("pin-reset of %s at %d", personal, f.Now().UnixNano()))
	f.records(t, missing, pins.Record{Event: pins.ResetRefused})
}

func TestProvisioningResetByOperator(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	check.OK(t, p.ResetByOperator(t.Context(), personal, note))
	f.records(t, personal, pins.Record{Event: pins.Reset}, pins.Record{Event: pins.CustomerValidated, Method: pins.ByOperator})
	f.outcome(t, personal, pins.FromLine, temporaryPIN, pins.RightTemporary)
	check.Is(t, p.ResetByOperator(t.Context(), missing, note), pins.ErrNoLine)
	f.records(t, missing, pins.Record{Event: pins.ResetRefused})
}

func TestProvisioningUnlock(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	p.Notice = func(nanp.Number, pins.Event, string) []byte { t.Error("a notice of a PIN that stays"); return nil }
	f.wrong(t, personal, pins.Remote, 5, pins.LockedForNow)
	check.Is(t, p.Unlock(t.Context(), personal, note), pins.ErrNotValidated)
	f.outcome(t, personal, pins.Remote, rightPIN, pins.LockedForNow)
	before := f.revision(t, personal)
	f.validate(t, personal)
	check.OK(t, p.Unlock(t.Context(), personal, note))
	f.records(t, personal, pins.Record{Event: pins.PINUnlocked})
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
	if after := f.revision(t, personal); after != before {
		t.Errorf("revision %d became %d", before, after)
	}
}

func TestNote(t *testing.T) {
	f := newFixture(t)
	p := provisioning(f)
	f.validate(t, personal)
	validate := func(ctx context.Context, number nanp.Number, note pins.Note) error {
		_, err := p.Validate(ctx, number, pins.ByCall, note)
		return err
	}
	for name, note := range map[string]pins.Note{
		"no name":       {Reason: "why"},
		"long name":     {By: strings.Repeat("é", 101), Reason: "why"},
		"long from":     {By: "ann", From: strings.Repeat("x", 101), Reason: "why"},
		"long reason":   {By: "ann", Reason: strings.Repeat("x", 501)},
		"line break":    {By: "ann", Reason: "why\nnot"},
		"escape":        {By: "ann\x1b[2J", Reason: "why"},
		"invalid UTF-8": {By: "ann", Reason: "\xff"},
	} {
		for what, do := range map[string]func(context.Context, nanp.Number, pins.Note) error{
			"reset": p.Reset, "reset by operator": p.ResetByOperator, "unlock": p.Unlock, "remove": p.Remove, "validate": validate,
		} {
			if err := do(t.Context(), personal, note); !errors.Is(err, pins.ErrNote) {
				t.Errorf("%s, %s: %v; want ErrNote", what, name, err)
			}
		}
	}
	for what, do := range map[string]func(context.Context, nanp.Number, pins.Note) error{
		"reset": p.Reset, "reset by operator": p.ResetByOperator, "unlock": p.Unlock,
	} {
		if err := do(t.Context(), personal, pins.Note{By: note.By, From: note.From}); !errors.Is(err, pins.ErrNote) {
			t.Errorf("%s without a reason: %v; want ErrNote", what, err)
		}
	}
	f.outcome(t, personal, pins.Remote, rightPIN, pins.Right)
	longest := pins.Note{By: strings.Repeat("é", 100), From: "command line", Reason: strings.Repeat("é", 500)}
	if err := p.ResetByOperator(t.Context(), personal, longest); err != nil {
		t.Error(err)
	}
}

// hasher makes a hasher, a cheap one unless config has parameters.
func hasher(t testing.TB, config hash.Config) *hash.Hasher {
	t.Helper()
	if config.Keys == nil {
		config.Keys = testkit.Keys("2026a")
	}
	if config.Params == (hash.Params{}) {
		config.Params = testkit.Cheap()
	}
	h := check.Must(hash.New(config))(t)
	return h
}

package accounts_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/accounts"
	"updatecenter/internal/secret"
)

const (
	header = "account,phone,name,street1,city,state,zip"
	pat    = "A1,6125550142,Pat Larsen,12 Elm,Duluth,MN,55801"
)

// read returns what ReadCSV yields: numbers, and errors as "error: ...".
func read(r io.Reader) (rows []string) {
	for row, err := range accounts.ReadCSV(r) {
		if err != nil {
			rows = append(rows, "error: "+err.Error())
			continue
		}
		rows = append(rows, string(row.Number))
	}
	return rows
}

func TestReadCSVEveryColumn(t *testing.T) {
	file := "\ufeffaccount,phone,language,name,street1,street2,street3,city,state,zip,email,email_since,security_code\r\n" +
		` a 1 , "612-555-0142",es,"Larsen, ""Pat""",12 Elm,,Box 7,St. Paul,mn,558011234,pat@mail.example.com,2026-01-31,82651739` + "\r\n"
	for row, err := range accounts.ReadCSV(strings.NewReader(file)) {
		if err != nil {
			t.Fatal(err)
		}
		diff := cmp.Diff(accounts.Row{Line: 2, Number: "A1", Details: accounts.Details{
			Phone: "+16125550142", Language: text("es"), Name: `Larsen, "Pat"`,
			Address: &accounts.Address{Street: []string{"12 Elm", "Box 7"}, City: "St. Paul", State: "MN", ZIP: "55801-1234"},
			Email:   text("pat@mail.example.com"), EmailSince: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), Code: secret.New("82651739"),
		}}, row, cmp.Comparer(secret.Text.Equal))
		if diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestReadCSV(t *testing.T) {
	long, veryLong := strings.Repeat("x", 4100), strings.Repeat("x", 300_000)
	headerError := []string{"error: " + accounts.ErrHeader.Error()}
	tests := map[string]struct {
		file string
		want []string
	}{
		"plain":           {header + "\n" + pat + "\n", []string{"A1"}},
		"no line break":   {header + "\n" + pat, []string{"A1"}},
		"header only":     {header, nil},
		"blank lines":     {"\n \n" + header + "\n\n" + pat + "\r\n\t\n" + pat + "\n\n", []string{"A1", "A1"}},
		"other order":     {"zip,state,city,street1,name,phone,account\n55801,MN,Duluth,12 Elm,Pat,6125550142,A1\n", []string{"A1"}},
		"empty file":      {"", headerError},
		"no header":       {pat + "\n", headerError},
		"column missing":  {"account,phone,name,street1,city,state\n", headerError},
		"column twice":    {header + ",zip\n", headerError},
		"column unknown":  {header + ",pin\n", headerError},
		"header too long": {header + strings.Repeat(" ", 5000) + "\n", headerError},
		"bad rows cost themselves": {
			header + ",email,email_since,security_code,language\n" +
				pat + ",,,,\n" + pat + "\n" + pat + ",,,,,\n" +
				"\"" + pat + ",,,,\n" + pat + ",\"\"x,,,\n" + pat + ",nobody,,,\n" + pat + ",,31.1.2026,,\n" +
				pat + ",,,8265,\n" + pat + ",,,,fr\n" + strings.Replace(pat, "A1", "A_1", 1) + ",,,,\n" +
				strings.Replace(pat, "6125550142", "911", 1) + ",,,,\n" + strings.Replace(pat, "Pat Larsen", "", 1) + ",,,,\n" +
				strings.Replace(pat, "55801", "5580", 1) + ",,,,\n" + strings.Replace(pat, "12 Elm", "12\x01Elm", 1) + ",,,,\n" + pat + ",,,,\n",
			[]string{
				"A1",
				"error: line 3: want 11 fields, this has 7",
				"error: line 4: want 11 fields, this has 12",
				"error: line 5: a double quote is out of place",
				"error: line 6: a double quote is out of place",
				"error: line 7: email: not an e-mail address",
				"error: line 8: email_since: want a date such as 2026-01-31",
				"error: line 9: security_code: want 6 to 10 digits",
				"error: line 10: language: neither en nor es",
				"error: line 11: not an account number: want 1 to 24 letters, digits and hyphens",
				"error: line 12: phone: not a North American telephone number: want ten digits, with or without +1",
				"error: line 13: name: a new account must have it",
				"error: line 14: zip: want 5 or 9 digits",
				"error: line 15: street1: want 1 to 60 characters that can be printed",
				"A1",
			},
		},
		"long rows": {
			header + "\n" + long + "\n" + pat + "\n" + veryLong + "\n" + pat + "\n" + veryLong,
			[]string{"error: line 2: longer than 4096 bytes", "A1", "error: line 4: longer than 4096 bytes", "A1", "error: line 6: longer than 4096 bytes"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { same(t, read(strings.NewReader(test.file)), test.want) })
	}
}

func TestReadCSVTellsTrouble(t *testing.T) {
	trouble := errors.New("disk gone")
	reader := io.MultiReader(strings.NewReader(header+"\n"+pat+"\n"), iotest.ErrReader(trouble))
	var last error
	for _, last = range accounts.ReadCSV(reader) {
		continue
	}
	if !errors.Is(last, trouble) {
		t.Errorf("%v", last)
	}
	for _, err := range accounts.ReadCSV(strings.NewReader(header + "\n" + pat + "\n" + pat)) {
		same(t, err, nil)
		break // reading may stop at any row
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add(header + "\n" + pat + "\n")
	f.Add("\ufeff" + header + ",security_code\r\n\"A1\",6125550142,\"Pat \"\"\",12,D,MN,55801,826517\n")
	f.Add(header + "\n\"" + pat + "\n" + pat)
	f.Fuzz(func(t *testing.T, file string) {
		line := 0
		for row, err := range accounts.ReadCSV(strings.NewReader(file)) {
			var bad *accounts.RowError
			switch {
			case errors.As(err, &bad):
				row.Line = bad.Line
			case errors.Is(err, accounts.ErrHeader):
				continue
			case err != nil:
				t.Fatal(err)
			default:
				if number, err := accounts.ParseNumber(string(row.Number)); number != row.Number || err != nil {
					t.Fatalf("number %q", row.Number)
				}
			}
			if row.Line <= line {
				t.Fatalf("line %d after %d", row.Line, line)
			}
			line = row.Line
		}
	})
}

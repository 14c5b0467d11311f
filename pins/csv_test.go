package pins_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// read returns what ReadCSV yields, an error as "error: ...".
func read(r io.Reader) (rows []string) {
	for line, err := range pins.ReadCSV(r) {
		if err != nil {
			rows = append(rows, "error: "+err.Error())
			continue
		}
		row := strings.TrimSpace(string(line.Number) + " " + line.Language)
		if line.FeaturesGiven {
			row += " [" + line.Features.String() + "]"
		}
		rows = append(rows, row)
	}
	return rows
}

const notNANP = "not a North American telephone number: "

func TestReadCSV(t *testing.T) {
	long := strings.Repeat("x", 1100)
	veryLong := strings.Repeat("x", 300_000)
	tests := map[string]struct {
		file string
		want []string
	}{
		"plain":           {"number,language\n6125550142,en\n6125550143,es\n", []string{"+16125550142 en", "+16125550143 es"}},
		"no line break":   {"number,language\n6125550142,en", []string{"+16125550142 en"}},
		"no language":     {"number,language\n6125550142,\n", []string{"+16125550142"}},
		"other order":     {"language,number\nes,6125550142\n,6125550143\n", []string{"+16125550142 es", "+16125550143"}},
		"byte order mark": {"\ufeffnumber,language\n6125550142,en\n", []string{"+16125550142 en"}},
		"CRLF":            {"number,language\r\n6125550142,en\r\n\r\n6125550143,\r\n", []string{"+16125550142 en", "+16125550143"}},
		"quotes":          {"\"number\",\"language\"\n\"612-555-0142\",\"en\"\n\"612-555-0143\",\"\"\n", []string{"+16125550142 en", "+16125550143"}},
		"spaces":          {" number , language \n  612-555-0142 ,\ten \n \" 612-555-0143 \" , \" es \" \n", []string{"+16125550142 en", "+16125550143 es"}},
		"blank lines":     {"\n  \nnumber,language\n\n6125550142,en\n   \n\t\n6125550143,\n\n\n", []string{"+16125550142 en", "+16125550143"}},
		"forms of a number": {
			"number,language\n(612) 555-0142,\n+1 612 555 0143,\n612.555.0144,\n",
			[]string{"+16125550142", "+16125550143", "+16125550144"},
		},
		"features": {
			"number,language,features\n6125550142,en,dial-lock\n6125550143,,call-rejection  dial-lock\n6125550144,es,\n\"6125550145\",\"en\",\" security-screen \"\r\n",
			[]string{
				"+16125550142 en [dial-lock]", "+16125550143 [dial-lock call-rejection]",
				"+16125550144 es []", "+16125550145 en [security-screen]",
			},
		},
		"features in another order": {
			"features,language,number\n,en,6125550142\ndial-lock,,6125550143\n",
			[]string{"+16125550142 en []", "+16125550143 [dial-lock]"},
		},
		"features between": {
			"number, features ,language\n6125550142,dial-lock dial-lock,en\n6125550143,,\n",
			[]string{"+16125550142 en [dial-lock]", "+16125550143 []"},
		},
		"all features": {
			"number,language,features\n6125550142,en," + pins.FeaturesOf(pins.AllFeatures[:]...).String() + "\n",
			[]string{"+16125550142 en [no-solicitation security-screen do-not-disturb dial-lock call-rejection selective-call-forwarding]"},
		},
		"bad rows with features": {
			"number,language,features\n6125550142,en,caller-id\n6125550143,en,Dial-Lock\n6125550144,en\n6125550145,en,dial-lock,call-rejection\n6125550146,en,dial-lock;call-rejection\n911,en,dial-lock\n6125550147,en,dial-lock\n",
			[]string{
				"error: line 2: not a calling feature",
				"error: line 3: not a calling feature",
				"error: line 4: fewer fields than columns",
				"error: line 5: more fields than columns",
				"error: line 6: not a calling feature",
				"error: line 7: " + notNANP + "want ten digits, with or without +1",
				"+16125550147 en [dial-lock]",
			},
		},
		"duplicates":  {"number,language\n6125550142,en\n612-555-0142,es\n", []string{"+16125550142 en", "+16125550142 es"}},
		"header only": {"number,language\n", nil},
		"bad rows are told by line": {
			"number,language\n\n911,en\n6125550142,fr\n6125550143,EN\n6125550144,en,x\n6125550145\n,en\n6125550146,en\n",
			[]string{
				"error: line 3: " + notNANP + "want ten digits, with or without +1",
				"error: line 4: language is neither en nor es",
				"error: line 5: language is neither en nor es",
				"error: line 6: more fields than columns",
				"error: line 7: fewer fields than columns",
				"error: line 8: " + notNANP + "want ten digits, with or without +1",
				"+16125550146 en",
			},
		},
		"bad quotes": {
			"number,language\n\"6125550142,en\n6125550143,\"en\n\"6125550144\"x,en\n\"612\"\"5550145\",en\n\"6125550146,en\"\n6125550147,e\"n\n6125550148,en\n",
			[]string{
				"error: line 2: a quoted field has no end",
				"error: line 3: a quoted field has no end",
				"error: line 4: a quoted field has text after it",
				"error: line 5: a quoted field has text after it",
				"error: line 6: fewer fields than columns",
				"error: line 7: language is neither en nor es",
				"+16125550148 en",
			},
		},
		"long rows": {
			"number,language\n" + long + ",en\n6125550142,en\n" + veryLong + "\n" + strings.Repeat(" ", 1100) + "\n6125550143,\n" + veryLong,
			[]string{
				"error: line 2: longer than 1024 bytes", "+16125550142 en",
				"error: line 4: longer than 1024 bytes", "error: line 5: longer than 1024 bytes", "+16125550143",
				"error: line 7: longer than 1024 bytes",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for way, r := range map[string]io.Reader{
				"": strings.NewReader(test.file), "byte by byte": iotest.OneByteReader(strings.NewReader(test.file)),
				"data with EOF": iotest.DataErrReader(strings.NewReader(test.file)),
			} {
				if diff := cmp.Diff(test.want, read(r)); diff != "" {
					t.Errorf("%s (-want +got)\n%s", way, diff)
				}
			}
		})
	}
}

func TestReadCSVHeader(t *testing.T) {
	for _, file := range []string{
		"", "\n\n", "\ufeff", "number\n6125550142\n", "language\n", "6125550142,en\n", "number,number\n",
		"number,language,name\n6125550142,en,x\n", "Number,Language\n", "number;language\n", "\"number,language\n",
		"number,name\n", "number,features\n", "language,features\n", "number,language,features,name\n", "features\n",
		"number,language,language\n", "number,language,\n", strings.Repeat("number,", 10_000), "\xff\xfen\x00u\x00",
	} {
		got := 0
		for line, err := range pins.ReadCSV(strings.NewReader(file)) {
			if got++; line != (pins.NewLine{}) || !errors.Is(err, pins.ErrHeader) {
				t.Errorf("%.20q: %v, %v; want ErrHeader", file, line, err)
			}
		}
		if got != 1 {
			t.Errorf("%.20q: told %d times", file, got)
		}
	}
}

func TestReadCSVEndsWithTheReader(t *testing.T) {
	failure := errors.New("pulled out")
	for _, start := range []string{"", "number,lang", "number,language\n6125550142,en\n", "number,language\n6125550142,en\n6125", "number,language\n" + strings.Repeat("x", 100_000)} {
		var last error
		for _, err := range pins.ReadCSV(io.MultiReader(strings.NewReader(start), iotest.ErrReader(failure))) {
			if last != nil {
				t.Fatalf("%.20q: went on after %v", start, last)
			}
			last = err
		}
		if !errors.Is(last, failure) {
			t.Errorf("%.20q: ended with %v", start, last)
		}
	}
}

func TestReadCSVStops(t *testing.T) {
	for line, err := range pins.ReadCSV(strings.NewReader("number,language\n6125550142,\nx\n6125550143,\n")) {
		if line.Number != "+16125550142" || err != nil {
			t.Errorf("%v, %v", line, err)
		}
		break
	}
}

func TestRowError(t *testing.T) {
	for _, err := range pins.ReadCSV(strings.NewReader("number,language\n911,\n")) {
		bad := new(pins.RowError)
		if !errors.As(err, &bad) || bad.Line != 2 || bad.Reason == "" {
			t.Errorf("%#v", err)
		}
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
		header, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(string(file), "\ufeff")), "\n")
		lastLine, ended := 0, false
		for line, err := range pins.ReadCSV(strings.NewReader(string(file))) {
			if ended {
				t.Fatal("went on after its end")
			}
			if bad := (*pins.RowError)(nil); errors.As(err, &bad) {
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
			if line.FeaturesGiven != strings.Contains(header, "features") {
				t.Fatalf("features given %t by the columns %q", line.FeaturesGiven, header)
			}
			if !line.FeaturesGiven && line.Features.Len() > 0 {
				t.Fatalf("features %v out of nowhere", line.Features)
			}
		}
		if lines := strings.Count(string(file), "\n") + 1; lastLine > lines {
			t.Fatalf("line %d of %d", lastLine, lines)
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
			if err != nil {
				b.Fatal(err)
			}
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
	// line 3: not a North American telephone number: want ten digits, with or without +1
	// +16125550143
}

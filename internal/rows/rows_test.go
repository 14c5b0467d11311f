package rows_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"updatecenter/internal/rows"
	"updatecenter/internal/testkit/check"
)

var columns = []rows.Column{
	{Name: "number", Must: true}, {Name: "full_name", Must: true}, {Name: "language"}, {Name: "pin", Secret: true},
}

// read returns the number, name and language of each row; an error as "error: ...".
func read(r io.Reader) (all []string) {
	for row, err := range rows.Read(r, columns) {
		if err != nil {
			all = append(all, "error: "+err.Error())
			continue
		}
		all = append(all, fmt.Sprintf("%d %s|%s|%s", row.Line, row.Get("number"), row.Get("full_name"), row.Get("language")))
	}
	return all
}

func wide(t testing.TB, order unicode.Endianness, mark unicode.BOMPolicy, s string) string {
	t.Helper()
	encoded, err := unicode.UTF16(order, mark).NewEncoder().String(s)
	check.OK(t, err)
	return encoded
}

const plain = "number,full_name,language\n612,Peña,es\n613,Ann,\n"

func TestRead(t *testing.T) {
	want := []string{"2 612|Peña|es", "3 613|Ann|"}
	for name, test := range map[string]struct {
		file string
		want []string
	}{
		"plain":                   {plain, want},
		"byte order mark":         {"\ufeff" + plain, want},
		"UTF-16, little":          {wide(t, unicode.LittleEndian, unicode.UseBOM, plain), want},
		"UTF-16, big":             {wide(t, unicode.BigEndian, unicode.UseBOM, plain), want},
		"UTF-16, little, no mark": {wide(t, unicode.LittleEndian, unicode.IgnoreBOM, plain), want},
		"UTF-16, big, no mark":    {wide(t, unicode.BigEndian, unicode.IgnoreBOM, plain), want},
		"semicolons":              {strings.ReplaceAll(plain, ",", ";"), want},
		"tabs":                    {strings.ReplaceAll(plain, ",", "\t"), want},
		"tabs in UTF-16":          {wide(t, unicode.LittleEndian, unicode.UseBOM, strings.ReplaceAll(plain, ",", "\t")), want},
		"CRLF":                    {strings.ReplaceAll(plain, "\n", "\r\n"), want},
		"no line break":           {strings.TrimSuffix(plain, "\n"), want},
		"commas in values":        {"number;full_name\n612;Peña, Ann\n", []string{"2 612|Peña, Ann|"}},
		"header in any case":      {"NUMBER,Full Name , Language\n612,A,\n", []string{"2 612|A|"}},
		"header with hyphens":     {"Number,full‑name\n612,A\n", []string{"2 612|A|"}},
		"other order":             {"language,full_name,number\nes,A,612\n", []string{"2 612|A|es"}},
		"reason":                  {"Reason,number,full_name\n\"bad, it was\",612,A\n", []string{"2 612|A|"}},
		"quotes":                  {"\"number\",\"full_name\"\n 612 , \"Ann \"\"Bo\"\", B\" \n\"613\",a \"b\"\n", []string{`2 612|Ann "Bo", B|`, `3 613|a "b"|`}},
		"blank rows":              {"\n \n" + "number,full_name\n\n,\n , \r\n612,A\n\n", []string{"7 612|A|"}},
		"columns beyond":          {"number,full_name,,\n612,A,,,,\n613,B\n614,C,x\n", []string{"2 612|A|", "3 613|B|", "error: line 4: want 2 fields, this has 3"}},
		"header alone":            {"number,full_name", nil},
		"bad rows cost themselves": {
			"number,full_name\n612\n612,A,B\n\"612,A\n\"612\"x,A\n612,\"A\n613,B\n612,\xff\n" + strings.Repeat("x", 4100) + "\n614,C\n" + strings.Repeat("x", 300_000) + "\n615,D",
			[]string{
				"error: line 2: want 2 fields, this has 1", "error: line 3: want 2 fields, this has 3", "error: line 4: a double quote has no end",
				"error: line 5: a double quote is out of place", "error: line 6: a double quote has no end", "7 613|B|",
				"error: line 8: not in UTF-8 or UTF-16: save the file as CSV UTF-8",
				"error: line 9: longer than 4096 bytes", "10 614|C|", "error: line 11: longer than 4096 bytes", "12 615|D|",
			},
		},
	} {
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

func TestHeader(t *testing.T) {
	const wanted = "want number, full_name, and perhaps language, pin"
	for file, want := range map[string]string{
		"":                           ", and there is none",
		"\n \n":                      ", and there is none",
		"6125550142,Ann,4821\n":      ": " + wanted, // a customer's row, of which nothing is quoted
		"number\n":                   ": full_name is missing; " + wanted,
		"number,full_name,number\n":  ": number stands there twice",
		"number,full_name,pn\n":      `: "pn" is none, did you mean pin?; ` + wanted,
		"number,Customer name\n":     `: "customer_name" is none; ` + wanted,
		"number,name\n":              `: "name" is none, did you mean full_name?; ` + wanted,
		"number;full_name;xyz\n":     `: "xyz" is none; ` + wanted,
		"number,,full_name\n":        `: "" is none; ` + wanted,
		"\"number,full_name\n":       ": " + wanted,
		strings.Repeat("n,", 10_000): ": it is longer than 4096 bytes",
		"number,full_name\xff\n":     ": it is not in UTF-8 or UTF-16: save the file as CSV UTF-8",
	} {
		if got := read(strings.NewReader(file)); len(got) != 1 || got[0] != "error: "+rows.ErrHeader.Error()+want {
			t.Errorf("%.30q: %q", file, got)
		}
		for _, err := range rows.Read(strings.NewReader(file), columns) {
			if !errors.Is(err, rows.ErrHeader) {
				t.Errorf("%.30q: %v", file, err)
			}
		}
	}
}

func TestTrouble(t *testing.T) {
	trouble := errors.New("pulled out")
	for _, start := range []string{"", "number,full", plain, plain + "612", plain + strings.Repeat("x", 100_000)} {
		var last error
		for _, err := range rows.Read(io.MultiReader(strings.NewReader(start), iotest.ErrReader(trouble)), columns) {
			if last != nil {
				t.Fatalf("%.20q: went on after %v", start, last)
			}
			last = err
		}
		if !errors.Is(last, trouble) {
			t.Errorf("%.20q: ended with %v", start, last)
		}
	}
	for _, err := range rows.Read(strings.NewReader(plain), columns) {
		check.Is(t, err, nil)
		break // reading may stop at any row
	}
}

func TestBad(t *testing.T) {
	file := "number,full_name,pin\n612,\"a\u202e" + strings.Repeat("b", 80) + "\",4821\n613,,\n"
	var got []string
	for row, err := range rows.Read(strings.NewReader(file), columns) {
		check.OK(t, err)
		for _, column := range []string{"number", "full_name", "pin"} {
			got = append(got, row.Bad(column, "no").Error())
		}
		if row.Has("language") || !row.Has("pin") {
			t.Error("it has other columns")
		}
	}
	want := []string{
		`line 2: number "612": no`, `line 2: full_name "a\u202e` + strings.Repeat("b", 58) + `...": no`, "line 2: pin: no",
		`line 3: number "613": no`, "line 3: full_name: no", "line 3: pin: no",
	}
	check.Same(t, got, want)
}

// rejected reads a file, refuses its rows with a 9, and returns what is rejected.
func rejected(t testing.TB, file string) string {
	t.Helper()
	var out strings.Builder
	rejects := rows.Rejects{W: &out}
	for row, err := range rows.Read(strings.NewReader(file), columns) {
		if err == nil && strings.Contains(row.Get("number"), "9") {
			err = row.Bad("number", `has a "9"`)
		}
		var bad *rows.Error
		if errors.As(err, &bad) {
			check.OK(t, rejects.Add(bad))
		}
	}
	return out.String()
}

func TestRejects(t *testing.T) {
	file := "Number;Full name;PIN\r\n612;A;1\r\n\r\n619; \"B;\"\"b\"\"\" ;4821\r\n613;A\r\n\"614;C;1\r\n"
	const first = "reason;Number;Full name;PIN\n" +
		`"number ""619"": has a ""9"""; 619; "B;""b""" ;4821` + "\n"
	want := first + "\"want 3 fields, this has 2\";613;A\n" + "\"a double quote has no end\";\"614;C;1\n"
	want = strings.Replace(want, "; 619", ";619", 1)
	got := rejected(t, file)
	check.Same(t, got, want)
	if again := rejected(t, got); again != got {
		t.Errorf("rejected once more: %s", again)
	}
	mended := strings.NewReplacer("619", "618", "613;A", "613;A;", "\"614", "614").Replace(got)
	if left := rejected(t, mended); left != "" {
		t.Errorf("mended, and rejected: %s", left)
	}
	if got := rejected(t, wide(t, unicode.LittleEndian, unicode.UseBOM, "number,full_name\n9,Peña\n")); got != "\ufeffreason,number,full_name\n\"number \"\"9\"\": has a \"\"9\"\"\",9,Peña\n" {
		t.Errorf("of UTF-16: %q", got)
	}
	if err := (&rows.Rejects{W: full{}}).Add(firstBad(t)); err == nil {
		t.Error("a full disk is not told")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func firstBad(t *testing.T) *rows.Error {
	t.Helper()
	var bad *rows.Error
	for _, err := range rows.Read(strings.NewReader("number,full_name\nx\n"), columns) {
		if !errors.As(err, &bad) {
			t.Fatal(err)
		}
	}
	return bad
}

func TestSuggest(t *testing.T) {
	names := []string{"phone", "zip", "security_code", "selective-call-forwarding", "dial-lock"}
	for word, want := range map[string]string{
		"fone": "phone", "Telephone": "phone", "zip code": "zip", "zp": "zip", "securitycode": "security_code", "security_cod": "security_code",
		"call-forwarding": "selective-call-forwarding", "diallok": "dial-lock", "": "", "pin": "", "birthday": "", "x": "",
	} {
		if want != "" {
			want = ", did you mean " + want + "?"
		}
		if got := rows.Suggest(word, names); got != want {
			t.Errorf("%s: %q", word, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte(wide(f, unicode.BigEndian, unicode.UseBOM, plain)))
	f.Add([]byte("\ufeffreason;full name;number\r\nx;\"a\"\"\";9\r\n\"\";;\n"))
	f.Add([]byte("number\tfull_name\n\"9\tb\n9\t\xff\n" + strings.Repeat("9", 5000)))
	f.Fuzz(func(t *testing.T, file []byte) {
		line, bad := 0, 0
		for row, err := range rows.Read(strings.NewReader(string(file)), columns) {
			wrong := new(rows.Error)
			switch {
			case errors.As(err, &wrong):
				if row.Line = wrong.Line; wrong.Reason == "" {
					t.Fatal("no reason")
				}
				bad++
			case errors.Is(err, rows.ErrHeader):
				continue
			case err != nil:
				t.Fatal(err)
			case strings.Contains(row.Get("number"), "9"):
				bad++
			}
			if row.Line <= line {
				t.Fatalf("line %d after %d", row.Line, line)
			}
			line = row.Line
		}
		rejects := rejected(t, string(file))
		if got := strings.Count(rejects, "\n"); bad > 0 && got != bad+1 {
			t.Fatalf("%d bad rows, rejected: %q", bad, rejects)
		}
		for _, err := range rows.Read(strings.NewReader(rejects), columns) {
			if errors.Is(err, rows.ErrHeader) && bad > 0 && len(file) < 4000 {
				t.Fatalf("what is rejected can't be read: %v: %q", err, rejects)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	file := "number,full_name,language\n" + strings.Repeat("6125550142,Ann Olson,en\n", 100_000)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range rows.Read(strings.NewReader(file), columns) {
			check.OK(b, err)
		}
	}
}

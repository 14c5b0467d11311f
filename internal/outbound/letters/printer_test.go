package letters_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/golden"
	"updatecenter/internal/logtest"
	"updatecenter/internal/outbound/letters"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

var everything = []deliveries.Topic{
	deliveries.SecurityCode, deliveries.SecurityAnswer, deliveries.Welcome, deliveries.PINChanged,
	deliveries.PINReset, deliveries.CodeChanged, deliveries.QuestionChanged,
	deliveries.AddressChanged, deliveries.EmailChanged, deliveries.PhoneChanged,
	deliveries.TicketContactChanged, deliveries.TicketCanceled,
	deliveries.SignInChanged, deliveries.PasswordAsked, deliveries.UserName, deliveries.PasswordLink,
}

func config(dir string) letters.Config {
	return letters.Config{
		Dir: dir,
		Company: wording.Company{
			Company: "Northern Telephone", Repair: "+18005731311", HelpLine: "+18008602255",
			TemporaryPIN: secret.New("1234"), PasswordURL: "https://www.example.com/password",
		},
		ReturnAddress: []string{"Customer Accounts", "PO Box 2348", "Seattle, WA 98111-2348"},
	}
}

func printer(t testing.TB, dir string) *letters.Printer {
	t.Helper()
	p, err := letters.New(config(dir))
	check.OK(t, err)
	return p
}

func letter(about deliveries.Topic, language string) deliveries.Message {
	return deliveries.Message{
		ID: "dlv_4k2mzq7x3n5r6t7v2w3y4a5b6c", Topic: about,
		Date: time.Date(2026, time.January, 5, 12, 0, 0, 0, time.UTC),
		Account: accounts.Account{
			Number: "6125550142-821", Name: "María Guadalupe Núñez", Language: language,
			Address: accounts.Address{Street: []string{"1200 Nicollet Mall", "Apt 14"}, City: "Minneapolis", State: "MN", ZIP: "55403-2411"},
			Code:    secret.New("482910"), Question: "¿Cómo se llamaba su primera calle?",
			Answer: secret.New("Calle de los Álamos (Núm. 3)"), UserName: "maria.nunez",
			Link: accounts.Link{Token: secret.New("MFRGGZDFMZTWQ2LKNNWG23TP"), Sent: accounts.Sent{Letter: true}},
		},
	}
}

// long is a letter with the longest address that an account can have.
func long() deliveries.Message {
	l := letter(deliveries.SecurityAnswer, "en")
	l.Account.Name = strings.Repeat("Wilhelmina ", 9)
	l.Account.Address.Street = []string{
		"Attention: Accounts Payable and Receivable Department, Wing B",
		strings.Repeat("W", 60), strings.Repeat("Åg ", 20),
	}
	l.Account.Address.City = strings.Repeat("Mmm ", 15)
	return l
}

// printed prints a letter and returns its PDF.
func printed(t testing.TB, l deliveries.Message) []byte {
	t.Helper()
	dir := t.TempDir()
	check.OK(t, printer(t, dir).Print(t.Context(), l))
	content, err := os.ReadFile(filepath.Join(dir, string(l.ID)+".pdf"))
	check.OK(t, err)
	return content
}

func TestPrint(t *testing.T) {
	for name, l := range map[string]deliveries.Message{
		"security_code.en":   letter(deliveries.SecurityCode, "en"),
		"security_answer.es": letter(deliveries.SecurityAnswer, "es"),
		"welcome.es":         letter(deliveries.Welcome, "es"),
		"password_link.en":   letter(deliveries.PasswordLink, "en"),
		"pin_reset.en":       letter(deliveries.PINReset, ""),
		"long_address.en":    long(),
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, run := range read(t, printed(t, l)) {
				fmt.Fprintln(&got, run)
			}
			golden.Is(t, name+".txt", got.String())
		})
	}
}

func TestEveryLetterIsOnePageOfUSLetter(t *testing.T) {
	for _, about := range everything {
		for _, language := range []string{"en", "es"} {
			pdf := printed(t, letter(about, language))
			for _, want := range []string{"/MediaBox [0 0 612.00 792.00]", "/Count 1\n", "/Lang (" + language + "-US)"} {
				if !bytes.Contains(pdf, []byte(want)) {
					t.Errorf("%s in %s has no %q", about, language, want)
				}
			}
		}
	}
}

func TestTheSameLetterIsTheSameBytes(t *testing.T) {
	if a, b := printed(t, long()), printed(t, long()); !bytes.Equal(a, b) {
		t.Error("two prints of one letter differ")
	}
}

func TestPrintRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*deliveries.Message)
		want  error
	}{
		"a name in another script":    {func(l *deliveries.Message) { l.Account.Name = "王小明" }, letters.ErrUnprintable},
		"a city in another script":    {func(l *deliveries.Message) { l.Account.Address.City = "東京" }, letters.ErrUnprintable},
		"a line break":                {func(l *deliveries.Message) { l.Account.Name = "Ana\nRuiz" }, letters.ErrUnprintable},
		"an answer in another script": {func(l *deliveries.Message) { l.Account.Answer = secret.New("王小明") }, letters.ErrUnprintable},
		"no address":                  {func(l *deliveries.Message) { l.Account.Address = accounts.Address{} }, letters.ErrNoAddress},
		"no answer":                   {func(l *deliveries.Message) { l.Account.Answer = secret.Text{} }, deliveries.ErrNoSecret},
		"another subject":             {func(l *deliveries.Message) { l.Topic = "poem" }, deliveries.ErrParams},
		"no ID":                       {func(l *deliveries.Message) { l.ID = "" }, letters.ErrID},
		"an ID that leaves the spool": {func(l *deliveries.Message) { l.ID = "../dlv" }, letters.ErrID},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := letter(deliveries.SecurityAnswer, "en")
			test.spoil(&l)
			err := printer(t, dir).Print(t.Context(), l)
			check.Is(t, err, test.want)
			final, is := test.want.(interface{ Final() bool })
			if ours := !errors.Is(err, deliveries.ErrNoSecret) && !errors.Is(err, deliveries.ErrParams); is != ours || is && !final.Final() {
				t.Errorf("%v does not say whether it is final", test.want)
			}
			logtest.Hides(t, "the error", err.Error(), "王", "東京", "Álamos", "Ana")
			if files, _ := filepath.Glob(filepath.Join(dir, "*")); files != nil {
				t.Errorf("the spool has %v", files)
			}
		})
	}
}

func TestNamesInOtherAlphabets(t *testing.T) {
	for _, name := range []string{
		"Antonín Dvořák-Wałęsa", "Nguyễn Thị Ánh Đặng", "Γιώργος Παπαδόπουλος", "Юлия Щербакова", "Þórður Øresund, Jr.",
		"Ċ (ĉ) \\ Ĩ", // with bytes of UTF-16 that PDF has to escape
	} {
		l := letter(deliveries.PINChanged, "en")
		l.Account.Name = name
		l.Account.Address.Street = []string{name}
		if runs := read(t, printed(t, l)); strings.Count(fmt.Sprint(runs), name) != 3 {
			t.Errorf("the letter says %v, not %s", runs, name)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	p := printer(b, b.TempDir())
	size := 0
	for i := range b.N {
		l := letter(deliveries.SecurityAnswer, "es")
		l.ID = deliveries.ID(fmt.Sprintf("dlv_%d", i))
		check.OK(b, p.Print(b.Context(), l))
	}
	files, _ := filepath.Glob(filepath.Join(b.TempDir(), "..", "*", "*.pdf"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			size = int(info.Size())
		}
	}
	b.ReportMetric(float64(size), "bytes/letter")
}

func TestNewRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*letters.Config){
		"no company":         func(c *letters.Config) { c.Company.Company = "" },
		"no return address":  func(c *letters.Config) { c.ReturnAddress = nil },
		"six lines":          func(c *letters.Config) { c.ReturnAddress = make([]string, 6) },
		"an unprintable one": func(c *letters.Config) { c.ReturnAddress = []string{"北京"} },
		"no directory":       func(c *letters.Config) { c.Dir = "" },
	} {
		c := config(t.TempDir())
		spoil(&c)
		if _, err := letters.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A #10 envelope and its window, in points, from its upper left corner.
const (
	envelopeWidth, envelopeHeight = 9.5 * 72, 4.125 * 72

	left, right = 0.875 * 72, (0.875 + 4.5) * 72
	bottom      = envelopeHeight - 0.5*72
	top         = bottom - 1.125*72
	firstFold   = 792 / 3.0
)

// TestWindow slides the folded sheet into all corners of the envelope, and looks through the
// window.
func TestWindow(t *testing.T) {
	short := letter(deliveries.SecurityCode, "en")
	short.Account.Address.Street = short.Account.Address.Street[:1]
	three := letter(deliveries.SecurityCode, "en")
	three.Account.Address.Street = append(three.Account.Address.Street, "c/o Ruiz")
	for name, l := range map[string]deliveries.Message{
		"three lines": short, "four lines": letter(deliveries.SecurityCode, "en"), "five lines": three,
		"the longest": long(), "welcome": letter(deliveries.Welcome, "es"),
	} {
		t.Run(name, func(t *testing.T) {
			runs := read(t, printed(t, l))
			lines := 2 + len(l.Account.Address.Street)
			seen := 0
			for _, r := range runs {
				if isAddress := r.y < firstFold && r.y > 2*72; isAddress {
					seen++
					checkSeen(t, r)
				} else {
					checkHidden(t, r)
				}
			}
			if seen != lines {
				t.Errorf("%d lines stand in the window, want %d", seen, lines)
			}
		})
	}
}

func checkSeen(t *testing.T, r run) {
	t.Helper()
	if r.size < 7.99 {
		t.Errorf("%v is too small to read", r)
	}
	end, capitals, tails := r.x+r.narrow*width(t, r), r.y-0.718*r.size, r.y+0.207*r.size
	for _, dx := range []float64{0, envelopeWidth - 612} {
		for _, dy := range []float64{0, envelopeHeight - firstFold} {
			if r.x+dx < left+8.9 || end+dx > right-8.9 || capitals+dy < top+2.8 || tails+dy > bottom-2.8 {
				t.Errorf("%v stands too near to the edge of the window, with the sheet at %.1f, %.1f", r, dx, dy)
			}
		}
	}
}

// checkHidden is for all but the address: it is not seen, wherever the sheet lies.
func checkHidden(t *testing.T, r run) {
	t.Helper()
	above := r.y+0.25*r.size+envelopeHeight-firstFold < top
	below := r.y-r.size > firstFold
	if !above && !below {
		t.Errorf("%v can be seen in the window", r)
	}
}

func width(t *testing.T, r run) float64 {
	t.Helper()
	pdf := fpdf.New("P", "pt", "Letter", "")
	pdf.SetFont("Helvetica", "", r.size)
	bytes, err := charmap.Windows1252.NewEncoder().String(strings.TrimSpace(r.text))
	check.OK(t, err)
	return pdf.GetStringWidth(bytes)
}

// run is a piece of text on a page, as a PDF's content stream draws it. Measures are in points
// from the upper left corner.
type run struct {
	x, y   float64 // of the base line
	size   float64
	narrow float64 // 1, or less where a line is squeezed
	text   string
}

// reader reads as much of PDF as our letters have.
type reader struct {
	size   float64
	narrow float64
	moved  float64
	runs   []run
}

var (
	streams  = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	typeSize = regexp.MustCompile(`^BT /\S+ (\S+) Tf ET$`)
	matrix   = regexp.MustCompile(`^(\S+) 0\.0+ 0\.0+ 1\.0+ (\S+) 0\.0+ cm$`)
	drawn    = regexp.MustCompile(`(?s)^.*?BT (\S+) (\S+) Td \((.*)\) ?Tj ET.*$`)
	unescape = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")
)

// read returns what the first page of a letter draws.
func read(t testing.TB, pdf []byte) []run {
	t.Helper()
	found := streams.FindSubmatch(pdf)
	if found == nil {
		t.Fatal("no content stream")
	}
	inflated, err := zlib.NewReader(bytes.NewReader(found[1]))
	check.OK(t, err)
	content, err := io.ReadAll(inflated)
	check.OK(t, err)
	r := reader{narrow: 1}
	drawing := ""
	for line := range strings.Lines(string(content)) {
		// A character can have the byte of a line break in it.
		if drawing += line; strings.Contains(drawing, " Td (") && !strings.Contains(drawing, "Tj ET") {
			continue
		}
		r.take(t, strings.TrimRight(drawing, "\n"))
		drawing = ""
	}
	return r.runs
}

func (r *reader) take(t testing.TB, line string) {
	t.Helper()
	if m := typeSize.FindStringSubmatch(line); m != nil {
		r.size = number(t, m[1])
	} else if m := matrix.FindStringSubmatch(line); m != nil {
		r.narrow, r.moved = number(t, m[1]), number(t, m[2])
	} else if line == "Q" {
		r.narrow, r.moved = 1, 0
	} else if m := drawn.FindStringSubmatch(line); m != nil {
		text, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().String(unescape.Replace(m[3]))
		check.OK(t, err)
		x := number(t, m[1])*r.narrow + r.moved
		r.runs = append(r.runs, run{x, 792 - number(t, m[2]), r.size, r.narrow, text})
	}
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(s, 64)
	check.OK(t, err)
	return n
}

func (r run) String() string {
	return fmt.Sprintf("%6.1f %6.1f %5.1f  %s", r.x, r.y, r.size, r.text)
}

func Example() {
	spool, err := os.MkdirTemp("", "letters")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(spool) }()
	printer, err := letters.New(letters.Config{
		Dir:           spool,
		Company:       wording.Company{Company: "Northern Telephone", Repair: "+18005731311"},
		ReturnAddress: []string{"PO Box 2348", "Seattle, WA 98111-2348"},
	})
	if err != nil {
		panic(err)
	}
	err = printer.Print(context.Background(), deliveries.Message{
		ID: "dlv_4k2mzq7x3n5r6t7v2w3y4a5b6c", Topic: deliveries.SecurityCode,
		Date: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC),
		Account: accounts.Account{
			Name: "Ana Ruiz", Code: secret.New("482910"),
			Address: accounts.Address{Street: []string{"1200 Nicollet Mall"}, City: "Minneapolis", State: "MN", ZIP: "55403"},
		},
	})
	files, _ := filepath.Glob(filepath.Join(spool, "[^.]*"))
	for _, file := range files {
		fmt.Println(filepath.Base(file))
	}
	fmt.Println(err)
	// Output:
	// dlv_4k2mzq7x3n5r6t7v2w3y4a5b6c.pdf
	// manifest-2026-01-05.csv
	// <nil>
}

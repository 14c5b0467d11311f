package typeface_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"updatecenter/internal/testkit/check"
	"updatecenter/internal/typeface"
)

func TestSet(t *testing.T) {
	for in, want := range map[string][2]string{
		"":                           {"", ""},
		"María Guadalupe Núñez":      {"María Guadalupe Núñez", ""},
		"Antonín Dvořák-Wałęsa":      {"Antonín Dvořák-Wałęsa", ""},
		"Nguyễn Thị Ánh Đặng":        {"Nguyễn Thị Ánh Đặng", ""},
		"Nguye\u0302\u0303n":         {"Nguyễn", ""},
		"Þórður Æsir Łukasz ŋ ħ ŧ ı": {"Þórður Æsir Łukasz ŋ ħ ŧ ı", ""},
		"Γιώργος Παπαδόπουλος":       {"Γιώργος Παπαδόπουλος", ""},
		"Юлия Щербакова, Їжак, Ђорђе": {"Юлия Щербакова, Їжак, Ђорђе", ""},
		"Jr\u0323.":                  {"Jṛ.", ""},
		"ﬁ Ａｎｎ":                      {"fi Ann", ""},
		"Jean‑Luc O’Neil – 3½ № 5 €": {"Jean‑Luc O’Neil – 3½ № 5 €", ""},
		"Liliʻuokalani":              {"Liliʻuokalani", ""},
		"王小明 Wang":                   {" Wang", "王小明"},
		"محمد":                       {"", "محد"}, // each once
		"דוד":                        {"", "דו"},
		"प्रिया":                     {"", "परिया"},
		"สมชาย":                      {"", "สมชาย"},
		"김":                          {"", "김"},
		"Ann\n\u202e😀\x00":           {"Ann", "\n\u202e😀\x00"},
		"\xff":                       {"", "\ufffd"},
	} {
		set, missing := typeface.Set(in)
		if missing != want[1] {
			t.Errorf("%q lacks %q, want %q", in, missing, want[1])
		}
		if set != want[0] && norm.NFKD.String(set) != norm.NFKD.String(want[0]) {
			t.Errorf("%q is set as %q, want %q", in, set, want[0])
		}
	}
}

// TestBoldHasTheSame holds that what can be printed can be printed bold.
func TestBoldHasTheSame(t *testing.T) {
	bold, err := sfnt.Parse(typeface.Bold)
	check.OK(t, err)
	var buffer sfnt.Buffer
	count := 0
	for r := rune(0); r <= 0xffff; r++ {
		if set, _ := typeface.Set(string(r)); set != string(r) {
			continue
		}
		if glyph, err := bold.GlyphIndex(&buffer, r); glyph == 0 || err != nil {
			t.Errorf("%U is not there in bold", r)
		}
		count++
	}
	if count < 1800 {
		t.Errorf("%d characters", count)
	}
}

func FuzzSet(f *testing.F) {
	for _, s := range []string{"Ana Ruiz", "Antonín Dvořák", "王", "ﬁ e\u0301 \u0301", "a\nb", "\x80", "דוד"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		set, missing := typeface.Set(s)
		if again, none := typeface.Set(set); none != "" || utf8.RuneCountInString(again) > utf8.RuneCountInString(set) {
			t.Errorf("%q is set as %q, which lacks %q", s, set, none)
		}
		if strings.ContainsFunc(set, func(r rune) bool { return !unicode.IsPrint(r) || r > 0xffff }) {
			t.Errorf("%q is set as %q", s, set)
		}
		if utf8.ValidString(s) && set == "" && missing == "" && strings.ContainsFunc(s, unicode.IsLetter) {
			t.Errorf("nothing is left of %q", s)
		}
	})
}

func ExampleSet() {
	set, _ := typeface.Set("Dvořák")
	fmt.Println(set)
	_, missing := typeface.Set("王 Wang")
	fmt.Println(missing)
	// Output:
	// Dvořák
	// 王
}

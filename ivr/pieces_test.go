package ivr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPieces(t *testing.T) {
	tests := []struct {
		text string
		want []piece
	}{
		{"", nil},
		{"Goodbye.", []piece{{text: "Goodbye."}}},
		{"{repair}", []piece{{variable: "repair"}}},
		{"Call {repair} or {access}.", []piece{{text: "Call "}, {variable: "repair"}, {text: " or "}, {variable: "access"}, {text: "."}}},
		{"{a}{b}", []piece{{variable: "a"}, {variable: "b"}}},
		{"Call {repair", []piece{{text: "Call {repair"}}},
		{"Call repair}", []piece{{text: "Call repair}"}}},
		{"a } b {c}", []piece{{text: "a } b "}, {variable: "c"}}},
		{"Call {}.", []piece{{text: "Call {}"}, {text: "."}}},
		{"{a{b}", []piece{{variable: "a{b"}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, pieces(tt.text), cmp.AllowUnexported(piece{})); diff != "" {
			t.Errorf("pieces of %q: - expected, + got:\n%s", tt.text, diff)
		}
	}
}

func FuzzPieces(f *testing.F) {
	for _, text := range []string{"", "Call {repair}, or {access}.", "{", "}", "{}", "}{", "{{a}}", "a{b", "¡{a}é"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var joined strings.Builder
		for _, p := range pieces(text) {
			if (p.text == "") == (p.variable == "") {
				t.Errorf("a piece is neither a text nor a variable, or both: %+v", p)
			}
			joined.WriteString(p.text)
			if p.variable != "" {
				joined.WriteString("{" + p.variable + "}")
			}
		}
		if joined.String() != text {
			t.Errorf("pieces of %q join to %q", text, joined.String())
		}
	})
}

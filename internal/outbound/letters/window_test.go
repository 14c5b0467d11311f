package letters_test

import (
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"

	"updatecenter/internal/deliveries"
)

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
	for name, l := range map[string]deliveries.Letter{
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
	if err != nil {
		t.Fatal(err)
	}
	return pdf.GetStringWidth(bytes)
}

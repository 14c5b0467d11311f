package letters_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"updatecenter/internal/testkit/check"
)

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

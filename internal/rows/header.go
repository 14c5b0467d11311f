package rows

import (
	"fmt"
	"slices"
	"strings"

	"updatecenter/internal/typed"
)

// name takes a header: the separator is that with which it names most columns.
func (t *table) name(line string) error {
	var names []string
	most := -1
	for _, comma := range []byte(",;\t") {
		values, fault := split(line, comma)
		if fault != "" {
			continue
		}
		for i, value := range values {
			values[i] = columnName(value)
		}
		if known := t.named(values); known > most {
			most, names, t.comma = known, values, comma
		}
	}
	for len(names) > 0 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	if most < 1 { // of what may be no header, but a customer's row, nothing is quoted
		return fmt.Errorf("%w: %s", ErrHeader, t.wanted())
	}
	for _, name := range names {
		at := t.index(name)
		switch {
		case at < 0 && name != reason:
			return fmt.Errorf("%w: %s is none%s; %s", ErrHeader, Quote(name), Suggest(name, t.names()), t.wanted())
		case at >= 0 && slices.Contains(t.at, at):
			return fmt.Errorf("%w: %s stands there twice", ErrHeader, name)
		}
		t.at = append(t.at, at)
	}
	for i, column := range t.columns {
		if column.Must && !slices.Contains(t.at, i) {
			return fmt.Errorf("%w: %s is missing; %s", ErrHeader, column.Name, t.wanted())
		}
	}
	t.known, t.header = most, t.withoutReason(line)
	return nil
}

// columnName is a name as columns have it, of one with capitals, spaces or hyphens.
func columnName(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r == '_' || r == ' ' || typed.Fold(string(r)) == "-" || typed.Fold(string(r)) == ""
	})
	return strings.Join(words, "_")
}

// named says how many of the columns are among the names.
func (t *table) named(names []string) (known int) {
	for i, name := range names {
		if t.index(name) >= 0 && !slices.Contains(names[:i], name) {
			known++
		}
	}
	return known
}

func (t *table) names() (names []string) {
	for _, column := range t.columns {
		names = append(names, column.Name)
	}
	return names
}

// wanted lists the columns.
func (t *table) wanted() string {
	var must, may []string
	for _, column := range t.columns {
		if column.Must {
			must = append(must, column.Name)
		} else {
			may = append(may, column.Name)
		}
	}
	if may == nil {
		return "want " + strings.Join(must, ", ")
	}
	return "want " + strings.Join(must, ", ") + ", and perhaps " + strings.Join(may, ", ")
}

// Quote returns a value as errors quote it: of one line, and of 60 characters at most.
func Quote(value string) string {
	if runes := []rune(value); len(runes) > maxQuoted {
		value = string(runes[:maxQuoted]) + "..."
	}
	return fmt.Sprintf("%q", value)
}

// Suggest returns `, did you mean "x"?` for the name that a word was most likely meant to be, or
// nothing.
func Suggest(word string, names []string) string {
	word = letters(word)
	best, least := "", 1+len(word)/4
	for _, name := range names {
		plain := letters(name)
		away := distance(word, plain)
		if len(word) > 2 && (strings.Contains(word, plain) || strings.Contains(plain, word)) {
			away = min(away, 1)
		}
		if away <= least && (best == "" || away < least) {
			best, least = name, away
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean " + best + "?"
}

// letters leaves away what does not count between names.
func letters(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(s))
}

// distance is how many bytes have to be put in, taken out or replaced to make b of a (Levenshtein).
func distance(a, b string) int {
	a, b = a[:min(len(a), maxQuoted)], b[:min(len(b), maxQuoted)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := before
			if a[i] != b[j] {
				replaced++
			}
			before = row[j+1]
			row[j+1] = min(row[j]+1, row[j+1]+1, replaced)
		}
	}
	return row[len(b)]
}

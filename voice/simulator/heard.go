package simulator

import (
	"regexp"
	"strings"
)

// plain writes words so that two ways to say the same are the same text: in one case,
// without space, and without the marks that group the digits of a number.
func plain(words string) string {
	words = strings.ToLower(strings.Join(strings.Fields(words), ""))
	var kept strings.Builder
	for i := range len(words) {
		if !groupingMark(words, i) {
			kept.WriteByte(words[i])
		}
	}
	return kept.String()
}

// groupingMark says whether the byte at i is a mark beside a digit, as in (888) 612-8052
// or 8, 0, 0.
func groupingMark(words string, i int) bool {
	before := i > 0 && isDigit(words[i-1])
	after := i+1 < len(words) && isDigit(words[i+1])
	switch words[i] {
	case '-', ',', '.':
		return before && after
	case '(':
		return after
	case ')':
		return before
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// heardWords are the words of some events, as one would read them.
func heardWords(events []Event) string {
	var parts []string
	for _, event := range events {
		if words := inWords(event); words != "" {
			parts = append(parts, words)
		}
	}
	return strings.Join(parts, " ")
}

// matches says whether the words hold what the line hears.
func (s hearStep) matches(words string) bool {
	if s.pattern == nil {
		return strings.Contains(plain(words), plain(s.words))
	}
	return s.pattern.MatchString(words) || s.pattern.MatchString(plain(words))
}

// inLanguage says whether something was heard, and all of it in the language. A recording
// is in the language that its file name tells, if it tells one.
func inLanguage(events []Event, tag string) bool {
	some := false
	for _, event := range events {
		switch event := event.(type) {
		case Spoken:
			if base, _, _ := strings.Cut(event.Language, "-"); !strings.EqualFold(base, tag) {
				return false
			}
			some = true
		case Played:
			told := recordingLanguage.FindStringSubmatch(event.URL)
			if told != nil && told[1] != tag {
				return false
			}
			some = some || told != nil
		}
	}
	return some
}

// recordingLanguage finds the language in a recording's URL, such as new-pin.es.mp3.
var recordingLanguage = regexp.MustCompile(`[-._/](en|es)(?:[-._/][^/]*)?$`)

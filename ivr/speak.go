package ivr

import (
	"strings"
	"time"

	"updatecenter/twiml"
)

// groupPause separates the groups of a telephone number, so that it can be written down.
const groupPause = 400 * time.Millisecond

// listPause does so in a list, whose numbers are known to who listens, and only told apart.
const listPause = 200 * time.Millisecond

// The pauses of what is spelled, so that each character can be written down.
const (
	spelledPause = 500 * time.Millisecond
	wordPause    = time.Second
)

// spell speaks a text character by character; one that is no letter or digit by its name.
func spell(text string) []twiml.Speech {
	var spoken []twiml.Speech
	for i, word := range strings.Fields(text) {
		if i > 0 {
			spoken = append(spoken, twiml.Break{Time: wordPause})
		}
		for j, character := range []rune(word) {
			if j > 0 {
				spoken = append(spoken, twiml.Break{Time: spelledPause})
			}
			as := twiml.SpellOut
			if '0' <= character && character <= '9' {
				as = twiml.Digits
			}
			spoken = append(spoken, twiml.SayAs{As: as, Text: string(character)})
		}
	}
	return []twiml.Speech{twiml.Prosody{Rate: twiml.Slow, Content: spoken}}
}

// abroad is what North Americans dial before the number of another country.
const abroad = "011"

// speakPhone speaks a telephone number slowly, as it is dialed in North America, in groups:
// ten digits as 3, 3 and 4; an area code, or one with an exchange, as 3 or 3 and 3; a number
// abroad by threes, after 011.
func speakPhone(number string) []twiml.Speech {
	return []twiml.Speech{twiml.Prosody{Rate: twiml.Slow, Content: inGroups(number, groupPause)}}
}

// speakListed speaks a telephone number in the same groups, faster.
func speakListed(number string) []twiml.Speech { return inGroups(number, listPause) }

// inGroups speaks the groups of a telephone number.
func inGroups(number string, pause time.Duration) []twiml.Speech {
	digits := strings.TrimPrefix(number, "+1")
	if country, isAbroad := strings.CutPrefix(digits, "+"); isAbroad {
		digits = abroad + country
	}
	var spoken []twiml.Speech
	for i, group := range groups(digits) {
		if i > 0 {
			spoken = append(spoken, twiml.Break{Time: pause})
		}
		spoken = append(spoken, twiml.SayAs{As: twiml.Digits, Text: group})
	}
	return spoken
}

// groups cuts digits by threes; a fourth one at the end stays with the last three.
func groups(digits string) []string {
	var all []string
	for len(digits) > 4 {
		all = append(all, digits[:3])
		digits = digits[3:]
	}
	return append(all, digits)
}

// speakTime is a time of day, "21:30", by the twelve-hour clock. One that is none is said
// as it is.
func speakTime(l Language, value string) string {
	at, err := time.Parse("15:04", value)
	if err != nil {
		return value
	}
	clock := strings.TrimSuffix(at.Format("3:04"), ":00")
	if l == Spanish {
		return timeInSpanish(at, clock)
	}
	switch {
	case clock == "12" && at.Hour() == 0:
		return "12 midnight"
	case clock == "12":
		return "12 noon"
	}
	return clock + at.Format(" PM")
}

// timeInSpanish begins with the article, as it follows "de" and "a": "de las 12 del mediodía
// a la 1 de la tarde". Midnight is las 12 de la noche.
func timeInSpanish(at time.Time, clock string) string {
	hour, article := at.Hour(), "las "
	if hour%12 == 1 {
		article = "la "
	}
	switch {
	case clock == "12" && hour == 12:
		return article + clock + " del mediodía"
	case hour == 0, hour >= 19:
		return article + clock + " de la noche"
	case hour < 6:
		return article + clock + " de la madrugada"
	case hour < 12:
		return article + clock + " de la mañana"
	}
	return article + clock + " de la tarde"
}

package console

import (
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// featureName is what customers call a calling feature (the operator's feature sheets); one that
// this release doesn't know keeps the name it has in the store.
func featureName(feature pins.Feature) string {
	switch feature {
	case pins.NoSolicitation:
		return "No Solicitation"
	case pins.SecurityScreen:
		return "Security Screen"
	case pins.DoNotDisturb:
		return "Do Not Disturb"
	case pins.DialLock:
		return "Dial Lock"
	case pins.CallRejection:
		return "Call Rejection"
	case pins.SelectiveCallForwarding:
		return "Selective Call Forwarding"
	}
	return string(feature)
}

func featureNames(features pins.Features) []string {
	var names []string
	for _, feature := range features.List() {
		names = append(names, featureName(feature))
	}
	return names
}

// failureWords says how many wrong PINs in a row there were.
func failureWords(strikes pins.Strikes) string {
	switch strikes.Failures {
	case 0:
		return "No wrong PINs"
	case 1:
		return "1 wrong PIN"
	}
	return fmt.Sprintf("%d wrong PINs in a row", strikes.Failures)
}

// A happening is a record of a line's history, in words.
type happening struct {
	At   time.Time
	What string // "PIN changed"
	Who  string // "by the customer, from the line"; may be empty
	More string // the reason as given, or the settings that changed; may be empty
}

func happenings(records []pins.Record, z zone) []happening {
	told := make([]happening, 0, len(records))
	for _, record := range records {
		told = append(told, happening{
			At: record.At, What: what(record, z), Who: whoWords(record), More: moreWords(record),
		})
	}
	return told
}

func what(record pins.Record, z zone) string {
	switch record.Event {
	case pins.Changed:
		return "PIN changed"
	case pins.Reset:
		return "PIN reset to the temporary one"
	case pins.ResetRefused:
		return "Reset refused"
	case pins.Locked:
		return lockedWords(record, z)
	case pins.PINUnlocked:
		return "Unlocked, PIN kept"
	case pins.CustomerValidated:
		return "Customer validated"
	case pins.Removed:
		return "Line removed"
	case pins.FeatureChanged:
		return featureName(record.Feature) + " changed"
	case pins.FeaturesInstalled:
		return "Features of the line changed"
	case pins.NoticeUntold:
		return "A change was not told to the customer"
	case pins.EventSkipped:
		return "A change was not sent to the switch"
	}
	return string(record.Event)
}

func lockedWords(record pins.Record, z zone) string {
	side := "Calls from elsewhere locked"
	if record.Side == pins.FromLine {
		side = "Calls from the line locked"
	}
	if record.Until.IsZero() {
		return side + " after too many wrong PINs"
	}
	return side + " until " + z.moment(record.Until) + ", after wrong PINs"
}

// whoWords says who did it, and from where, as the record has it.
func whoWords(record pins.Record) string {
	if record.By != pins.ByCaller {
		if record.By == "" {
			return ""
		}
		return "by " + record.By + ", " + record.From
	}
	switch {
	case record.Side == pins.FromLine:
		return "in a call from the line"
	case record.From != "":
		return "in a call from " + displayed(record.From)
	}
	return "in a call from elsewhere"
}

// moreWords is the reason, for features what became of them, and how a customer was validated. The
// reason of a validation by a call is the name of that, which is for the desk alone.
func moreWords(record pins.Record) string {
	parts := make([]string, 0, len(record.Changes)+2)
	if record.Method != "" {
		parts = append(parts, wayWords(record.Method))
	}
	for _, change := range record.Changes {
		parts = append(parts, changeWords(change))
	}
	if record.Reason != "" && record.Method != pins.ByCall {
		parts = append(parts, record.Reason)
	}
	return strings.Join(parts, "; ")
}

// changeWords writes the names of features and the numbers in a change as people do.
func changeWords(change string) string {
	words := strings.Fields(change)
	for i, word := range words {
		words[i] = displayed(featureName(pins.Feature(word)))
	}
	return strings.Join(words, " ")
}

// displayed writes a number as people do, and leaves what is none.
func displayed(number string) string {
	if !strings.HasPrefix(number, "+") {
		return number
	}
	if parsed, err := nanp.Parse(number); err == nil {
		return parsed.Display()
	}
	return number
}

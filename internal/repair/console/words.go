package console

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// featureWords are what customers call the calling features (the operator's feature sheets).
var featureWords = map[pins.Feature]string{
	pins.NoSolicitation:          "No Solicitation",
	pins.SecurityScreen:          "Security Screen",
	pins.DoNotDisturb:            "Do Not Disturb",
	pins.DialLock:                "Dial Lock",
	pins.CallRejection:           "Call Rejection",
	pins.SelectiveCallForwarding: "Selective Call Forwarding",
}

// featureName is one of these; one that this release doesn't know keeps the name it has in the store.
func featureName(feature pins.Feature) string { return cmp.Or(featureWords[feature], string(feature)) }

func featureNames(features pins.Features) []string {
	var names []string
	for _, feature := range features.List() {
		names = append(names, featureName(feature))
	}
	return names
}

// failureWords says how many wrong PINs in a row there were.
func failureWords(strikes limit.Strikes) string {
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

// eventWords are what has happened. Two say more, see what.
var eventWords = map[pins.Event]string{
	pins.Changed:           "PIN changed",
	pins.Reset:             "PIN reset to the temporary one",
	pins.ResetRefused:      "Reset refused",
	pins.Locked:            "",
	pins.PINUnlocked:       "Unlocked, PIN kept",
	pins.CustomerValidated: "Customer validated",
	pins.Removed:           "Line removed",
	pins.FeatureChanged:    "",
	pins.FeaturesInstalled: "Features of the line changed",
	pins.NoticeUndelivered: "A change was not told to the customer",
	pins.EventSkipped:      "A change was not sent to the switch",

	pins.TicketWritten:        "Repair ticket written",
	pins.TicketContactChanged: "Telephone of a repair ticket changed",
	pins.TicketCanceled:       "Repair ticket or visit canceled",
	pins.ServiceTestRequested: "Service test requested",
	pins.ServiceTestEnded:     "Service test ended",
	pins.ServiceTestCallAsked: "Call with the result of a service test asked for",
	pins.ServiceTestHeard:     "Result of a service test heard",
	pins.MailboxWritten:       "Voice mailbox written",
	pins.MailboxPasswordReset: "Voice-mail password reset",
	pins.EmailWritten:         "E-mail address written",
	pins.EmailRemoved:         "E-mail address removed",
	pins.EmailPasswordReset:   "E-mail password reset",
	pins.EmailLocked:          "E-mail addresses locked after wrong answers",
}

func what(record pins.Record, z zone) string {
	if record.Event == pins.Locked {
		return lockedWords(record, z)
	}
	if record.Event == pins.FeatureChanged {
		return featureName(record.Feature) + " changed"
	}
	return cmp.Or(eventWords[record.Event], string(record.Event))
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

var methodWords = map[pins.ValidationMethod]string{
	pins.ByCall:     "by a call to the line",
	pins.BySecret:   "by the security code or answer of the account",
	pins.ByPhotoID:  "by photo ID in a store",
	pins.ByOperator: "at the command line",
}

// wayWords ends the sentence that begins with "You have validated this customer".
func wayWords(method pins.ValidationMethod) string {
	return cmp.Or(methodWords[method], string(method))
}

// callWords says how far a call is, and what the agent does about it.
func callWords(call deliveries.Delivery) (words, next string) {
	switch call.Status {
	case deliveries.Queued, deliveries.Calling:
		return "We are about to ring the line.",
			"Tell the customer that our call comes now, that they press 1 in it to hear a code, and that they read the code to you."
	case deliveries.Ringing:
		return "The telephone rings.",
			"Ask the customer to answer it, and to press 1 to hear the code. If they are speaking to you on this very line, they answer it as a waiting call."
	case deliveries.Answered:
		if call.Spoken > 0 {
			return "The code is being told.", "Ask the customer for the six digits, and enter them."
		}
		return "The call was answered.", "Ask the customer to press 1 to hear the code."
	case deliveries.Delivered:
		return "The code was told.", "Ask the customer for the six digits, and enter them."
	case deliveries.NoticeLeft:
		return "The call was answered, but nobody pressed 1 to hear the code.",
			"Perhaps a mailbox answered. Call again when the customer can answer."
	case deliveries.Declined:
		return "Whoever answered said that they had not asked for it.",
			"Perhaps you are not speaking with the customer. This line is not called with a code for 24 hours: make sure in another way who is calling, and change nothing until then."
	case deliveries.Failed:
		return failedWords(call)
	case deliveries.Canceled, deliveries.Sent:
	}
	return "The call was called off.", "Call again."
}

// failedWords goes by what package deliveries tells of a call that reached nobody.
func failedWords(call deliveries.Delivery) (words, next string) {
	reason, _ := call.Cause()
	switch reason { //nolint:exhaustive // the others end no call to validate
	case deliveries.TwilioBusy:
		return "No call can be made right now, as too many are being made.", "Call again in a minute."
	case deliveries.OperatorMustMend:
		return "We can't call anybody right now. The fault is ours, not the line's, and those who run this system are told.",
			"Make sure in another way who is calling."
	case deliveries.CalledTooOften:
		return "This line was called as often as it may be for now.", "Make sure in another way who is calling."
	case deliveries.NumberRefused, deliveries.NumberNotCalled:
		return "This number can't be called from here.", "Make sure in another way who is calling."
	}
	switch lastDetail(call) {
	case "busy":
		return "The line is busy.",
			"If the customer is speaking to you on this very line, they can hang up and call us from another telephone. Then call again."
	case "no answer":
		return "Nobody answered.", "Make sure that the customer is near that telephone, then call again."
	}
	return "The call did not get through.",
		"Call again. If it fails once more, make sure in another way who is calling."
}

func lastDetail(call deliveries.Delivery) string {
	if len(call.Events) == 0 {
		return ""
	}
	return call.Events[len(call.Events)-1].Detail
}

// triesWords says how often a code may still be entered.
func triesWords(left int) string {
	if left == 1 {
		return "1 try left."
	}
	return fmt.Sprintf("%d tries left.", left)
}

// timeLeft is a time that runs out, rounded down to minutes so that nobody counts on more.
func timeLeft(left time.Duration) string {
	switch minutes := int(left / time.Minute); {
	case left <= 0:
		return "it is over"
	case minutes == 0:
		return "less than a minute left"
	case minutes == 1:
		return "1 minute left"
	default:
		return fmt.Sprintf("%d minutes left", minutes)
	}
}

// validationWords says how a validation by a call stands, and what the agent does about it.
func validationWords(v repair.Validation) (words, next string) {
	switch v.Status {
	case repair.Succeeded:
		return "The code was right.", "Go back to the line."
	case repair.Failed:
		if v.Call.Status == deliveries.Declined { // which uses the code up
			return callWords(v.Call)
		}
		return "All tries were wrong. This code counts no more.", "Have the line called again, or make sure in another way who is calling."
	case repair.TooLate:
		return "The code has run out.", "Have the line called again, or make sure in another way who is calling."
	case repair.Waiting:
	}
	return callWords(v.Call)
}

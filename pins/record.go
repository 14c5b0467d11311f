package pins

import "time"

// Record is one entry of a line's history. It never holds a PIN.
type Record struct {
	At     time.Time `json:"at"`
	Event  Event     `json:"event"`
	By     string    `json:"by"`               // "caller", or the name of who did it
	Side   Side      `json:"side,omitempty"`   // of a call
	From   string    `json:"from,omitempty"`   // the caller's number, or the interface that was used
	Call   string    `json:"call,omitempty"`   // the CallSid
	Reason string    `json:"reason,omitempty"` // as given
	Until  time.Time `json:"until,omitzero"`   // of a lock that ends by itself
	// Method is that of CustomerValidated.
	Method ValidationMethod `json:"method,omitempty"`
	// Feature and Changes are those of FeatureChanged: what became of a calling feature, such
	// as "on" or "added +16125550199"; never a code. Of FeaturesInstalled, Changes names each
	// feature that was "installed ..." or "removed ..."; of EventSkipped, the event for the
	// switch that was given up.
	Feature Feature  `json:"feature,omitempty"`
	Changes []string `json:"changes,omitempty"`
}

// ByCaller is who changed a PIN, or caused a lock, by telephone.
const ByCaller = "caller"

// Event is what a record tells.
type Event string

// The events.
const (
	Changed      Event = "pin-changed"
	Reset        Event = "pin-reset"
	ResetRefused Event = "pin-reset-refused" // or an unlocking was
	Locked       Event = "locked"
	Removed      Event = "line-removed"

	CustomerValidated Event = "customer-validated" // somebody made sure who the customer is
	PINUnlocked       Event = "unlocked"           // failures and locks were cleared, the PIN stays

	FeatureChanged    Event = "feature-changed"
	FeaturesInstalled Event = "features-installed"
	EventSkipped      Event = "event-skipped"
	NoticeUntold      Event = "notice-untold" // a change was not told to the customer: Reason says which, and why
)

// NoticeReplaced is the record of a notice that was due when another took its place, see [MaxDue].
func NoticeReplaced(at time.Time) Record {
	return Record{At: at, Event: NoticeUntold, By: "update center", Reason: "a change: too_many_notices"}
}

package api

import (
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Line is a telephone line as the API and the command line show it. It holds neither a PIN
// nor its hash.
type Line struct {
	Number       nanp.Number `json:"number"`        // E.164, "+16125550142"
	Language     *string     `json:"language"`      // "en", "es", or null while not chosen
	PIN          string      `json:"pin"`           // "temporary" or "personal"
	Since        time.Time   `json:"since"`         // when the present PIN came into force, UTC
	Strikes      Strikes     `json:"strikes"`       // failures and locks
	AccessNumber nanp.Number `json:"access_number"` // to reach this line's features from any telephone
}

// Strikes are the failures of a line, apart by where the calls came from.
type Strikes struct {
	Line      SideStrikes `json:"line"`      // from the line itself
	Elsewhere SideStrikes `json:"elsewhere"` // from any other telephone
}

// SideStrikes are the failures in a row on one side, and the lock that came of them.
type SideStrikes struct {
	Failures    int       `json:"failures"`
	Lock        Lock      `json:"lock"`
	LockedUntil time.Time `json:"locked_until,omitzero"` // of a timed lock, UTC
}

// Lock says how one side of a line is locked.
type Lock string

// The locks.
const (
	NoLock     Lock = "none"
	TimedLock  Lock = "timed"       // ends by itself
	UntilReset Lock = "until-reset" // from elsewhere also until the right PIN is keyed from the line
)

// LineDocument shows a line as it is at the time now. A timed lock that is over is none.
func LineDocument(line pins.Line, now time.Time) Line {
	// Every nanp.Number has an area code, which is all that could be wrong.
	access, _ := pins.AccessNumber(line.Number.AreaCode())
	document := Line{
		Number: line.Number, PIN: "personal", Since: line.Since.UTC(), AccessNumber: access,
		Strikes: Strikes{
			Line:      sideStrikes(line.FromLine, now),
			Elsewhere: sideStrikes(line.Remote, now),
		},
	}
	if line.Temporary() {
		document.PIN = "temporary"
	}
	if line.Language != "" {
		document.Language = &line.Language
	}
	return document
}

func sideStrikes(s pins.Strikes, now time.Time) SideStrikes {
	switch {
	case s.Locked:
		return SideStrikes{Failures: s.Failures, Lock: UntilReset}
	case s.LockedAt(now):
		return SideStrikes{Failures: s.Failures, Lock: TimedLock, LockedUntil: s.LockedUntil.UTC()}
	}
	return SideStrikes{Failures: s.Failures, Lock: NoLock}
}

// History is what happened to the PIN of a number, newest first.
type History struct {
	Number  nanp.Number   `json:"number"`
	Records []pins.Record `json:"records"` // never null; times in UTC
}

// HistoryDocument shows the records of a number in the order given.
func HistoryDocument(number nanp.Number, records []pins.Record) History {
	document := History{Number: number, Records: make([]pins.Record, 0, len(records))}
	for _, record := range records {
		record.At = record.At.UTC()
		if !record.Until.IsZero() {
			record.Until = record.Until.UTC()
		}
		document.Records = append(document.Records, record)
	}
	return document
}

// AccessNumber is the toll-free number of an area code.
type AccessNumber struct {
	AreaCode     string      `json:"area_code"`
	AccessNumber nanp.Number `json:"access_number"`
}

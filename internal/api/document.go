package api

import (
	"time"

	"updatecenter/internal/features"
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

	// Features are those that are installed, in the order of [pins.AllFeatures]; nil: the reader
	// may not know, and it is left away.
	Features []pins.Feature `json:"features,omitzero"`
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
		Features: line.Features.List(),
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

// Features are the installed features of a line, and how they are set.
type Features struct {
	Number   nanp.Number `json:"number"`
	Features []Feature   `json:"features"` // in the order of [pins.AllFeatures]; never null
}

// Feature is how a feature is set; of a code it has only whether there is one.
type Feature struct {
	Feature  pins.Feature `json:"feature"`
	Revision int64        `json:"revision"` // grows with every change; 0 while nothing was ever changed
	features.Document
}

// FeaturesDocument shows how the features of a line are set.
func FeaturesDocument(line features.Line) Features {
	document := Features{Number: line.Number, Features: []Feature{}}
	for _, f := range line.Installed.List() {
		if setting, installed := line.Setting(f); installed {
			document.Features = append(document.Features, featureDocument(setting))
		}
	}
	return document
}

func featureDocument(setting features.Setting) Feature {
	return Feature{Feature: setting.Feature, Revision: setting.Revision, Document: features.DocumentOf(setting)}
}

// History is what happened to the PIN and the features of a number, newest first.
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
